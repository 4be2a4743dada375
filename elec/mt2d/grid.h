// elec/mt2d/grid.h: the quadrilaterals on which two-dimensional fields are computed.
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace terrella::elec::mt2d {

/// A logically rectangular grid: vertical lines at y, and rows of nodes that follow topography and sea floor. Node (j,
/// i) lies at y[i] and depth z[j, i]; element (j, i) has it as its upper left corner.
struct Grid {
  std::vector<double> y;     ///< m along the profile, strictly ascending, [ny + 1]
  Tensor z;                  ///< m, positive down, strictly ascending down every line, [nz + 1, ny + 1]
  std::int64_t surface = 0;  ///< row of nodes between air and earth or sea; elements above it are air
  std::int64_t sea = 0;      ///< rows of elements below the surface that are water: they end at the sea floor

  std::int64_t ny() const { return static_cast<std::int64_t>(y.size()) - 1; }
  std::int64_t nz() const { return z.size(0) - 1; }
  std::vector<double> widths() const;                         ///< of the columns, m, [ny]
  std::int64_t earth_rows() const { return nz() - surface; }  ///< with those of the sea: all that have a resistivity
  std::int64_t ground() const { return surface + sea; }       ///< row of nodes that sites stand on
};

/// MeshError where lines or rows do not ascend (naming the place; rows that cross each other are topography that is too
/// rough for its rows), numbers are not finite, or there is no earth.
void validate(const Grid& grid);

/// Rows that follow the surface and become level at a distance.
struct Rows {
  std::vector<double> thickness;  ///< m, of earth rows from the surface down
  std::vector<double> air;        ///< m, of air rows from the surface up
  double level = 0;  ///< m, depth and height from the mean surface at which rows are level; 0: four times the relief
  /// From the sea floor up, in the proportions that the rows of water have to each other everywhere; empty: no sea.
  /// With it the surface of grid_under() is the floor, air begins at `sea_level`, and its rows are level.
  std::vector<double> sea = {};
  double sea_level = 0;  ///< m, depth of the water's surface
};

/// The grid of these lines and rows under the surface [ny + 1], depth positive down (a hill has negative depths).
/// Differentiable by it. MeshError as validate(), and where a floor is not under water everywhere.
Grid grid_under(const std::vector<double>& y, const Tensor& surface, const Rows& rows);

}  // namespace terrella::elec::mt2d
