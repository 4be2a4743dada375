// elec/strike/phase_tensor_strike.h: geoelectric strike of many sites and periods from their phase tensors.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"
#include "elec/analysis/phase_tensors.h"
#include "elec/strike/axes.h"

namespace terrella::elec {

struct StrikeOptions {
  double shortest_period = 0;                                       ///< s
  double longest_period = std::numeric_limits<double>::infinity();  ///< s
  double largest_skew = 3;          ///< degrees of |beta|: what is beyond is three-dimensional and has no strike
  double largest_error = 20;        ///< degrees: strikes that are less well known are left out (circles have none)
  double scatter = 5;               ///< degrees: added in quadrature to the errors, so that no few sites outweigh all
  BootstrapOptions bootstrap = {};  ///< over sites; over data where there is one site
};

struct Strike {
  /// -45 .. 45 degrees, azimuth of strike or at right angles to it: impedances alone cannot tell which.
  MeanDirection principal;
  /// The azimuth, -90 .. 90, of the two that lies more nearly at right angles to the induction arrows (real part):
  /// current flows along strike, the arrows across. NaN where one of both prefers no direction (chance > 0.05).
  double resolved = datasets::not_a_number;
  /// Of strikes at right angles to the arrows, -90 .. 90.
  MeanDirection by_arrows;
  std::size_t too_skewed = 0, too_uncertain = 0;  ///< data that were left out
};

/// What one phase tensor says of the strike.
struct StrikeDatum {
  enum class Use : std::uint8_t { counts, missing, too_skewed, too_uncertain };
  Use use = Use::missing;
  double azimuth = datasets::not_a_number;  ///< of the larger axis, degrees clockwise from north
  double weight = 0;
};

/// Row i of the table of a site whose x axis has that azimuth, whatever its period. Weights are 1 / (error^2 +
/// scatter^2), the errors being those of alpha - beta, propagated from the impedances; data without errors count as
/// known to `largest_error` / 2. Circles (ellipticity below 1e-6) have no strike: they are too uncertain.
StrikeDatum strike_datum(const PhaseTensorTable& table, std::size_t i, double rotation, const StrikeOptions& options);

/// The mean of what strike_datum() lets count. Caldwell, Bibby & Brown (2004); directions by quadrupled angles. Throws
/// std::invalid_argument for options that are not possible.
Strike phase_tensor_strike(const datasets::Survey& survey, const StrikeOptions& options = {});

/// The same for each decade of period that holds data, from the shortest on.
struct StrikeOfBand {
  double from = 0, to = 0;  ///< s
  Strike strike;
};
std::vector<StrikeOfBand> phase_tensor_strike_by_decade(const datasets::Survey& survey,
                                                        const StrikeOptions& options = {});

}  // namespace terrella::elec
