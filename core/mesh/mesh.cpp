#include "core/mesh/mesh.h"

#include <cmath>

#include "core/error.h"

namespace terrella {
namespace {

void validate(const std::vector<double>& edges, const char* axis) {
  if (edges.size() < 2) throw MeshError(text("mesh: no cell along ", axis));
  if (edges.size() - 1 > most_cells_along_axis)
    throw MeshError(
        text("mesh: ", edges.size() - 1, " cells along ", axis, "; more than ", most_cells_along_axis, " are refused"));
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!std::isfinite(edges[i])) throw MeshError(text("mesh: edge ", i, " along ", axis, " is not finite"));
    if (i > 0 && edges[i] <= edges[i - 1])
      throw MeshError(text("mesh: edges along ", axis, " must ascend, but ", edges[i], " m follows ", edges[i - 1],
                           " m (edge ", i, ")"));
  }
}

void limit(std::size_t cells) {
  if (cells > most_cells) throw MeshError(text("mesh: ", cells, " cells; more than ", most_cells, " are refused"));
}

}  // namespace

void validate(const Mesh2D& mesh) {
  validate(mesh.y, "y");
  validate(mesh.z, "z");
  limit(mesh.cells());
}

void validate(const Mesh3D& mesh) {
  validate(mesh.x, "x");
  validate(mesh.y, "y");
  validate(mesh.z, "z");
  limit(mesh.nx() * mesh.ny());  // first: the product of three could overflow
  limit(mesh.cells());
  if (!std::isfinite(mesh.rotation)) throw MeshError("mesh: the rotation is not finite");
}

std::vector<double> edges_of(const std::vector<double>& widths, double first, const std::string& axis) {
  std::vector<double> edges = {first};
  edges.reserve(widths.size() + 1);
  double sum = first, lost = 0;  // Neumaier
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const double width = widths[i];
    if (!(width > 0) || !std::isfinite(width))
      throw MeshError(text("mesh: width ", i + 1, " along ", axis, " is ", width, "; widths must be positive"));
    const double next = sum + width;
    lost += std::abs(sum) >= width ? (sum - next) + width : (width - next) + sum;
    sum = next;
    edges.push_back(sum + lost);
  }
  return edges;
}

std::vector<double> widths_of(const std::vector<double>& edges) {
  std::vector<double> widths;
  for (std::size_t i = 1; i < edges.size(); ++i) widths.push_back(edges[i] - edges[i - 1]);
  return widths;
}

std::vector<double> centres_of(const std::vector<double>& edges) {
  std::vector<double> centres;
  for (std::size_t i = 1; i < edges.size(); ++i) centres.push_back(edges[i - 1] + (edges[i] - edges[i - 1]) / 2);
  return centres;
}

}  // namespace terrella
