#include "datasets/models/grid.h"

#include <cmath>

#include "core/error.h"

namespace terrella::datasets {

Shape cells_of(const ModelGrid& grid) {
  if (grid.axes.empty() || grid.axes.size() > 3) fail("a grid of models has 1 to 3 axes, not ", grid.axes.size());
  Shape cells;
  for (const Axis& axis : grid.axes) {
    if (axis.edges.size() < 2) fail("a grid of models needs a cell along every axis");
    for (std::size_t i = 1; i < axis.edges.size(); ++i)
      if (!(axis.edges[i] > axis.edges[i - 1]) || !std::isfinite(axis.edges[i]))
        fail("edges of a grid ascend; ", axis.edges[i], " follows ", axis.edges[i - 1]);
    if (axis.decades && axis.edges[0] < 0) fail("an axis of decades has no negative edges, not ", axis.edges[0]);
    cells.push_back(static_cast<std::int64_t>(axis.edges.size()) - 1);
  }
  return cells;
}

std::vector<double> centres_of(const Axis& axis) {
  std::vector<double> centres;
  for (std::size_t i = 1; i < axis.edges.size(); ++i) {
    const double a = axis.edges[i - 1], b = axis.edges[i];
    centres.push_back(axis.decades && a > 0 ? std::sqrt(a * b) : (a + b) / 2);
  }
  return centres;
}

std::vector<double> coordinates_of(const Axis& axis) {
  std::vector<double> all = centres_of(axis);
  if (axis.decades)
    for (double& x : all) x = std::log10(x);
  return all;
}

std::vector<double> growing_edges(std::int64_t cells, double first, double growth) {
  if (cells < 1 || cells > 100'000 || !(first > 0) || !(growth >= 1))
    fail("cells that grow: ", cells, " cells from ", first, " m by ", growth, "; give 1 or more, positive, 1 or more");
  std::vector<double> edges{0};
  double thickness = first;
  for (std::int64_t i = 0; i < cells; ++i, thickness *= growth) edges.push_back(edges.back() + thickness);
  if (!std::isfinite(edges.back())) fail("cells that grow: ", cells, " of them by ", growth, " end beyond all numbers");
  return edges;
}

}  // namespace terrella::datasets
