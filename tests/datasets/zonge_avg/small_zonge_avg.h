// tests/datasets/zonge_avg/small_zonge_avg.h: correct averages of MTEdit and AMTAVG, and a station file.
#pragma once
#include <string>

inline std::string small_zonge_avg() {
  return R"($Survey.Type=MT
$MTEdit:Version=3.11n applied 2022/08/02
$Rx.GdpStn= 22
$Stn.Name= A22
$GPS.Lat=38.5
$GPS.Lon=-113.25
$Rx.HPR=0,0,180
$Rx.Center=311288:4281879:1548.1 m
Skp,Freq,      E.mag,      B.mag,      Z.mag,      Z.phz,   ARes.mag,   ARes.%err,Z.perr,  Coher,   FC.NUse,FC.NTry
$Rx.Cmp = Zxx
2,  0.5,  1.0, 1.0, 1.0, 100.0, 0.4, 2.0, 10.0, 0.9, 8, 16
2,  2.0,  1.0, 1.0, 2.0, 200.0, 0.4, 2.0, 10.0, 0.9, 8, 16
$Rx.Cmp = Zxy
2,  0.5,  1.0, 1.0, 10.0, 785.3981633974483, 40.0, 2.0, 20.0, 0.9, 8, 16
0,  2.0,  1.0, 1.0, 20.0, 800.0, 40.0, 2.0, 10.0, 0.9, 8, 16
$Rx.Cmp = Zyx
2,  0.5,  1.0, 1.0, 10.0, -2356.194490192345, 40.0, 4.0, 0, 0.9, 8, 16
2,  2.0,  1.0, 1.0, 20.0, -2300.0, 40.0, 2.0, 10.0, 0.9, 8, 16
$Rx.Cmp = Zyy
2,  0.5,  1.0, 1.0, 1.0, 100.0, 0.4, 2.0, 10.0, 0.9, 8, 16
2,  2.0,  1.0, 1.0, 2.0, 100.0, 0.4, 2.0, 10.0, 0.9, 8, 16
$Rx.Cmp = Tzx
2,  0.5,  1.0, 1.0, 0.2, 500.0, 0.2, 2.0, 50.0, 0.9, 8, 16
2,  2.0,  1.0, 1.0, 0.3, 500.0, 0.3, 2.0, 50.0, 0.9, 8, 16
$Rx.Cmp = Tzy
2,  0.5,  1.0, 1.0, 0.1, 500.0, 0.1, 2.0, 50.0, 0.9, 8, 16
2,  2.0,  1.0, 1.0, 0.1, 500.0, 0.1, 2.0, 50.0, 0.9, 8, 16
)";
}

inline std::string small_amtavg() {
  return R"(\ AMTAVG 7.76: "K1.fld", Dated 99-01-01, Processed 11 Jul 17
$ ASPACE=  50.0m
$ XMTR  =    20.
skp Station Freq  Comp Amps     Emag     Ephz      Hmag     Hphz  Resistivity   Phase   %Emag  sEphz  %Hmag  sHphz   %Rho   sPhz
\-++------++----++---++----++---------++------++---------++------++---------++------++-----++-----++-----++-----++-----++-----+
 2   150.0   8192 ExHy  5.00  3.1061e+2  1371.6  9.2137e-2  1953.2  2.0000e+2   500.0   13.8   84.7    9.8   73.6   14.7   20.0
 2   150.0   4096 ExHy  7.00  3.6146e+2  -124.0  9.1877e-2    89.4  8.0000e+1   400.0    7.8   85.6    9.1   73.7    8.0    0.0
 2   200.0   8192 ExHy  5.00  6.3982e+2  1722.8  9.2137e-2  1953.2  1.1773e+3   230.4    9.6   72.9    9.8   73.6    8.3   69.9
)";
}

inline std::string small_stations() { return "\"dot\",\"e\",\"n\",\"h\"\n150,748846.5,2883860.25,574.5\n"; }
