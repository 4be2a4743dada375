// datasets/modem/rho_scale.h: whether apparent resistivities of a ModEM file are in ohm m or logarithms, which no file
// says.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "datasets/modem/data_kinds.h"

namespace terrella::datasets::modem {

/// One sounding curve: a component of a site, periods ascending.
struct Curve {
  std::vector<double> period;  ///< s
  std::vector<double> rho;     ///< as it stands in the file
  std::vector<double> phase;   ///< degrees, 0 .. 90 for smooth curves
};

struct ScaleFinding {
  RhoScale scale = RhoScale::linear;
  bool proven = false;  ///< by the values alone or by a clear margin of the phases
  std::string why;
};

/// Phase and slope of a curve go together: d ln rho / d ln T = 1 - phase / 45 deg where it changes smoothly (Weidelt
/// 1972; Fischer and Schnegg 1980). Integrated over ln T the phases thus give the shape of ln rho. Of the three
/// readings of the numbers the one counts whose shapes are nearest; it is proven where the next one is twice as far
/// off, on average over curves of ln rho. Readings that give resistivities outside 1e-6 .. 1e9 ohm m are out.
ScaleFinding find_rho_scale(const std::vector<Curve>& curves);

}  // namespace terrella::datasets::modem
