#include "elec/mt2d/receivers.h"

#include <algorithm>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec::mt2d {
namespace {

/// The edge of the row that each receiver stands on, and where on it, from 0 to 1.
struct Stands {
  Numbers edge;
  Tensor xi;  ///< [sites]
};

Stands stands_of(const Grid& grid, const Tensor& y) {
  Numbers edge;
  std::vector<double> left, width;
  for (const double at : y.to_vector<double>()) {
    if (!(at >= grid.y.front() && at <= grid.y.back()))
      throw MeshError(text("mt2d: receiver ", edge.size(), " at y = ", at, " m lies outside of the grid (",
                           grid.y.front(), " to ", grid.y.back(), " m)"));
    const auto next = std::upper_bound(grid.y.begin(), grid.y.end() - 1, at);
    const std::size_t i = static_cast<std::size_t>(next - grid.y.begin()) - 1;
    edge.push_back(static_cast<std::int64_t>(i));
    left.push_back(grid.y[i]);
    width.push_back(grid.y[i + 1] - grid.y[i]);
  }
  return {edge, (y - Tensor(left)) / Tensor(width)};
}

/// Values of the functions at the receivers' nodes as rows over all nodes of the row, [sites, nodes].
Tensor spread(const Tensor& weights, const Numbers& edges, int order, std::int64_t nodes) {
  Numbers into;
  for (std::size_t s = 0; s < edges.size(); ++s)
    for (std::int64_t k = 0; k <= order; ++k)
      into.push_back(static_cast<std::int64_t>(s) * nodes + order * edges[s] + k);
  const auto sites = static_cast<std::int64_t>(edges.size());
  return reshape(scatter_add(ravel(weights), as_tensor(into), sites * nodes), {sites, nodes});
}

}  // namespace

Instruments instruments_of(const Grid& grid, const Section& s, const Places& places, const Receivers& receivers) {
  const Elements& e = s.elements;
  const std::int64_t grid_row = receivers.row < 0 ? grid.ground() : receivers.row;
  const std::int64_t row = s.mode == Mode::te ? grid_row : grid_row - grid.surface;
  if (grid_row < grid.surface || row >= e.rows)
    throw MeshError(text("mt2d: receivers on row ", grid_row,
                         " of nodes stand in the air or on the bottom (surface: row ", grid.surface, ", bottom: row ",
                         grid.nz(), ")"));
  const bool through = s.mode == Mode::tm && receivers.stance != Stance::along_ground && grid_row != grid.surface;
  if (through && !receivers.water.defined())
    throw MeshError("mt2d: TM receivers below the surface stand along the ground, or need the water's resistivity");
  if (through && !(receivers.water.shape() == receivers.y.shape()))
    fail("mt2d: water of shape ", receivers.water.shape(), " over receivers of shape ", receivers.y.shape());
  const bool tilted = receivers.stance == Stance::tilted;
  if (tilted != receivers.tilt.defined() || (tilted && !(receivers.tilt.shape() == receivers.y.shape())))
    fail("mt2d: tilted receivers, and no others, need a tilt each");
  const Stands at = stands_of(grid, receivers.y);
  const Tensor z = squeeze(slice(grid.z, 0, {grid_row, grid_row + 1}), 0);
  const Tensor across = Tensor(grid.widths()), down = slice(z, 0, {1, {}}) - slice(z, 0, {0, grid.ny()});
  const Tensor length = sqrt(square(across) + square(down));
  const auto at_edges = [&](const Tensor& x) { return expand_dims(gather(x, as_tensor(at.edge)), 1); };
  const Tensor ty = at_edges(across / length), tz = at_edges(down / length);
  // The instrument's axis in those of the ground: c along it, d into it.
  Tensor c = ty, d = -tz;
  if (receivers.stance == Stance::along_ground) c = ones_like(ty), d = zeros_like(ty);
  if (tilted) {
    const Tensor angle = expand_dims(receivers.tilt * (datasets::pi / 180), 1);
    c = cos(angle) * ty + sin(angle) * tz;
    d = sin(angle) * ty - cos(angle) * tz;
  }
  const auto on_row = [&](const Tensor& weights) { return spread(weights, at.edge, e.order, e.node_columns()); };
  const Tensor values = stack(values_at(e.order, at.xi), -1);
  const Tensor slope = stack(slopes_at(e.order, at.xi), -1) / at_edges(across);  // by y; along the ground times ty
  const Tensor none = Tensor::none();
  const Assembly assembly = assemble_elements(e.node_columns(), edge_nodes(e.columns, e.order), e.order + 1);
  const Tensor edges = expand_dims(length, 1) * Basis::of(e.order).mass();
  const SparseTensor mass(assembly.pattern, assembly.values(ravel(edges)));
  const SparseFactor of_mass(mass, MatrixKind::positive_definite);
  const auto of_sums = [&](const Tensor& flux) { return transpose(of_mass.solve(transpose(on_row(flux)))); };
  Instruments in{row_places_of(places, row), {on_row(values), none}, {none, none}, {none, none}, std::nullopt};
  if (s.mode == Mode::te) {
    // H along the ground is du/dn / (i w mu_0), H into it du/dt / (i w mu_0).
    in.horizontal = {on_row(d * ty * slope), of_sums(c * values)};
    in.vertical = {on_row(c * ty * slope), of_sums(-d * values)};
  } else {
    // E along the ground is -rho dHx/dn. Into it, it is -rho dHx/dt of the water; at the surface no current leaves it.
    in.horizontal = {none, of_sums(-c * values)};
    if (through) in.horizontal.value = on_row(-d * ty * slope * expand_dims(receivers.water, 1));
    if (grid_row == grid.surface) in.current = {assembly, edges, at.edge, on_row(-c * values)};
  }
  return in;
}

