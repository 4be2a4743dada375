#include "inversion/mt2d/smoothness.h"

#include <array>
#include <cmath>

#include "core/error.h"
#include "core/ops.h"
#include "inversion/regularization/roughness.h"

namespace terrella::inversion {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Row i: factor[i] (m[second + i] - m[first + i]), for all cells.
optimize::SparseMatrix coupling_of(std::int64_t first, std::int64_t second, const std::vector<double>& factor,
                                   std::int64_t parameters) {
  optimize::SparseMatrix w;
  w.columns = parameters;
  for (std::size_t c = 0; c < factor.size(); ++c) {
    const auto i = static_cast<std::int64_t>(c);
    w.add_row(std::array{first + i, second + i}, std::array{-factor[c], factor[c]});
  }
  return w;
}

}  // namespace

optimize::SparseMatrix difference_of(const std::vector<CellSide>& sides, std::int64_t first, std::int64_t parameters) {
  optimize::SparseMatrix w;
  w.columns = parameters;
  for (const CellSide& side : sides) w.add_row(std::array{first + side.a, first + side.b}, std::array{-1.0, 1.0});
  return w;
}

std::vector<double> side_weights(const std::vector<CellSide>& sides, const Invert2dOptions& o, double d0) {
  std::vector<double> weight;
  for (const CellSide& side : sides) {
    const double size = o.smoothing == Smoothing2d::squares ? side.distance : side.depth + d0;
    weight.push_back((side.along_rows ? o.horizontal : o.vertical) * side.length / size *
                     std::pow(1 + side.depth / d0, o.depth_scaling));
  }
  return weight;
}

optimize::Loss side_loss(Smoothing2d smoothing, std::vector<double> weight, double corner) {
  const Tensor w(weight);
  if (smoothing == Smoothing2d::squares)
    return {"squares", [w](const Tensor& r) { return 0.5 * w * square(r); }, [w](const Tensor&) { return w; }};
  const double c2 = corner * corner;
  if (smoothing == Smoothing2d::total_variation)
    return {"total variation", [=](const Tensor& r) { return corner * w * (sqrt(square(r) + c2) - corner); },
            [=](const Tensor& r) { return corner * w * rsqrt(square(r) + c2); }};
  return {"minimum support", [=](const Tensor& r) { return 0.5 * c2 * w * (square(r) / (square(r) + c2)); },
          [=](const Tensor& r) { return w * square(c2 / (square(r) + c2)); }};
}

optimize::LeastSquares section_terms(const elec::mt2d::Grid& grid, const Cells& cells, const Invert2dOptions& o,
                                     const std::vector<double>& reference, std::int64_t parameters, double d0) {
  const std::vector<CellSide> sides = sides_of(grid, cells, o.cuts);
  const std::vector<double> weight = side_weights(sides, o, d0);
  const std::int64_t directions = o.anisotropic ? 3 : 1;
  if (parameters < directions * cells.count)
    fail("section_terms: ", parameters, " parameters for ", cells.count, " cells");
  std::vector<double> size;  // of cells, in units of their depth
  for (std::size_t c = 0; c < cells.area.size(); ++c)
    size.push_back(cells.area[c] / (cells.depth[c] + d0) / (cells.depth[c] + d0) *
                   std::pow(1 + cells.depth[c] / d0, o.depth_scaling));
  optimize::LeastSquares terms;
  constexpr std::array names{"smoothness", "smoothness along the profile", "smoothness down"};
  for (std::int64_t d = 0; d < directions; ++d) {
    if (!sides.empty())
      terms.push_back(linear_term(names[at(d)], difference_of(sides, d * cells.count, parameters), {},
                                  side_loss(o.smoothing, weight, o.corner)));
    if (o.reference_weight > 0) {
      optimize::SparseMatrix w;
      w.columns = parameters;
      std::vector<double> origin(at(parameters), 0.0);
      for (std::int64_t c = 0; c < cells.count; ++c) {
        w.add_row(std::array{d * cells.count + c}, std::array{std::sqrt(size[at(c)])});
        origin[at(d * cells.count + c)] = reference.at(at(d * cells.count + c));
      }
      terms.push_back(linear_term("reference", w, origin, {}, o.reference_weight));
    }
  }
  if (o.anisotropic && o.coupling > 0) {
    std::vector<double> factor;
    for (const double s : size) factor.push_back(std::sqrt(s));
    for (const auto [a, b] : {std::array{0, 1}, std::array{1, 2}, std::array{0, 2}})
      terms.push_back(linear_term("coupling", coupling_of(a * cells.count, b * cells.count, factor, parameters), {}, {},
                                  o.coupling));
  }
  return terms;
}

}  // namespace terrella::inversion
