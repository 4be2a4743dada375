// datasets/models/grid.h: the cells that a model of the generators fills, in one to three dimensions.
#pragma once
#include <cstdint>
#include <vector>

#include "core/shape.h"

namespace terrella::datasets {

struct Axis {
  std::vector<double> edges;  ///< m, ascending, one more than cells
  /// Distances along the axis are counted in decades of the centre instead of metres, as electromagnetic resolution
  /// goes with depth; edges then are not negative.
  bool decades = false;
};

/// Depth z first, positive down; then y, then x where there are any: arrays are [nz], [nz, ny], [nz, ny, nx].
struct ModelGrid {
  std::vector<Axis> axes;
};

/// Cells along each axis. Fails where there are none to three axes, or edges do not ascend.
Shape cells_of(const ModelGrid& grid);
/// Middles of the cells, m; along an axis of decades the geometric one, for the first cell from 0 half its end.
std::vector<double> centres_of(const Axis& axis);
/// The same as distances are counted: metres or decades.
std::vector<double> coordinates_of(const Axis& axis);

/// Edges of cells whose thickness grows by `growth` from `first` on, from 0.
std::vector<double> growing_edges(std::int64_t cells, double first, double growth);

}  // namespace terrella::datasets
