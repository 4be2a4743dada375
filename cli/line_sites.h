// cli/line_sites.h: what a mesh needs to know of a line's data.
#pragma once
#include <string>
#include <vector>

namespace terrella::cli {

struct LineSites {
  std::vector<std::string> name;
  std::vector<double> y, z;    ///< m along the line, m down; z is 0 where files give none
  std::vector<double> period;  ///< s, ascending
  double resistivity = 100;    ///< ohm m, logarithmic mean of the apparent resistivities; 100 where there are none
};

/// Data along a line as inversion codes keep them, or soundings of any kind, projected as `terrella invert 2d` does.
LineSites line_sites(const std::vector<std::string>& files);

}  // namespace terrella::cli
