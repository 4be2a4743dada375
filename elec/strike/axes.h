// elec/strike/axes.h: statistics of directions that repeat after a fraction of a turn. Mardia & Jupp (2000).
#pragma once
#include <cstdint>
#include <vector>

namespace terrella::elec {

/// A mean direction of angles that mean the same after `turn` degrees: 360 for arrows, 180 for axes, 90 for strikes
/// whose principal axes cannot be told apart.
struct MeanDirection {
  double angle = 0;    ///< degrees, -turn/2 .. turn/2; NaN of no data
  double length = 0;   ///< of the mean vector, 0 (no preferred direction) .. 1 (all the same)
  double scatter = 0;  ///< circular standard deviation, degrees
  double chance = 1;   ///< probability of such a length among directions without preference (Rayleigh, by the effective
                       ///< number of data (sum w)^2 / sum w^2)
  double low = 0, high = 0;  ///< interval of confidence around `angle`, unwrapped; the full turn where it has no end
  std::size_t data = 0;
};

struct BootstrapOptions {
  int draws = 1000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

/// Weighted mean direction.
///
/// angle   [n]  degrees; entries that are NaN are left out
/// weight  [n]  not negative; those left out weigh nothing
/// group   [n]  data with the same number are drawn together by the bootstrap (the periods of one site depend on each
///              other); empty: each on its own
///
/// The interval holds the `confidence` part of bootstrap means, by their distance from `angle` to both sides. Throws
/// std::invalid_argument for sizes that disagree, a turn or options that are not possible.
MeanDirection mean_direction(const std::vector<double>& angle, const std::vector<double>& weight, double turn,
                             const std::vector<std::size_t>& group = {}, const BootstrapOptions& options = {});

/// The angle within -turn/2 .. turn/2.
double wrapped(double angle, double turn);

}  // namespace terrella::elec
