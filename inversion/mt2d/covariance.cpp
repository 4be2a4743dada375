#include "inversion/mt2d/covariance.h"

#include <cmath>

#include "core/ops.h"

namespace terrella::inversion {

CovarianceRoot section_covariance(const elec::mt2d::Grid& grid, const Cells& cells, const Invert2dOptions& o,
                                  double d0) {
  std::vector<CellLink> links;
  for (const CellSide& side : sides_of(grid, cells, o.cuts)) {
    const double depth = side.depth + d0;
    const double length = side.along_rows ? o.correlation_width + o.correlation_width_share * depth
                                          : o.correlation_height + o.correlation_height_share * depth;
    links.push_back({side.a, side.b, length * length / 4 * side.length / side.distance});  // two of the equation's
  }
  return {cells.area, links};
}

Whitening section_whitening(const Section2d& s, const Invert2dOptions& o) {
  const auto root =
      std::make_shared<const CovarianceRoot>(section_covariance(s.mesh.grid, s.cells, o, shallow_depth(s)));
  const std::int64_t each = s.cells.count, directions = s.directions, own = directions * each;
  // (1 - r) I + r 1 1^T of the directions: its symmetric root has the same shape.
  const double r = directions == 1 ? 0.0 : o.coupling / (1 + o.coupling);
  const double alone = std::sqrt(1 - r), shared = (std::sqrt(1 + 2 * r) - alone) / 3;
  const auto mixed = [=](const Tensor& x, double of_own, double of_all) {  // [directions, cells, k]
    return directions == 1 ? x : of_own * x + of_all * sum(x, {0}, true);
  };
  /// A map of [cells, k] on all directions, between two mixtures; what is behind the cells stays.
  const auto over = [=](const Tensor& x, double of_own, double of_all, const auto& map) {
    const Tensor columns = x.rank() == 1 ? reshape(x, {-1, 1}) : x;
    const std::int64_t k = columns.size(1), rows = columns.size(0);
    const Tensor cells = mixed(reshape(slice(columns, 0, {0, own}), {directions, each, k}), of_own, of_all);
    Tensors parts;
    for (std::int64_t d = 0; d < directions; ++d) parts.push_back(map(reshape(slice(cells, 0, {d, d + 1}), {each, k})));
    if (rows > own) parts.push_back(slice(columns, 0, {own, {}}));
    const Tensor all = parts.size() == 1 ? parts[0] : concatenate(parts, 0);
    return x.rank() == 1 ? reshape(all, {-1}) : all;
  };
  Whitening w;
  w.reference = reference_of(s, o);
  w.count = own;
  // The mixture is symmetric and acts on directions, the root on cells: they commute.
  w.root = [=](const Tensor& x) { return over(x, alone, shared, [&](const Tensor& c) { return root->multiply(c); }); };
  w.root_transposed = [=](const Tensor& x) {
    return over(x, alone, shared, [&](const Tensor& c) { return root->multiply_transposed(c); });
  };
  const double back = 1 / alone, back_shared = -shared / (alone * (alone + 3 * shared));
  w.solve = [=](const Tensor& x) {
    return over(x, back, back_shared, [&](const Tensor& c) { return root->solve(c); });
  };
  return w;
}

}  // namespace terrella::inversion