Instruments in_model(const Instruments& instruments, const Resistivity& r) {
  Instruments in = instruments;
  if (!in.current) return in;
  GroundCurrent& g = *in.current;
  const Tensor rho = squeeze(slice(r.y, 0, {in.places.row, in.places.row + 1}), 0);
  g.edges = expand_dims(rho, 1) * g.edges;
  in.horizontal.flux = expand_dims(gather(rho, as_tensor(g.edge)), 1) *
                       transpose(solve(SparseTensor(g.mass.pattern, g.mass.values(ravel(g.edges))), transpose(g.values),
                                       MatrixKind::positive_definite));
  return in;
}

RowSums row_sums(const Section& s, const Fields& f, const Tensor& omega, const RowPlaces& places) {
  const Elements& e = s.elements;
  const std::int64_t n = e.nodes_each(), each = e.order + 1;
  const auto upper = [&](const Tensor& matrices) {  // rows of the nodes on top
    const Tensor row = slice(matrices, 0, {places.row * e.columns, (places.row + 1) * e.columns});
    return ravel(slice(reshape(row, {e.columns, n, n}), 1, {0, each}));
  };
  const Tensor stiffness = upper(f.matrices.stiffness), mass = upper(f.matrices.mass),
               iw = i_unit * reshape(omega, {-1, 1});
  const auto sums = [&](const Assembly& assembly, const Tensor& taken) {
    const auto values = [&](const Tensor& x) { return assembly.values(gather(x, taken)); };
    return SparseTensor(assembly.pattern, values(stiffness) + iw * values(mass));
  };
  return {sums(places.own_sums, places.own_taken), sums(places.known_sums, places.known_taken)};
}

Recorded record(const Section& s, const Fields& f, const Tensor& omega, const Instruments& in) {
  const Elements& e = s.elements;
  const std::int64_t first = e.order * in.places.row * e.node_columns();
  const Tensor u = slice(f.u, 1, {first, first + e.node_columns()});
  const RowSums sums = row_sums(s, f, omega, in.places);
  const auto of = [](const SparseTensor& a, const Tensor& x) { return matmul(transpose(a), expand_dims(x, -1)); };
  const Tensor tested = squeeze(of(sums.own, f.own) + of(sums.known, f.known), -1);
  const auto component = [&](const Weights& w) {
    if (!w.value.defined() && !w.flux.defined()) return Tensor::none();
    const auto part = [](const Tensor& x, const Tensor& weights) { return matmul(x, transpose(weights)); };
    if (!w.value.defined()) return part(tested, w.flux);
    return w.flux.defined() ? part(u, w.value) + part(tested, w.flux) : part(u, w.value);
  };
  Recorded r{component(in.strike), component(in.horizontal), component(in.vertical), tested};
  if (s.mode == Mode::te) {
    const Tensor iwm = i_unit * datasets::mu_0 * reshape(omega, {-1, 1});
    r.horizontal = r.horizontal / iwm;
    r.vertical = r.vertical / iwm;
  }
  return r;
}

}  // namespace terrella::elec::mt2d
