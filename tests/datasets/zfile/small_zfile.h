// tests/datasets/zfile/small_zfile.h: a correct Z-file of two periods and five channels in skew axes.
#pragma once
#include <string>

inline std::string small_zfile() {
  return R"(TRANSFER FUNCTIONS IN MEASUREMENT COORDINATES
********* WITH FULL ERROR COVARIANCE*********
Robust Remote Reference
station    :A01
coordinate    37.500   238.500  declination    10.00
number of channels   5   number of frequencies   2
 orientations and tilts of each channel
    1     0.00     0.00 A01  Hx
    2    90.00     0.00 A01  Hy
    3     0.00     0.00 A01  Hz
    4     0.00     0.00 A01  Ex
    5    90.00     0.00 A01  Ey

period :     10.00000    decimation level   1    freq. band from   25 to   30
number of data point   1000 sampling freq.   1.000 Hz
 Transfer Functions
  0.3000E+00 -0.1000E+00 -0.2000E+00  0.5000E-01
  0.2500E+00 -0.5000E+00  0.2000E+01  0.1500E+01
 -0.3000E+01 -0.2500E+01 -0.1250E+00  0.7500E+00
 Inverse Coherent Signal Power Matrix
  0.5000E+00 -0.1000E-10
  0.1000E+00 -0.2000E+00  0.2000E+01  0.1000E-10
 Residual Covariance
  0.1000E-02  0.0000E+00
  0.1000E-02  0.2000E-02  0.4000E-01  0.0000E+00
  0.5000E-03 -0.1000E-02  0.1000E-01  0.5000E-02  0.1000E-01  0.0000E+00
period :     20.00000    decimation level   2    freq. band from   10 to   12
number of data point    500 sampling freq.   0.500 Hz
 Transfer Functions
  0.2000E+00 -0.1000E+00 -0.1000E+00  0.5000E-01
  0.2000E+00 -0.4000E+00  0.1500E+01  0.1000E+01
 -0.2000E+01 -0.1500E+01 -0.1000E+00  0.5000E+00
 Inverse Coherent Signal Power Matrix
  0.5000E+00  0.0000E+00
  0.1000E+00 -0.2000E+00  0.2000E+01  0.0000E+00
 Residual Covariance
  0.1000E-02  0.0000E+00
  0.1000E-02  0.2000E-02  0.4000E-01  0.0000E+00
  0.5000E-03 -0.1000E-02  0.1000E-01  0.5000E-02  0.1000E-01  0.0000E+00
)";
}
