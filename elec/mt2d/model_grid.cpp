#include "elec/mt2d/model_grid.h"

#include <algorithm>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::elec::mt2d {

ModelGrid grid_of(const datasets::ResistivityModel& model, double air_height) {
  datasets::validate(model);
  if (!(air_height > 0)) fail("grid_of: ", air_height, " m of air; give a positive height");
  const auto refuse = [&](const auto&... parts) {
    throw MeshError(text(model.path.empty() ? "2D grid" : model.path, ": ", parts...));
  };
  if (const auto* const points = std::get_if<datasets::PointMesh>(&model.mesh))
    refuse("is a mesh of ", points->shape == datasets::PointMesh::Shape::triangle ? "triangles" : "points",
           "; grids have lines and rows of quadrilaterals, whose rules do not apply to it");
  if (std::holds_alternative<Mesh3D>(model.mesh)) refuse("is three-dimensional; a section has y and z alone");
  const auto& mesh = std::get<Mesh2D>(model.mesh);
  const auto is_air = [&](std::size_t row, std::size_t column) {
    return !model.kind.empty() && model.kind[row * mesh.ny() + column] == datasets::Cell::air;
  };
  std::size_t air = 0;
  for (std::size_t k = 0; k < mesh.nz(); ++k) {
    std::size_t count = 0, first_air = 0;
    for (std::size_t j = mesh.ny(); j-- > 0;)
      if (is_air(k, j)) ++count, first_air = j;
    if (count == mesh.ny() && k == air) {
      ++air;
    } else if (count > 0) {
      refuse(
          "row ", k + 1, " has air beside earth, at y = ", mesh.y[first_air],
          " m: steps of topography, for which grids here have rows that follow the ground; design one with `terrella "
          "mesh 2d` from the sites and their elevations");
    }
  }
  ModelGrid result;
  std::vector<double> z = mesh.z;
  if (air == 0) {
    const double top = z.front();
    std::vector<double> above;
    double sum = 0;
    for (double h = z[1] - z[0]; sum < air_height; h *= 2) above.push_back(top - (sum += h));
    z.insert(z.begin(), above.rbegin(), above.rend());
    air = above.size();
    result.notes.push_back(text("the file has no air: ", air, " rows up to ", sum,
                                " m were put on top, each twice as high as the one below"));
  }
  result.grid.y = mesh.y;
  result.grid.surface = static_cast<std::int64_t>(air);
  const auto rows = static_cast<std::int64_t>(z.size()), lines = static_cast<std::int64_t>(mesh.y.size());
  result.grid.z = broadcast_to(reshape(Tensor(z), {rows, 1}), {rows, lines}).eval();
  validate(result.grid);
  const auto earth = result.grid.earth_rows();
  const std::size_t from = (mesh.nz() - static_cast<std::size_t>(earth)) * mesh.ny();
  result.resistivity = Tensor::from(
      std::vector<double>(model.resistivity.begin() + static_cast<std::ptrdiff_t>(from), model.resistivity.end()),
      {earth, lines - 1});
  return result;
}

}  // namespace terrella::elec::mt2d
