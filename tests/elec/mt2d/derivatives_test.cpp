// Derivatives of two-dimensional responses by all that they depend on, and the order of the elements.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "core/check.h"
#include "core/sparse.h"
#include "elec/response/gain.h"
#include "elec/response/resistivity.h"
#include "tests/elec/mt2d/sections.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;

/// A hill in a small grid, with a conductor below.
struct Small {
  std::vector<double> y = {-9000, -4000, -1800, -900, -400, 0, 350, 900, 1900, 4200, 9500};
  Rows rows{{60, 90, 140, 210, 320, 480, 720, 1100, 1700, 2500}, {60, 150, 400, 1000, 2500, 6000}};
  Tensor hill = -80.0 * exp(-square(Tensor(y) / 800.0));
  Tensor periods = {0.03, 1.0};
  Receivers receivers{{-1000.0, -130.0, 10.0, 820.0}};
  Grid grid = grid_under(y, hill, rows);
  Tensor log_rho = log(resistivity_of(
      grid, [](double p, double z) { return std::abs(p) < 600 && z > 300 && z < 1400 ? 3.0 : 80.0 + 0.01 * p; }));
};

Tensor all_of(const Response& r) { return concatenate({ravel(r.zxy), ravel(r.zyx), 1e-3 * ravel(r.tipper)}); }

class Mt2dDerivatives : public testing::TestWithParam<std::tuple<int, Stance>> {
 protected:
  Mt2dDerivatives() {
    small_.receivers.stance = std::get<1>(GetParam());
    if (small_.receivers.stance == Stance::tilted) small_.receivers.tilt = {-10.0, 20.0, 5.0, 0.0};
  }
  void expect_right(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, double step, double dot = 1e-11) {
    EXPECT_NEAR(check::taylor_order(f, x, {.step = step}), 2.0, 0.05);
    EXPECT_LT(check::dot_product_error(f, x), dot);
  }
  Small small_;
  Forward forward_{small_.grid, small_.periods, small_.receivers, {.order = std::get<0>(GetParam())}};
};

TEST_P(Mt2dDerivatives, ByResistivity) {
  expect_right([&](const Tensor& m) { return all_of(forward_(exp(m))); }, small_.log_rho, 1e-2);
}
TEST_P(Mt2dDerivatives, ByAnisotropicResistivity) {
  expect_right(
      [&](const Tensor& m) {
        return all_of(forward_({exp(index(m, 0)), exp(index(m, 1)), exp(index(m, 2))}));
      },
      stack({small_.log_rho, small_.log_rho + 0.3, small_.log_rho - 0.4}), 1e-2);
}
TEST_P(Mt2dDerivatives, ByTopography) {
  const Tensor rho = exp(small_.log_rho);
  expect_right(
      [&](const Tensor& surface) {
        Rows rows = small_.rows;
        rows.level = 400;
        return all_of(forward_.with_grid(grid_under(small_.y, 80.0 * surface, rows))(rho));
      },
      small_.hill / 80.0, 1e-2);
}
TEST_P(Mt2dDerivatives, ByDepthsOfNodes) {
  const Tensor rho = exp(small_.log_rho);
  expect_right(
      [&](const Tensor& z) {
        Grid grid = small_.grid;
        grid.z = 100.0 * z;
        return all_of(forward_.with_grid(grid)(rho));
      },
      small_.grid.z / 100.0, 1e-4);
}
TEST_P(Mt2dDerivatives, ByReceiverPositions) {
  const Tensor rho = exp(small_.log_rho);
  expect_right(
      [&](const Tensor& y) {
        Receivers moved = small_.receivers;
        moved.y = 1000.0 * y;
        return all_of(forward_.with_receivers(moved)(rho));
      },
      small_.receivers.y / 1000.0, 1e-3);
}
TEST_P(Mt2dDerivatives, ByStaticShiftsGainsAndWhatFollowsFromThem) {
  const Response r = forward_(exp(small_.log_rho));
  const Tensor frequency = 1.0 / reshape(small_.periods, {-1, 1});
  const Tensor shifts = {0.2, -0.1, 0.0, 0.3};
  const Tensor shifted = elec::with_static_shift(r.zxy, shifts);
  EXPECT_LT(max_abs(log10(elec::apparent_resistivity(shifted, frequency)) -
                    log10(elec::apparent_resistivity(r.zxy, frequency)) - shifts),
            1e-13);
  EXPECT_LT(max_abs(elec::phase(shifted) - elec::phase(r.zxy)), 1e-12);
  const Tensor turned = elec::with_gain(r.zxy, 0.5 * shifts, 10.0 * shifts);
  EXPECT_LT(max_abs(abs(turned) / abs(shifted) - 1.0), 1e-13);
  EXPECT_LT(max_abs(elec::phase(turned) - elec::phase(r.zxy) - 10.0 * shifts), 1e-12);
  // Resistivity of the earth, shifts, gains and phases of the sites, together.
  const std::int64_t cells = small_.log_rho.size();
  expect_right(
      [&](const Tensor& m) {
        const Tensor rho = exp(reshape(slice(m, 0, {0, cells}), small_.log_rho.shape()));
        const auto part = [&](std::int64_t k) { return slice(m, 0, {cells + 4 * k, cells + 4 * (k + 1)}); };
        const Response now = forward_(rho);
        const Tensor z = elec::with_static_shift(now.zxy, part(0)), t = elec::with_gain(now.tipper, part(1), part(2));
        return concatenate({ravel(log10(elec::apparent_resistivity(z, frequency))), ravel(elec::phase(z)),
                            ravel(real(t)), ravel(imag(t))});
      },
      concatenate({ravel(small_.log_rho), shifts, 0.1 * shifts, shifts}), 1e-2);
}
/// The rows of the Jacobian by one solve a response are those of the transforms.
TEST_P(Mt2dDerivatives, AllAtOnceAreThoseOfTheTransforms) {
  const Tensor m = stack({small_.log_rho, small_.log_rho + 0.3, small_.log_rho - 0.4});
  const auto resistivity = [](const Tensor& x) {
    return Resistivity(exp(index(x, 0)), exp(index(x, 1)), exp(index(x, 2)));
  };
  const auto rows_of = [&](auto response) {  // complex [responses, 3, rows, columns]
    const auto part = [&](const std::function<Tensor(const Tensor&)>& take) {
      return jacobian([&](const Tensor& x) { return ravel(take(response(forward_(resistivity(x))))); }, m);
    };
    return part([](const Tensor& z) { return real(z); }) +
           std::complex<double>(0, 1) * part([](const Tensor& z) { return imag(z); });
  };
  const Sensitivity s = forward_.sensitivity(resistivity(m));
  const auto expect_same = [&](const Tensor& rows, std::int64_t axis, const Tensor& ours, const char* name) {
    const Tensor want = index(rows, {Slice{}, axis});
    EXPECT_LT(max_abs(reshape(ours, want.shape()) - want), 1e-10 * max_abs(want)) << name;
  };
  const Tensor xy = rows_of([](const Response&r) { return r.zxy; }),
               yx = rows_of([](const Response&r) { return r.zyx; }),
               t = rows_of([](const Response&r) { return r.tipper; });
  expect_same(xy, 0, s.zxy.by_x, "Zxy");
  expect_same(t, 0, s.tipper.by_x, "tipper");
  expect_same(yx, 1, s.zyx.by_y, "Zyx by rho_y");
  expect_same(yx, 2, s.zyx.by_z, "Zyx by rho_z");
  const Response r = forward_(resistivity(m));
  EXPECT_LT(max_abs(s.zxy.value - r.zxy), 1e-15);
}

