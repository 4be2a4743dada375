// tests/datasets/jformat/small_jformat.h: correct J files of impedances and of resistivities.
#pragma once
#include <string>

inline std::string small_jformat() {
  return R"(# made by hand
>AZIMUTH   =  0.0
>LATITUDE  = -28.5
>LONGITUDE =  24.25
>ELEVATION =  1200.0
A01  0.0
ZXX field
3
 0.1  0.25 -0.5  0.1  1.0
 1.0  0.20 -0.4  0.2  1.0
 -999.0 -999.0 -999.0 -999.0 -999.0
ZXY field
3
 0.1  2.0  1.5  0.3  1.0
 1.0  1.5  1.0  0.4  1.0
 10.0  1.0  0.5  -999.0  1.0
ZYX field
3
 0.1 -3.0 -2.5  0.5  1.0
 1.0 -2.0 -1.5  0.6  1.0
 10.0 -1.0 -0.5  0.7  1.0
ZYY field
3
 0.1 -0.125 0.75 0.8  1.0
 1.0 -0.1  0.5  0.9  1.0
 10.0 -999.0 -999.0 -999.0 -999.0
TZX
3
 0.1  0.3 -0.1 0.01 1.0
 1.0  0.2 -0.1 0.02 1.0
 10.0 0.1 -0.1 0.03 1.0
TZY
3
 0.1  -0.3 0.1 0.01 1.0
 1.0  -0.2 0.1 0.02 1.0
 10.0 -0.1 0.1 0.03 1.0
)";
}

/// Periods as frequencies; the third row has no phase bounds.
inline std::string small_j_resistivities() {
  return R"(# made by hand
>AZIMUTH   =  0.0
>LATITUDE  = -28.5
>LONGITUDE =  24.25
>ELEVATION =  1200.0
A02
RXY
3
 -10.0  100.0  45.0  110.0  90.0  47.0  43.0  1.0  1.0
  1.0   200.0  30.0  220.0 180.0  33.0  27.0  1.0  1.0
 10.0   400.0  60.0  480.0 320.0 -999. -999.  1.0  1.0
)";
}
