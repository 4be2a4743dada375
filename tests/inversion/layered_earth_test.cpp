#include "inversion/layered_earth.h"

#include <gtest/gtest.h>

#include "core/check.h"
#include "inversion/misfit/loss.h"
#include "inversion/regularization/roughness.h"
#include "tests/inversion/layered_data.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::layered_sounding;

namespace {

const std::vector<double> thickness = {300, 700, 1500, 4000};

/// Parameters of two sites, not at any minimum.
const Tensor m = {2.1, 1.7, 1.2, 2.4, 2.9, 1.8, 2.2, 2.6, 1.1, 2.0};

std::vector<Sounding> two_sites() {
  return {layered_sounding({80, 20, 400}, {900, 2500}, 0.04, 1, 20), layered_sounding({30, 300}, {1500}, 0.04, 2, 13)};
}

std::vector<Invert1dOptions> variants() {
  std::vector<Invert1dOptions> all(5);
  all[1].parametrization = Parametrization1d::rho_phase;
  all[2].lowest_resistivity = 1, all[2].highest_resistivity = 1e4;
  all[3].loss = Loss1d::huber;
  all[4].loss = Loss1d::student_t, all[4].parametrization = Parametrization1d::rho_phase;
  return all;
}

TEST(LayeredEarth, JacobianOfTheKernelIsThatOfTheOperations) {
  for (const Invert1dOptions& o : variants()) {
    const optimize::Term fast = layered_data(two_sites(), thickness, resistivity_mapping(o), o);
    optimize::Term slow = fast;
    slow.linearize = nullptr;  // by jacobian_of the composed residual
    const auto a = optimize::linearize(fast, m), b = optimize::linearize(slow, m);
    EXPECT_EQ(a.residual, b.residual);
    ASSERT_EQ(optimize::rows(a.jacobian), optimize::rows(b.jacobian));
    for (std::int64_t j = 0; j < m.size(); ++j) {
      std::vector<double> unit(10, 0.0);
      unit[static_cast<std::size_t>(j)] = 1;
      const auto x = optimize::multiply(a.jacobian, unit), y = optimize::multiply(b.jacobian, unit);
      double scale = 0;
      for (const double v : y) scale = std::max(scale, std::abs(v));
      for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 1e-11 * scale) << "column " << j;
    }
  }
}

TEST(LayeredEarth, JacobianIsThatOfTheComposedRecursionInReverse) {
  const Sounding s = two_sites()[0];
  const optimize::Term fast = layered_data({s}, thickness, log10_mapping(), {});
  const ComplexMisfit misfit = misfit_of(s, {});
  const auto composed = [&](const Tensor& x) {
    return misfit.residual(
        elec::impedance_1d_composed(exp(std::log(10.0) * x), Tensor(thickness), 1.0 / Tensor(s.period)));
  };
  const Tensor x = slice(m, 0, {0, 5});
  const auto expected = jacobian(composed, x).to_vector<double>();
  const auto found = std::get<optimize::BlockMatrix>(fast.linearize(x).jacobian).blocks[0].values;
  ASSERT_EQ(found.size(), expected.size());
  double scale = 0;
  for (const double v : expected) scale = std::max(scale, std::abs(v));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-11 * scale);
}

TEST(LayeredEarth, GradientOfTheObjective) {
  for (Invert1dOptions o : variants()) {
    o.lateral = 1;
    o.reference_weight = 0.1;
    for (const Smoothing1d smoothing :
         {Smoothing1d::first_difference, Smoothing1d::second_difference, Smoothing1d::total_variation}) {
      o.smoothing = smoothing;
      const Problem problem = layered_problem(two_sites(), thickness, o, std::vector<double>(10, 2.0));
      const Function objective = optimize::objective(at_lambda(problem, 3.0));
      // Huber's third derivative jumps where a residual crosses the threshold, so steps are small.
      EXPECT_NEAR(check::taylor_order(objective, m, {.step = 1e-4}), 2.0, 0.1);
      EXPECT_LT(check::dot_product_error(objective, m), 1e-12);
      // The gradient that Gauss-Newton uses, by another path.
      const auto quadratic = optimize::quadratic(at_lambda(problem, 3.0), m);
      const auto gradient = grad_of(objective)({m})[0].to_vector<double>();
      for (std::size_t i = 0; i < gradient.size(); ++i)
        EXPECT_NEAR(quadratic.gradient[i], gradient[i], 1e-10 * max_abs(Tensor(gradient)));
      EXPECT_NEAR(quadratic.value, objective({m})[0].item(), 1e-12 * quadratic.value);
    }
  }
}

TEST(LayeredEarth, DesignedLayersCoverTheSkinDepths) {
  const std::vector<Sounding> data = {layered_sounding({100}, {}, 0.0, 1)};  // 0.001 s .. 1000 s: 159 m .. 159 km
  const std::vector<double> h = design_layers(data, {});
  double bottom = 0;
  for (const double x : h) bottom += x;
  EXPECT_NEAR(h[0], 15.9, 0.1);
  EXPECT_NEAR(h[1] / h[0], 1.15, 1e-12);
  EXPECT_GT(bottom, 1.5 * 159e3);
  EXPECT_LT(bottom, 1.8 * 159e3);
  const std::vector<double> counted = design_layers(data, {.count = 30, .first_thickness = 20});
  EXPECT_EQ(counted.size(), 29);
  bottom = 0;
  for (const double x : counted) bottom += x;
  EXPECT_NEAR(bottom, 1.5 * 159.2e3, 500);
  EXPECT_EQ(design_layers(data, {.count = 3, .first_thickness = 10, .factor = 2}), (std::vector<double>{10, 20}));
  EXPECT_EQ(design_layers(data, {.thickness = {5, 6}}), (std::vector<double>{5, 6}));
}

}  // namespace
