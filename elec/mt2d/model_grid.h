// elec/mt2d/model_grid.h: the sections of other programs as grids of ours.
#pragma once
#include <string>
#include <vector>

#include "datasets/model/model.h"
#include "elec/mt2d/fields.h"

namespace terrella::elec::mt2d {

struct ModelGrid {
  Grid grid;
  Tensor resistivity;              ///< of the elements of the earth, ohm m, [earth rows, ny]
  std::vector<std::string> notes;  ///< what was done to the mesh, a sentence each
};

/// Lines and rows as they are. Rows whose cells are all air become air; where the file has none, rows are put on top
/// that double from the first row's thickness until they are `air_height` m high, and a note says so.
///
/// MeshError for meshes that are no sections (three dimensions, triangles) and for air beside earth in one row: steps
/// of topography that our rows, which follow the ground, do not have.
ModelGrid grid_of(const datasets::ResistivityModel& model, double air_height);

}  // namespace terrella::elec::mt2d
