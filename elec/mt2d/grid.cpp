#include "elec/mt2d/grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/graph/node.h"
#include "core/ops.h"

namespace terrella::elec::mt2d {

std::vector<double> Grid::widths() const {
  std::vector<double> all;
  for (std::size_t i = 0; i + 1 < y.size(); ++i) all.push_back(y[i + 1] - y[i]);
  return all;
}

void validate(const Grid& grid) {
  const auto fault = [](const auto&... parts) { throw MeshError(text("2D grid: ", parts...)); };
  if (grid.y.size() < 3) fault(grid.y.size(), " vertical lines; it needs three or more");
  for (std::size_t i = 0; i < grid.y.size(); ++i) {
    if (!std::isfinite(grid.y[i])) fault("line ", i, " lies at ", grid.y[i], " m");
    if (i > 0 && !(grid.y[i] > grid.y[i - 1]))
      fault("lines must ascend, but line ", i, " at ", grid.y[i], " m follows ", grid.y[i - 1], " m");
  }
  if (grid.z.rank() != 2 || grid.z.size(1) != static_cast<std::int64_t>(grid.y.size()))
    fault("depths are ", grid.z.shape(), " for ", grid.y.size(), " lines; they must be [rows, lines]");
  if (grid.surface < 0 || grid.earth_rows() < 2)
    fault("the surface is row ", grid.surface, " of ", grid.z.size(0), "; it needs two rows of earth or more");
  if (grid.sea < 0 || grid.sea >= grid.earth_rows())
    fault("has ", grid.sea, " rows of sea and ", grid.earth_rows(), " below the surface; there must be earth below it");
  if (grid.z.node()->symbolic) return;  // within a compiled function: no values yet
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t lines = grid.y.size();
  for (std::size_t k = 0; k < z.size(); ++k) {
    if (!std::isfinite(z[k])) fault("node (", k / lines, ", ", k % lines, ") lies at depth ", z[k], " m");
    if (k >= lines && !(z[k] > z[k - lines]))
      fault("row ", k / lines, " does not lie below the one above it at y = ", grid.y[k % lines], " m (", z[k], " and ",
            z[k - lines], " m): its topography is too rough for such rows; make them level further away");
  }
}

namespace {

void require_water(const std::vector<double>& y, const Tensor& floor, double level) {
  if (!std::isfinite(level)) throw MeshError(text("2D grid: the sea level is ", level, " m"));
  if (floor.node()->symbolic) return;
  const std::vector<double> z = floor.to_vector<double>();
  for (std::size_t i = 0; i < z.size(); ++i)
    if (!(z[i] > level))
      throw MeshError(text("2D grid: at y = ", y[i], " m the sea floor is ", z[i], " m deep and the sea level ", level,
                           " m (both positive down); rows of water need a floor below it everywhere"));
}

}  // namespace

Grid grid_under(const std::vector<double>& y, const Tensor& surface, const Rows& rows) {
  if (surface.rank() != 1 || surface.size() != static_cast<std::int64_t>(y.size()))
    throw MeshError(text("2D grid: the surface has shape ", surface.shape(), " for ", y.size(), " lines"));
  for (const auto* part : {&rows.thickness, &rows.air, &rows.sea})
    for (const double h : *part)
      if (!(h > 0 && std::isfinite(h))) throw MeshError(text("2D grid: a row is ", h, " m thick"));
  const Tensor middle = mean(surface);
  double level = rows.level;
  if (level == 0 && !surface.node()->symbolic) {
    const std::vector<double> depth = surface.to_vector<double>();
    const auto [low, high] = std::minmax_element(depth.begin(), depth.end());
    level = 4 * (*high - *low);
  }
  // Row at distance d from the surface: level rows around the mean, and what is left there of the relief.
  const std::size_t air = rows.air.size(), sea = rows.sea.size();
  std::vector<double> distance, above;
  double height = std::accumulate(rows.air.begin(), rows.air.end(), 0.0);
  for (std::size_t j = air; j-- > 0; height -= rows.air[j]) above.push_back(-height);
  if (sea == 0) distance = above;
  distance.push_back(0);
  for (const double h : rows.thickness) distance.push_back(distance.back() + h);
  std::vector<double> left;
  for (const double d : distance) left.push_back(level > 0 ? std::max(0.0, 1 - std::abs(d) / level) : 0.0);
  if (level == 0) left[sea == 0 ? air : 0] = 1;  // no relief, or unknown: only the surface row bends
  const Tensor relief = expand_dims(surface - middle, 0);
  Grid grid{y, expand_dims(Tensor(distance), 1) + middle + expand_dims(Tensor(left), 1) * relief,
            static_cast<std::int64_t>(air)};
  if (sea > 0) {
    require_water(y, surface, rows.sea_level);
    // Shares of the depth of the water, from its surface down; the floor is the first row of what is there.
    std::vector<double> share = {0};
    for (std::size_t j = sea; j-- > 1;) share.push_back(share.back() + rows.sea[j]);
    for (double& s : share) s /= std::accumulate(rows.sea.begin(), rows.sea.end(), 0.0);
    for (double& a : above) a += rows.sea_level;
    const Tensor water = rows.sea_level + expand_dims(Tensor(share), 1) * (expand_dims(surface, 0) - rows.sea_level);
    const auto lines = static_cast<std::int64_t>(y.size());
    grid.z = concatenate({water, grid.z});
    if (air > 0) grid.z = concatenate({expand_dims(Tensor(above), 1) + zeros({1, lines}), grid.z});
    grid.sea = static_cast<std::int64_t>(sea);
  }
  validate(grid);
  return grid;
}

}  // namespace terrella::elec::mt2d
