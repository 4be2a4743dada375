#include "elec/mt2d/sensitivity.h"

#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec::mt2d {
namespace {

Tensor column(const Tensor& x) { return reshape(x, {-1, 1}); }
Tensor plane(const Tensor& x) { return reshape(x, {-1, 1, 1}); }

/// alpha [periods, sites] times a component.
struct Part {
  Tensor alpha;
  Weights weights;
};
/// The sum of parts, [periods, nodes of the row, sites]; none() where all are.
Tensor weighted(const std::vector<Part>& parts, Tensor Weights::*which) {
  Tensor sum = Tensor::none();
  for (const Part& p : parts) {
    if (!(p.weights.*which).defined()) continue;
    const Tensor term = expand_dims(p.alpha, 1) * transpose(p.weights.*which);
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

/// Products of real matrices [n, m * m] with what is gathered of u [periods, nodes] at the m nodes of each,
/// [periods, n, m].
Tensor applied(const Tensor& matrices, const Tensor& u, const Tensor& nodes, std::int64_t m) {
  const std::int64_t n = nodes.size() / m;
  const Tensor at = reshape(gather(u, nodes, -1), {u.size(0), n, m});
  const Tensor parts = matmul(reshape(matrices, {n, m, m}), stack({real(at), imag(at)}, -1));  // [periods, n, m, 2]
  const auto part = [&](std::int64_t k) { return squeeze(slice(parts, -1, {k, k + 1}), -1); };
  return part(0) + i_unit * part(1);
}

/// What responses do to the equations, [periods, .., responses].
struct Adjoint {
  Tensor own;   ///< minus the adjoint field at the wanted unknowns
  Tensor rest;  ///< weights of the sums over the elements below the row, derivatives by the values on both sides; of
                ///< receivers that recover the current each its own response
};

/// Parts of each quotient, and the first one itself, [periods, sites].
Adjoint adjoint_of(const std::vector<std::vector<Part>>& quotients, const Section& s, const Places& places,
                   const Fields& f, const Tensor& omega, const Instruments& in, const ChangePlaces& changes,
                   const Tensor& of_first) {
  const Elements& e = s.elements;
  const RowPlaces& row = in.places;
  const auto side_by_side = [&](Tensor Weights::*which) {
    Tensors all;
    for (const auto& parts : quotients)
      if (const Tensor one = weighted(parts, which); one.defined()) all.push_back(one);
    return all.empty() ? Tensor::none() : all.size() == 1 ? all[0] : concatenate(all, -1);
  };
  const Tensor value = side_by_side(&Weights::value), flux = side_by_side(&Weights::flux);
  const RowSums sums = row_sums(s, f, omega, row);
  // The sums of the given unknowns are those of all, which are zero elsewhere.
  Tensor own = matmul(SparseTensor(changes.sums.pattern, sums.own.values()), flux), sides = matmul(sums.known, flux);
  if (value.defined()) {
    own = own + scatter_add(gather(value, row.own_at, 1), changes.own_in_given, own.size(1), 1);
    sides = sides + scatter_add(gather(value, row.known_at, 1), row.known, places.known.size(), 1);
  }
  Adjoint a;
  a.own = f.factor.solve_between(-own, changes.given, changes.wanted);  // the matrix is symmetric
  const auto to_sides = [&](const Assembly& assembly, const Tensor& values) {
    return matmul(transpose(SparseTensor(assembly.pattern, values)), a.own);
  };
  const Matrices& m = f.matrices;
  sides = sides + to_sides(changes.across, m.across_stiffness.values()) +
          i_unit * plane(omega) * to_sides(changes.across, m.across_mass.values()) +
          plane(root_of(omega)) * to_sides(changes.corners, m.corners.values());
  const std::int64_t first = places.top_known ? e.node_columns() : 0, above = places.top_known ? 1 : 0;
  const auto side = [&](std::int64_t which) {
    return pad(slice(sides, 1, {first + which, {}, 2}), {{0, 0}, {above, 0}, {0, 0}});
  };
  Tensors rest{flux, side(0), side(1)};
  if (in.current) rest.push_back(expand_dims(of_first, 2) * eye(of_first.size(1)));
  a.rest = concatenate(rest, 1);
  return a;
}

/// Which matrices are proportional to a resistivity, and what else it does.
struct By {
  Tensor elements;  ///< [elements, nodes^2], the matrices whose coefficient is proportional to it or its inverse
  Tensor scale;     ///< [periods], of the equation, negative where it is the inverse
  double bottom;    ///< the power of the resistivity in the bottom's coefficient; 0: none
  Tensor LineMatrices::*on_sides;  ///< the same of the lines; null: none
};

/// [periods, node rows, rows of the earth]: how the values on a side change with the resistivity of its rows.
Tensor line_changes(const Line& line, const LineMatrices& matrices, const By& by, const Section& s,
                    const Tensor& omega) {
  const Elements& e = s.elements;
  const std::int64_t each = e.order + 1, n = e.node_rows(), earth = e.rows - s.air_rows;
  const std::int64_t known = s.mode == Mode::tm ? 1 : 0;
  Numbers nodes, into;
  for (std::int64_t j = 0; j < earth; ++j)
    for (std::int64_t k = 0; k < each; ++k) {
      nodes.push_back(e.order * (j + s.air_rows) + k);
      into.push_back(nodes.back() * earth + j);
    }
  const Tensor t =
      plane(by.scale) * applied(slice(matrices.*by.on_sides, 0, {s.air_rows, {}}), line.u, as_tensor(nodes), each);
  const Tensor lowest = column(root_of(omega)) * matrices.bottom * by.bottom * slice(line.u, 1, {-1, {}});
  const Tensor change = scatter_add(reshape(t, {omega.size(), earth * each}), as_tensor(into), n * earth, -1) +
                        pad(lowest, {{0, 0}, {n * earth - 1, 0}});
  const Tensor moved = -line.factor.solve(slice(reshape(change, {omega.size(), n, earth}), 1, {known, {}}));
  return known ? pad(moved, {{0, 0}, {1, 0}, {0, 0}}) : moved;
}

/// [periods, columns (order + 1) + sites]: how Zyx changes with the resistivity of the row's elements while the sums
/// over them stay, where E = rho J: through the row's mass matrix, by the weights of the sums, and by rho at each site,
/// where it is Zyx itself that the change is measured by.
Tensor current_changes(const GroundCurrent& g, const Tensor& tested, const Section& s) {
  const std::int64_t columns = s.elements.columns, each = s.elements.order + 1, periods = tested.size(0);
  const SparseTensor mass(g.mass.pattern, g.mass.values(ravel(g.edges)));
  const Tensor current = transpose(solve(mass, transpose(tested), MatrixKind::positive_definite));
  const Tensor less = -applied(g.edges, current, as_tensor(edge_nodes(columns, s.elements.order)), each);
  const auto sites = static_cast<std::int64_t>(g.edge.size());
  return concatenate({reshape(less, {periods, columns * each}), ones({periods, sites}, DType::c128)}, 1);
}

/// [periods, responses, parameters]; `tested` as in Recorded.
Tensor derivative(const Adjoint& a, const By& by, const Section& s, const Fields& f, const Tensor& omega,
                  const ChangePlaces& places, const Instruments& in, const Tensor& tested) {
  const Elements& e = s.elements;
  const std::int64_t n = e.nodes_each(), each = e.order + 1, earth = e.rows - s.air_rows, periods = omega.size();
  Tensor t = plane(by.scale) * applied(slice(by.elements, 0, {s.air_rows * e.columns, {}}), f.u, places.nodes, n);
  const std::int64_t on_ground = in.current ? e.columns * each + static_cast<std::int64_t>(in.current->edge.size()) : 0;
  Tensor rest = zeros({periods, 2 * e.node_rows() * earth + on_ground}, DType::c128);
  if (by.on_sides) {
    const Tensor at_bottom = plane(root_of(omega) * by.bottom) * applied(f.matrices.bottom, f.u, places.lowest, each);
    t = t + pad(at_bottom, {{0, 0}, {(earth - 1) * e.columns, 0}, {n - each, 0}});
    const auto flat = [&](const Line& line, const LineMatrices& matrices) {
      return reshape(line_changes(line, matrices, by, s, omega), {periods, e.node_rows() * earth});
    };
    Tensors parts{flat(f.left, f.matrices.left), flat(f.right, f.matrices.right)};
    if (in.current) parts.push_back(current_changes(*in.current, tested, s));
    rest = concatenate(parts, 1);
  }
  const Tensor of_elements = reshape(t, {periods, earth * e.columns * n});
  const auto times = [&](const Assembly& assembly, const Tensor& contributions, const Tensor& taken, const Tensor& x) {
    return matmul(SparseTensor(assembly.pattern, assembly.values(gather(contributions, taken, 1))), x);
  };
  return swap_axes(times(places.on_unknowns, of_elements, places.unknowns_taken, a.own) +
                       times(places.on_rest, concatenate({of_elements, rest}, 1), places.rest_taken, a.rest),
                   1, 2);
}

}  // namespace

std::vector<Derivatives> derivatives(const std::vector<Quotient>& quotients, const Section& s, const Places& places,
                                     const Fields& f, const Tensor& omega, const Instruments& in,
                                     const ChangePlaces& changes, bool isotropic) {
  const Recorded r = record(s, f, omega, in);
  const Tensor factor = s.mode == Mode::te ? 1.0 / (i_unit * datasets::mu_0 * column(omega)) : ones({omega.size(), 1});
  std::vector<Derivatives> all;
  std::vector<std::vector<Part>> parts;
  const auto over = [&](const Tensor& above, const Weights& up, bool up_by_flux, const Tensor& below,
                        const Weights& down, bool down_by_flux) {
    const Tensor value = above / below;
    const auto part = [&](const Weights& w, const Tensor& alpha, bool by_flux) {
      return Part{by_flux ? alpha * factor : alpha, w};
    };
    parts.push_back({part(up, 1.0 / below, up_by_flux), part(down, -value / below, down_by_flux)});
    all.push_back({value, Tensor::none(), Tensor::none(), Tensor::none()});
  };
  for (const Quotient quotient : quotients) switch (quotient) {
      case Quotient::strike_by_horizontal:
        over(r.strike, in.strike, false, r.horizontal, in.horizontal, true);
        break;
      case Quotient::horizontal_by_strike:
        over(r.horizontal, in.horizontal, true, r.strike, in.strike, false);
        break;
      case Quotient::vertical_by_horizontal:
        over(r.vertical, in.vertical, true, r.horizontal, in.horizontal, true);
        break;
    }
  const Adjoint a = adjoint_of(parts, s, places, f, omega, in, changes, all[0].value);
  const std::int64_t sites = r.strike.size(1), earth = s.elements.rows - s.air_rows;
  const auto by = [&](Tensor Derivatives::*which, const By& how) {
    const Tensor rows = derivative(a, how, s, f, omega, changes, in, r.tested);
    for (std::size_t k = 0; k < all.size(); ++k) {
      const Tensor own =
          slice(rows, 1, {static_cast<std::int64_t>(k) * sites, static_cast<std::int64_t>(k + 1) * sites});
      all[k].*which = changes.by_element ? reshape(own, {omega.size(), sites, earth, s.elements.columns}) : own;
    }
  };
  const Tensor one = ones({omega.size()});
  const Matrices& m = f.matrices;
  if (s.mode == Mode::te) {
    by(isotropic ? &Derivatives::by : &Derivatives::by_x, {m.mass, -i_unit * omega, -0.5, &LineMatrices::mass});
  } else if (isotropic) {
    by(&Derivatives::by, {m.stiffness, one, 0.5, &LineMatrices::stiffness});
  } else {
    by(&Derivatives::by_y, {m.stiffness_z, one, 0.5, &LineMatrices::stiffness});
    by(&Derivatives::by_z, {m.stiffness - m.stiffness_z, one, 0.0, nullptr});
  }
  return all;
}

}  // namespace terrella::elec::mt2d
