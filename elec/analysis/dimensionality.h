// elec/analysis/dimensionality.h: how many dimensions a response shows, by three families of criteria.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::elec {

/// What a response looks like. "distorted" means a galvanic distortion by shallow three-dimensional structure.
enum class Dimension : std::uint8_t {
  unknown,        ///< a component is missing
  one,            ///< 1D
  two,            ///< 2D
  twisted_two,    ///< 2D, distorted by a twist alone
  distorted_two,  ///< 2D, distorted: a decomposition finds strike
  distorted,      ///< 1D or 2D, distorted: strike cannot be found
  diagonal,       ///< 1D or 2D, distorted such that the tensor is diagonal
  three           ///< 3D
};
/// "1D", "2D", "2D twisted", "2D distorted", "1D/2D distorted", "1D/2D diagonal", "3D", "unknown".
const char* name_of(Dimension dimension);

/// Bahr (1991): kappa and sigma tell undistorted cases, mu and eta the distorted ones.
struct BahrThresholds {
  double kappa = 0.1, sigma = 0.1, mu = 0.05;
  double eta = 0.3;  ///< above: 3D; from 0.1 on the distorted 2D model holds only approximately
};
/// Weaver, Agarwal & Lilley (2000), with the thresholds of Marti, Queralt & Ledo (2009).
struct WalThresholds {
  double invariants = 0.15;  ///< I3 to I7 below it count as 0
  double q = 0.1;
};
/// Caldwell, Bibby & Brown (2004): beta beyond its threshold by more than `errors` standard errors means 3D;
/// ellipticity within `errors` of its threshold means 1D.
struct PhaseTensorThresholds {
  double skew = 3;  ///< degrees
  double ellipticity = 0.1;
  double errors = 1;
};
struct DimensionThresholds {
  BahrThresholds bahr = {};
  WalThresholds wal = {};
  PhaseTensorThresholds phase_tensor = {};
};

/// One row a period.
struct DimensionTable {
  std::vector<double> kappa, mu, eta, sigma;                             // Bahr
  std::vector<double> i3, i4, i5, i6, i7, q;                             // WAL
  std::vector<double> beta, beta_error, ellipticity, ellipticity_error;  // phase tensor
  std::vector<Dimension> bahr, wal, phase_tensor;
};

/// Masked values count as missing. Throws std::invalid_argument for thresholds that are not positive.
DimensionTable dimension_table(const datasets::Site& site, const DimensionThresholds& thresholds = {});

}  // namespace terrella::elec
