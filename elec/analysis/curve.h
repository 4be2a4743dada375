// elec/analysis/curve.h: one scalar impedance of a site over its periods.
#pragma once
#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::elec {

/// Which impedance stands for the tensor; all are in the first quadrant over a layered earth.
enum class Mode : std::uint8_t {
  xy,          ///< Zxy
  yx,          ///< -Zyx
  determinant  ///< sqrt(det Z)
};
const char* name_of(Mode mode);

struct Curve {
  std::vector<double> period;           ///< s, [n]
  std::vector<std::complex<double>> z;  ///< ohm; NaN where missing or masked
  std::vector<double> error;            ///< ohm, of real and, equally, of imaginary part; NaN where unknown
  std::vector<double> resistivity, resistivity_error;  ///< apparent, ohm m
  std::vector<double> phase, phase_error;              ///< degrees
};

/// The error of the determinant is propagated to first order and is the mean over both parts.
Curve curve_of(const datasets::Site& site, Mode mode);

/// Niblett & Bostick: depth (m) and resistivity (ohm m) for each period with phases between 0 and 90 degrees; NaN
/// elsewhere. `by_slope` takes the slope of ln rho_a by ln T instead, from a local straight line over `points`
/// periods, which needs no phases but is noisier.
struct DepthTable {
  std::vector<double> depth, resistivity;  ///< by the phase
  std::vector<double> by_slope;            ///< ohm m, at the same depths
};
DepthTable niblett_bostick(const Curve& curve, std::size_t points = 5);

/// Distance of each value from its neighbours in period: |ln z - local line| over a robust scale of such distances (but
/// not less than the error), where the line is the one of Theil and Sen through `points` neighbours on both sides
/// together. NaN where missing. Beyond 5 or so means an outlier.
std::vector<double> outlier_measure(const Curve& curve, std::size_t points = 4);

}  // namespace terrella::elec