TEST_P(Mt2dDerivatives, ByCellsAreSumsOverTheirElements) {
  const Tensor rho = exp(small_.log_rho);
  const std::int64_t rows = small_.grid.earth_rows(), columns = small_.grid.ny(), count = 7;
  Cells cells{{}, count};
  std::vector<double> belongs(static_cast<std::size_t>(count * rows * columns), 0);
  for (std::int64_t e = 0; e < rows * columns; ++e) {
    cells.of_element.push_back(e * e % (count + 1) - 1);
    if (const std::int64_t c = cells.of_element.back(); c >= 0)
      belongs[static_cast<std::size_t>(c * rows * columns + e)] = 1;
  }
  const Tensor sums = transpose(Tensor::from(belongs, {count, rows * columns}));
  const Sensitivity s = forward_.sensitivity(rho), by_cells = forward_.with_cells(cells).sensitivity(rho),
                    isotropic = forward_.with_cells(cells).sensitivity(rho, {.tipper = false, .isotropic = true});
  const auto summed = [&](const Tensor& by) {
    return matmul(reshape(by, {by.size(0), by.size(1), rows * columns}), sums);
  };
  const auto expect_same = [](const Tensor& a, const Tensor& b) { EXPECT_LT(max_abs(a - b), 1e-13 * max_abs(b)); };
  expect_same(by_cells.zxy.by_x, summed(s.zxy.by_x));
  expect_same(by_cells.tipper.by_x, summed(s.tipper.by_x));
  expect_same(by_cells.zyx.by_y, summed(s.zyx.by_y));
  expect_same(by_cells.zyx.by_z, summed(s.zyx.by_z));
  expect_same(isotropic.zxy.by, summed(s.zxy.by_x));
  expect_same(isotropic.zyx.by, summed(s.zyx.by_y + s.zyx.by_z));
  EXPECT_FALSE(isotropic.tipper.value.defined());
  EXPECT_THROW(forward_.with_cells({{0, 1}, 2}), std::invalid_argument);
  cells.of_element[3] = count;
  EXPECT_THROW(forward_.with_cells(cells), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Elements, Mt2dDerivatives,
                         testing::Combine(testing::Values(1, 2),
                                          testing::Values(Stance::level, Stance::along_ground, Stance::tilted)));

// -div grad u + u = f on a distorted grid, u known at the edge: the error at the nodes falls with order 2 for bilinear
// elements, 3 for biquadratic ones.
double manufactured_error(std::int64_t cells, int order) {
  Grid grid;
  const auto n = static_cast<double>(cells);
  std::vector<double> z;
  for (std::int64_t i = 0; i <= cells; ++i) grid.y.push_back(static_cast<double>(i) / n);
  for (std::int64_t j = 0; j <= cells; ++j)
    for (const double y : grid.y) {
      const double d = static_cast<double>(j) / n;
      z.push_back(d + 0.1 * (1 - d) * std::sin(4 * y));
    }
  grid.z = Tensor::from(z, {cells + 1, cells + 1});
  const Elements e = elements_of(grid, 0, order);
  // Nodes of elements lie between the grid's, on straight edges.
  std::vector<double> u, f;
  std::vector<std::int64_t> number, nodes;
  const auto per_axis = order * cells + 1;
  std::vector<double> known;
  for (std::int64_t J = 0; J < per_axis; ++J)
    for (std::int64_t I = 0; I < per_axis; ++I) {
      const std::int64_t j = std::min(J / order, cells - 1), i = std::min(I / order, cells - 1);
      const double eta = static_cast<double>(J - order * j) / order, xi = static_cast<double>(I - order * i) / order;
      const auto corner = [&](std::int64_t a, std::int64_t b) {
        return z[static_cast<std::size_t>((j + a) * (cells + 1) + i + b)];
      };
      const double y = (static_cast<double>(i) + xi) / n;
      const double depth = (1 - eta) * ((1 - xi) * corner(0, 0) + xi * corner(0, 1)) +
                           eta * ((1 - xi) * corner(1, 0) + xi * corner(1, 1));
      const double value = std::sin(2 * y + 0.3) * std::exp(1.5 * depth);
      u.push_back(value);
      f.push_back((4 - 2.25 + 1) * value);
      const bool edge = I == 0 || J == 0 || I == per_axis - 1 || J == per_axis - 1;
      number.push_back(edge ? -1 : static_cast<std::int64_t>(known.size()));
      if (!edge) known.push_back(value);
    }
  std::vector<std::int64_t> all;
  for (std::int64_t j = 0; j < cells; ++j)
    for (std::int64_t i = 0; i < cells; ++i)
      for (std::int64_t k = 0; k < e.nodes_each(); ++k) {
        nodes.push_back(number[static_cast<std::size_t>(e.node(j, i, k))]);
        all.push_back(e.node(j, i, k));
      }
  const Tensor matrices =
      reshape(e.stiffness_y + e.stiffness_z + e.mass, {cells * cells, e.nodes_each(), e.nodes_each()});
  const auto of_elements = [&](const std::vector<double>& at_nodes) {
    return reshape(gather(Tensor(at_nodes), Tensor::from(all, {static_cast<std::int64_t>(all.size())})),
                   {cells * cells, e.nodes_each(), 1});
  };
  std::vector<double> on_edge = u;
  for (std::size_t k = 0; k < u.size(); ++k)
    if (number[k] >= 0) on_edge[k] = 0;
  const Tensor load =
      matmul(reshape(e.mass, matrices.shape()), of_elements(f)) - matmul(matrices, of_elements(on_edge));
  const auto unknowns = static_cast<std::int64_t>(known.size());
  Tensor b = zeros({unknowns});
  std::vector<std::int64_t> taken, into;
  for (std::size_t k = 0; k < nodes.size(); ++k)
    if (nodes[k] >= 0) taken.push_back(static_cast<std::int64_t>(k)), into.push_back(nodes[k]);
  const auto as_index = [](const std::vector<std::int64_t>& x) {
    return Tensor::from(x, {static_cast<std::int64_t>(x.size())});
  };
  b = scatter_add(gather(ravel(load), as_index(taken)), as_index(into), unknowns);
  const Assembly assembly = assemble_elements(unknowns, nodes, e.nodes_each());
  const Tensor x =
      solve(SparseTensor(assembly.pattern, assembly.values(ravel(matrices))), b, MatrixKind::positive_definite);
  return std::sqrt(mean(square(x - Tensor(known))).item());
}

TEST(Mt2dElements, ConvergeWithTheirOrder) {
  EXPECT_NEAR(check::convergence_order([](std::int64_t n) { return manufactured_error(n, 1); }, {8, 16, 32}), 2.0, 0.1);
  EXPECT_GT(check::convergence_order([](std::int64_t n) { return manufactured_error(n, 2); }, {6, 12, 24}), 2.9);
}

}  // namespace
}  // namespace terrella::test
