// viz/sounding.h: the data and the fit of one site as people read them, apparent resistivity and phase.
#pragma once
#include <string>
#include <vector>

#include "inversion/result.h"

namespace terrella::viz {

/// Apparent resistivity |Z|^2 / (w mu_0) (Cagniard 1953) and phase arg Z; errors are propagated to first order from the
/// standard error s of real and imaginary part: 2 rho s / |Z| and s / |Z|. All [n], NaN where the impedance is NaN.
struct Sounding {
  std::string site;
  double rms = 0;
  std::vector<double> period;              ///< s
  std::vector<double> resistivity;         ///< ohm m, observed
  std::vector<double> resistivity_error;   ///< ohm m
  std::vector<double> phase;               ///< degrees, -180 .. 180, observed
  std::vector<double> phase_error;         ///< degrees
  std::vector<double> fitted_resistivity;  ///< ohm m
  std::vector<double> fitted_phase;        ///< degrees
};

/// Throws std::invalid_argument naming the site where the arrays of the fit have different sizes.
Sounding make_sounding(const inversion::SiteFit& fit);

/// A yx impedance has its phases in the third quadrant; they are shown as those of -Z. Turns all phases by 180 degrees
/// where the median of the observed ones lies below -90, and says whether it did.
bool turn_third_quadrant(Sounding& sounding);

}  // namespace terrella::viz
