#include "elec/mt2d/fields.h"

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec::mt2d {
namespace {

using datasets::mu_0;

/// Coefficients of the equation: of d2/dy2 and d2/dz2, of i w u, and, over sqrt(i w), of u at the bottom.
struct Coefficients {
  Tensor y, z, mass, bottom;  ///< [rows, columns], the last one [columns]
};

Coefficients coefficients(const Section& s, const Resistivity& r) {
  const Tensor last = slice(s.mode == Mode::te ? r.x : r.y, 0, {-1, {}});
  if (s.mode == Mode::tm) return {r.z, r.y, full(r.y.shape(), mu_0, DType::f64), sqrt(mu_0 * squeeze(last, 0))};
  const Tensor one = ones({s.elements.rows, s.elements.columns});
  const Tensor mass = pad(mu_0 / r.x, {{s.air_rows, 0}, {0, 0}});  // air has no conductivity
  return {one, one, mass, sqrt(mu_0 / squeeze(last, 0))};
}

Tensor of_elements(const Tensor& coefficient, const Tensor& matrices) {
  return reshape(coefficient, {-1, 1}) * matrices;
}

Line line_field(const Section& s, const LineMatrices& m, const Tensor& omega) {
  const std::int64_t order = s.elements.order, n = s.elements.node_rows(), rows = s.elements.rows, each = order + 1;
  const std::int64_t known = s.mode == Mode::tm ? 1 : 0;
  Numbers nodes = edge_nodes(rows, s.elements.order);
  for (std::int64_t& node : nodes) node -= known;
  const Assembly assembly = assemble_elements(n - known, nodes, each);
  const Tensor w = reshape(omega, {-1, 1});
  Tensor values = assembly.values(ravel(m.stiffness)) + i_unit * w * assembly.values(ravel(m.mass));
  const std::int64_t last = assembly.pattern.entries() - 1;  // of the lowest node with itself
  values = values + pad(reshape(root_of(omega), {-1, 1}) * m.bottom, {{0, 0}, {last, 0}});
  // TE: the flux i w mu_0 Hy into the top; TM: what the first element has for its known node, in its first column.
  Tensor b;
  if (known == 0) {
    b = pad(i_unit * mu_0 * w, {{0, 0}, {0, n - 1}});
  } else {
    const Tensor column = -slice(m.stiffness, {{0, 1}, {1, each}}) - i_unit * w * slice(m.mass, {{0, 1}, {1, each}});
    b = pad(column, {{0, 0}, {0, n - 1 - order}});
  }
  const SparseFactor factor(SparseTensor(assembly.pattern, values), MatrixKind::symmetric);
  const Tensor u = squeeze(factor.solve(expand_dims(b, -1)), -1);
  return {known == 0 ? u : pad(u, {{0, 0}, {1, 0}}) + pad(ones({omega.size(), 1}), {{0, 0}, {0, n - 1}}), factor};
}

}  // namespace

Tensor root_of(const Tensor& omega) { return sqrt(omega) * std::polar(1.0, std::numbers::pi / 4); }

Numbers edge_nodes(std::int64_t columns, int order) {
  Numbers node;
  for (std::int64_t i = 0; i < columns; ++i)
    for (std::int64_t k = 0; k <= order; ++k) node.push_back(order * i + k);
  return node;
}

Tensor edges_to_line(const Tensor& values, int order) {
  const std::int64_t columns = values.size(-2);
  Shape flat = values.shape();
  flat.erase(flat.rank() - 1);
  flat.erase(flat.rank() - 1);
  flat.push_back(columns * (order + 1));
  return scatter_add(reshape(values, flat), as_tensor(edge_nodes(columns, order)), order * columns + 1, -1);
}

Section section_of(const Grid& grid, Mode mode, int order) {
  const std::int64_t first = mode == Mode::te ? 0 : grid.surface;
  if (mode == Mode::te && grid.surface == 0) throw MeshError("mt2d: the TE mode needs rows of air; the grid has none");
  return {mode, grid.surface - first, elements_of(grid, first, order), line_elements_of(grid, first, 0, order),
          line_elements_of(grid, first, grid.ny(), order)};
}

Matrices matrices_of(const Section& s, const Places& places, const Resistivity& r) {
  const Coefficients c = coefficients(s, r);
  const Elements& e = s.elements;
  const auto line = [&](const LineElements& l, std::int64_t column) -> LineMatrices {
    const Slice at = column == 0 ? Slice{0, 1} : Slice{-1, {}};
    return {slice(c.z, 1, at) * l.stiffness, slice(c.mass, 1, at) * l.mass, slice(c.bottom, 0, at)};
  };
  const auto complex = [](const Tensor& x) { return cast(x, DType::c128); };
  Matrices m;
  m.stiffness_z = of_elements(c.z, e.stiffness_z);
  m.stiffness = of_elements(c.y, e.stiffness_y) + m.stiffness_z;
  m.mass = of_elements(c.mass, e.mass);
  m.bottom = reshape(c.bottom, {-1, 1}) * e.bottom;
  m.own_stiffness = complex(places.own_values(m.stiffness));
  m.own_mass = complex(places.own_values(m.mass));
  m.own_bottom = complex(places.bottom_values(m.bottom));
  m.across_stiffness = places.across_matrix(m.stiffness);
  m.across_mass = places.across_matrix(m.mass);
  m.corners = places.corners_matrix(m.bottom);
  m.left = line(s.left, 0);
  m.right = line(s.right, -1);
  return m;
}

Fields fields(const Section& s, const Places& places, const Matrices& m, const Tensor& omega) {
  const Elements& e = s.elements;
  const Line left = line_field(s, m.left, omega), right = line_field(s, m.right, omega);
  const std::int64_t periods = omega.size(), rows = e.node_rows(), columns = e.node_columns();
  // Known nodes in their order: (the top row,) then left and right end of each row.
  Tensor sides = reshape(stack({left.u, right.u}, -1), {periods, 2 * rows});
  if (places.top_known) sides = concatenate({ones({periods, columns}, DType::c128), slice(sides, 1, {2, {}})}, 1);
  const Tensor iw = i_unit * reshape(omega, {-1, 1}), root = reshape(root_of(omega), {-1, 1});
  const Tensor values = m.own_stiffness + iw * m.own_mass + root * m.own_bottom;
  const Tensor on_sides = transpose(sides);  // [known, periods]
  const auto from_sides = [&](const SparseTensor& a) { return transpose(matmul(a, on_sides)); };
  Tensor b = -from_sides(m.across_stiffness) - iw * from_sides(m.across_mass) - root * from_sides(m.corners);
  if (s.mode == Mode::te) {
    // The flux i w mu_0 Hy through the edges of the top row, which are as wide as those of the bottom.
    const std::int64_t each = e.order + 1;
    const Tensor load = edges_to_line(sum(reshape(e.bottom, {e.columns, each, each}), {-1}), e.order);
    const Tensor inside = slice(load, 0, {1, columns - 1});
    b = b + mu_0 * iw * pad(inside, {{0, places.unknown.size() - (columns - 2)}});
  }
  const SparseFactor factor(SparseTensor(places.own.pattern, values), MatrixKind::symmetric);
  const Tensor u = squeeze(factor.solve(expand_dims(b, -1)), -1);
  return {m, u, sides, places.joined(u, sides), factor, left, right};
}

}  // namespace terrella::elec::mt2d
