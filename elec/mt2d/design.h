// elec/mt2d/design.h: grids from sites and periods, and what is wrong with a grid.
#pragma once
#include <string>
#include <vector>

#include "elec/mt2d/forward.h"

namespace terrella::elec::mt2d {

/// Skin depth (m) of a uniform earth (ohm m) at a period (s).
double skin_depth(double resistivity, double period);

/// Water over a ground that is a sea floor.
struct Sea {
  double resistivity = 0;  ///< ohm m; 0: no sea. 0.3 is that of sea water of 5 degrees, 0.2 of 20 degrees
  double level = 0;        ///< m, depth of the water's surface, positive down as the ground's is
};

/// The ground: depths z (m, positive down) at ascending y (m), straight lines in between and level beyond. None: z = 0.
struct Profile {
  std::vector<double> y, z;
};

struct DesignOptions {
  double resistivity = 100;              ///< ohm m, of the host: skin depths follow from it
  double near_surface = 0;               ///< ohm m, of what lies on top; 0: the host's
  double per_skin_depth = 3;             ///< rows within the shortest skin depth, that of `near_surface`
  double growth = 1.25;                  ///< from row to row, and from column to column between sites
  double padding_growth = 1.5;           ///< from column to column beyond the sites, and upwards in the air
  double between_sites = 4;              ///< columns between neighbouring sites, at least
  double depth = 4, sides = 5, air = 5;  ///< in skin depths of the host at the longest period
  /// With one, rows of water lie between its level and the ground, no more than 20 of its skin depths below.
  Sea sea = {};
};

/// Metres of height a metre along the profile: steeper ground is that of wrong coordinates, and no rows of
/// quadrilaterals follow it.
constexpr double steepest_ground = 5;

/// Sites stand in the middle of columns; widths grow by the factors above. Sites in any order; the same place twice is
/// one. std::invalid_argument where sites, periods, options or the profile make no sense; MeshError where the ground is
/// steeper than steepest_ground or land rises out of the sea: sections of land and sea have no rows for that.
Grid design_grid(const std::vector<double>& sites, const std::vector<double>& periods, const Profile& ground = {},
                 const DesignOptions& options = {});

/// A rule that a grid breaks.
struct Finding {
  std::string rule;     ///< "depth", "sides", "air", "first row", "growth", "slope", "sites"
  std::string message;  ///< what and where, with numbers, and how to mend it
};

/// What to expect trouble from, for these resistivities, periods and receivers.
std::vector<Finding> diagnose(const Grid& grid, const Tensor& resistivity, const std::vector<double>& periods,
                              const Receivers& receivers);

/// Every element cut in four, and arrays of elements with them. Differentiable.
Grid refined(const Grid& grid);
Tensor refined(const Tensor& elements);

/// |Z - Z'| / |Z'| of the responses Z of this grid and those Z' of the refined one, [periods, sites]: three quarters of
/// the error of bilinear elements, seven eighths of biquadratic ones where fields are smooth. The tipper's is absolute.
Response refinement_error(const Grid& grid, const Resistivity& resistivity, const Tensor& periods,
                          const Receivers& receivers, ForwardOptions options = {});

}  // namespace terrella::elec::mt2d
