#include "datasets/model/model.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"

namespace terrella::datasets {
namespace {

void validate_points(const PointMesh& mesh) {
  const auto corners = static_cast<std::size_t>(mesh.shape);
  if (corners != 3 && corners != 4 && corners != 8) throw MeshError("mesh: a cell has 3, 4 or 8 corners");
  if (mesh.corners.empty() || mesh.corners.size() % corners != 0)
    throw MeshError(text("mesh: ", mesh.corners.size(), " corners do not make cells of ", corners));
  for (std::size_t i = 0; i < mesh.points.size(); ++i)
    for (const double coordinate : mesh.points[i])
      if (!std::isfinite(coordinate)) throw MeshError(text("mesh: point ", i, " is not finite"));
  for (std::size_t i = 0; i < mesh.corners.size(); ++i)
    if (mesh.corners[i] >= mesh.points.size())
      throw MeshError(
          text("mesh: cell ", i / corners, " has corner ", mesh.corners[i], " of ", mesh.points.size(), " points"));
}

}  // namespace

double resistivity_of(double stored, Storage storage) {
  switch (storage) {
    case Storage::resistivity:
      return stored;
    case Storage::ln_resistivity:
      return std::exp(stored);
    case Storage::log10_resistivity:
      return std::pow(10.0, stored);
    case Storage::conductivity:
      return 1 / stored;
    case Storage::ln_conductivity:
      return std::exp(-stored);
    case Storage::log10_conductivity:
      return std::pow(10.0, -stored);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double stored_of(double resistivity, Storage storage) {
  switch (storage) {
    case Storage::resistivity:
      return resistivity;
    case Storage::ln_resistivity:
      return std::log(resistivity);
    case Storage::log10_resistivity:
      return std::log10(resistivity);
    case Storage::conductivity:
      return 1 / resistivity;
    case Storage::ln_conductivity:
      return 0.0 - std::log(resistivity);
    case Storage::log10_conductivity:
      return 0.0 - std::log10(resistivity);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

const char* name_of(Storage storage) {
  switch (storage) {
    case Storage::resistivity:
      return "resistivity";
    case Storage::ln_resistivity:
      return "ln resistivity";
    case Storage::log10_resistivity:
      return "log10 resistivity";
    case Storage::conductivity:
      return "conductivity";
    case Storage::ln_conductivity:
      return "ln conductivity";
    case Storage::log10_conductivity:
      return "log10 conductivity";
  }
  return "";
}

std::size_t cells_of(const ResistivityModel& model) {
  return std::visit([](const auto& mesh) { return mesh.cells(); }, model.mesh);
}

void validate(const ResistivityModel& model) {
  if (const auto* const points = std::get_if<PointMesh>(&model.mesh))
    validate_points(*points);
  else if (const auto* const section = std::get_if<Mesh2D>(&model.mesh))
    terrella::validate(*section);
  else
    terrella::validate(std::get<Mesh3D>(model.mesh));
  const std::size_t cells = cells_of(model);
  if (model.resistivity.size() != cells)
    fail("model: ", cells, " cells but ", model.resistivity.size(), " resistivities");
  if (!model.kind.empty() && model.kind.size() != cells)
    fail("model: ", cells, " cells but kinds of ", model.kind.size());
  for (std::size_t i = 0; i < cells; ++i)
    if (!(model.resistivity[i] > 0) || !std::isfinite(model.resistivity[i]))
      fail("model: cell ", i, ": resistivity ", model.resistivity[i], " ohm m is not positive and finite");
}

void validate(const ModelCovariance& covariance) {
  const auto [nx, ny, nz] = covariance.cells;
  if (nx == 0 || ny == 0 || nz == 0) fail("covariance: no cells: ", nx, " x ", ny, " x ", nz);
  if (covariance.smoothing_x.size() != nz || covariance.smoothing_y.size() != nz)
    fail("covariance: ", nz, " layers but ", covariance.smoothing_x.size(), " and ", covariance.smoothing_y.size(),
         " coefficients along x and y");
  const auto possible = [](double smoothing) { return smoothing >= 0 && smoothing <= 1; };
  for (std::size_t k = 0; k < nz; ++k)
    if (!possible(covariance.smoothing_x[k]) || !possible(covariance.smoothing_y[k]))
      fail("covariance: layer ", k + 1, ": smoothing is not within 0 .. 1");
  if (!possible(covariance.smoothing_z)) fail("covariance: vertical smoothing is not within 0 .. 1");
  if (covariance.applications < 0) fail("covariance: smoothing is applied ", covariance.applications, " times");
  for (const auto& exception : covariance.exceptions)
    if (!possible(exception.smoothing))
      fail("covariance: smoothing between areas ", exception.first, " and ", exception.second, " is not within 0 .. 1");
  if (!covariance.area.empty() && covariance.area.size() != nx * ny * nz)
    fail("covariance: ", nx * ny * nz, " cells but ", covariance.area.size(), " masks");
}

void expect_match(const ResistivityModel& model, const ModelCovariance& covariance) {
  const auto* const mesh = std::get_if<Mesh3D>(&model.mesh);
  if (!mesh) throw MeshError("covariance: the model is not three-dimensional");
  if (covariance.cells != std::array{mesh->nx(), mesh->ny(), mesh->nz()})
    throw MeshError(text("the covariance ", covariance.path, " is for ", covariance.cells[0], " x ",
                         covariance.cells[1], " x ", covariance.cells[2], " cells, but the model ", model.path, " has ",
                         mesh->nx(), " x ", mesh->ny(), " x ", mesh->nz()));
}

}  // namespace terrella::datasets
