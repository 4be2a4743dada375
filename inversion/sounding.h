// inversion/sounding.h: what one site gives to a 1D inversion.
#pragma once
#include <complex>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"
#include "inversion/mt1d_options.h"

namespace terrella::inversion {

/// A scalar impedance over periods.
struct Sounding {
  std::string name = {};
  double latitude = datasets::not_a_number, longitude = datasets::not_a_number;  ///< degrees
  std::vector<double> period = {};                                               ///< s, ascending, [n]
  std::vector<std::complex<double>> z = {};                                      ///< ohm, [n]
  std::vector<double> z_error = {};  ///< ohm, of real and imaginary part, [n]
  /// Errors of log10 apparent resistivity (decades) and phase (degrees), [n]; both or neither. Where they are given
  /// they serve the parametrizations with rho_a and phase instead of those that z_error implies; NaN leaves out that
  /// number.
  std::vector<double> log10_rho_error = {}, phase_error = {};
  std::string problem = {};  ///< why there are no usable data; empty where there are
};

/// The scalar of options.data with its error, to first order, at periods where all that it needs is present and not
/// masked. Errors are at least options.error_floor times |z|; where the file gives none, the floor stands alone.
Sounding sounding(const datasets::Site& site, const Invert1dOptions& options);

/// Standard errors of log10 apparent resistivity, 2 error / (|z| ln 10) decades, and of phase,
/// error / |z| in degrees.
double log10_rho_error(std::complex<double> z, double z_error);
double phase_error(std::complex<double> z, double z_error);

/// Throws std::invalid_argument naming the sounding where sizes disagree, periods do not ascend or data are not finite.
void validate(const Sounding& sounding);

/// As a site of a survey whose Zxy is the scalar and whose other components are missing.
datasets::Site to_site(const Sounding& sounding);

}  // namespace terrella::inversion
