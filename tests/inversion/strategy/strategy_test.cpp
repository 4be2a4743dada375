#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/ops.h"
#include "datasets/survey/units.h"
#include "inversion/layered_earth.h"
#include "inversion/mt1d.h"
#include "inversion/regularization/roughness.h"
#include "inversion/resolution.h"
#include "inversion/strategy/discrepancy.h"
#include "inversion/strategy/l_curve.h"
#include "inversion/strategy/occam.h"
#include "tests/inversion/layered_data.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

Sounding data() { return tests::layered_sounding({100, 10, 1000}, {1000, 2000}, 0.05, 1); }

Invert1dOptions options(Method1d method) {
  Invert1dOptions o;
  o.method = method;
  o.layers.count = 30;
  return o;
}

double roughness(const Result& r) {
  return 2 * [&] {
    double sum = 0;
    for (std::size_t i = 1; i < r.model.layers; ++i)
      sum += 0.5 * std::pow(std::log10(r.model.resistivity[i] / r.model.resistivity[i - 1]), 2);
    return sum;
  }();
}

TEST(Occam, IsTheSmoothestOfABruteForceScanOverLambda) {
  // Every lambda fully minimised from the same start: of those that meet the target, the smoothest.
  const Result occam = invert_1d({data()}, options(Method1d::occam));
  ASSERT_LE(occam.fits[0].rms, 1.0);
  double smoothest = HUGE_VAL;
  for (double log_lambda = 0; log_lambda < 4; log_lambda += 0.02) {
    Invert1dOptions o = options(Method1d::gauss_newton);
    o.lambda_choice = Lambda1d::fixed;
    o.lambda = std::pow(10.0, log_lambda);
    o.resolution = false;
    const Result r = invert_1d({data()}, o);
    if (r.fits[0].rms <= 1.0) smoothest = std::min(smoothest, roughness(r));
  }
  EXPECT_LT(roughness(occam), 1.02 * smoothest);  // one percent of tolerance, and the grid's spacing
  EXPECT_GT(roughness(occam), 0.9 * smoothest);
}

TEST(Strategies, AllMethodsAgreeOnTheDiscrepancyModel) {
  const Result occam = invert_1d({data()}, options(Method1d::occam));
  for (const Method1d method : {Method1d::gauss_newton, Method1d::levenberg_marquardt, Method1d::lbfgs}) {
    Invert1dOptions o = options(method);
    o.lambda_choice = Lambda1d::discrepancy;
    const Result r = invert_1d({data()}, o);
    EXPECT_TRUE(r.fits[0].converged) << r.fits[0].stopped;
    EXPECT_LE(r.fits[0].rms, 1.0);
    EXPECT_GT(r.fits[0].rms, 0.985);
    for (std::size_t j = 0; j < r.model.layers; ++j)
      EXPECT_NEAR(std::log10(r.model.resistivity[j] / occam.model.resistivity[j]), 0, 0.12)
          << to_string(method) << " layer " << j;
  }
}

TEST(Strategies, CoolingStopsAtTheTargetOrSaysThatItIsOutOfReach) {
  Invert1dOptions o = options(Method1d::gauss_newton);
  const Result met = invert_1d({data()}, o);
  EXPECT_LE(met.fits[0].rms, 1.0);
  EXPECT_NE(met.fits[0].stopped.find("target RMS 1 is met at lambda"), std::string::npos);
  o.target_rms = 0.1;
  const Result missed = invert_1d({data()}, o);
  EXPECT_NE(missed.fits[0].stopped.find("target RMS 0.1 is out of reach"), std::string::npos) << missed.fits[0].stopped;
}

TEST(Strategies, LCurveNeedsNoErrorSizes) {
  // Errors declared three times too large: the discrepancy principle would underfit, the corner does not move.
  Sounding wrong = data();
  for (double& e : wrong.z_error) e *= 3;
  Invert1dOptions o = options(Method1d::gauss_newton);
  o.lambda_choice = Lambda1d::l_curve;
  const double right = invert_1d({data()}, o).fits[0].rms, with_wrong = 3 * invert_1d({wrong}, o).fits[0].rms;
  EXPECT_GT(right, 0.7);
  EXPECT_LT(right, 1.5);
  EXPECT_NEAR(with_wrong, right, 0.05 * right);
}

TEST(Strategies, CornerOfAnExactCurve) {
  // Two straight branches in the log-log plane that meet at trial 4.
  std::vector<Trial> trials;
  for (int i = 0; i < 9; ++i) {
    const double misfit = i < 4 ? 8 - 2 * i : 0.1 * (4 - i), rough = i < 4 ? 0.1 * i : 0.4 + 2 * (i - 4);
    trials.push_back({1, {std::pow(10.0, misfit), std::pow(10.0, rough), 1}, {}});
  }
  EXPECT_EQ(corner(trials), 4);
  EXPECT_THROW(corner({}), std::invalid_argument);
}

TEST(Strategies, OptionsAreChecked) {
  EXPECT_THROW(cooling({.factor = 2}), std::invalid_argument);
  EXPECT_THROW(discrepancy({.tolerance = 0}), std::invalid_argument);
  EXPECT_THROW(l_curve({.trials = 2}), std::invalid_argument);
  EXPECT_THROW(fixed_lambda(-1), std::invalid_argument);
}

TEST(FewLayers, RecoversResistivitiesAndThicknessesWithinTheErrors) {
  int within = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Invert1dOptions o = options(Method1d::few_layers);
    o.layers = {};
    const Sounding s = tests::layered_sounding({100, 10, 1000}, {1000, 2000}, 0.02, seed);
    const Result r = invert_1d({s}, o);
    EXPECT_TRUE(r.fits[0].converged) << r.fits[0].stopped;
    EXPECT_NEAR(r.fits[0].rms, 1.0, 0.3);  // chi^2 of 75 degrees of freedom over 80 numbers
    const double truth[] = {100, 10, 1000};
    for (std::size_t j = 0; j < 3; ++j, ++all)
      within += std::abs(std::log10(r.model.resistivity[j] / truth[j])) < 2 * r.model.log10_resistivity_error[j];
    EXPECT_NEAR(r.model.thickness[0], 1000, 100);
    // With errors of 2 % the conductance of the second layer is known, thickness and resistivity less so.
    EXPECT_NEAR(r.model.thickness[1] / r.model.resistivity[1], 200, 20);
  }
  EXPECT_GE(within, 24) << "of " << all << " within two standard errors; 95 % expected";
}

TEST(FewLayers, BoundsHoldAndOutliersAreResisted) {
  Sounding s = tests::layered_sounding({100, 10, 1000}, {1000, 2000}, 0.02, 3);
  s.z[10] *= 3.0;
  s.z[25] *= 0.2;
  Invert1dOptions o = options(Method1d::few_layers);
  o.layers = {};
  const double plain = std::abs(std::log10(invert_1d({s}, o).model.resistivity[0] / 100));
  o.loss = Loss1d::student_t;
  const Result robust = invert_1d({s}, o);
  EXPECT_LT(std::abs(std::log10(robust.model.resistivity[0] / 100)), 0.05);
  EXPECT_GT(plain, 0.05);
  o.loss = Loss1d::squares;
  o.lowest_resistivity = 30;
  o.highest_resistivity = 300;
  for (const double rho : invert_1d({s}, o).model.resistivity) {
    EXPECT_GE(rho, 30 * (1 - 1e-12));
    EXPECT_LE(rho, 300 * (1 + 1e-12));
  }
}

TEST(Resolution, OfALinearProblemIsThatOfItsFormulas) {
  // r = A m - b, R = D^T D: everything by tensors, with the inverse from the adjugate of a 2 x 2 matrix.
  const Tensor a = {{2, 0}, {1, 1}, {0, 1}};
  Problem problem;
  problem.data.residual = [=](const Tensor& m) { return matmul(a, m) - 1.0; };
  problem.model = {linear_term("smooth", first_difference(2))};
  const double lambda = 3;
  const Resolution r = resolution(problem, {0.0, 0.0}, lambda, 2);
  // J^T J = [5 1; 1 2], H = [8 -2; -2 5], det 36, H^-1 = [5 2; 2 8] / 36
  EXPECT_NEAR(r.error[0], std::sqrt(5.0 / 36), 1e-14);
  EXPECT_NEAR(r.error[1], std::sqrt(8.0 / 36), 1e-14);
  const std::vector<double> expected = {27.0 / 36, 9.0 / 36, 18.0 / 36, 18.0 / 36};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(r.matrix[i], expected[i], 1e-14);
}

TEST(Resolution, ErrorsAreThoseOfManyNoisyRepeats) {
  // Few layers have no regularisation, so the scatter of answers is the standard error.
  double sum = 0, squares = 0, foretold = 0;
  constexpr int repeats = 60;
  for (std::uint64_t seed = 1; seed <= repeats; ++seed) {
    Invert1dOptions o = options(Method1d::few_layers);
    o.layers = {};
    o.few_layers.count = 2;
    const Result r = invert_1d({tests::layered_sounding({100, 10}, {1000}, 0.03, seed)}, o);
    const double x = std::log10(r.model.resistivity[1]);
    sum += x / repeats;
    squares += x * x / repeats;
    foretold += r.model.log10_resistivity_error[1] / repeats;
  }
  EXPECT_NEAR(sum, 1, 0.005);
  EXPECT_NEAR(std::sqrt(squares - sum * sum), foretold, 0.3 * foretold);  // scatter of a scatter of 60: 9 %
}

TEST(DepthOfInvestigation, ByHand) {
  // Sums from below: 0.1, 0.5, 1.5; the threshold 0.8 is crossed 30 % into the first layer from its bottom.
  EXPECT_NEAR(depth_of_investigation(std::vector<double>{1.5, 0.5, 0.1}, std::vector<double>{100, 200}), 70, 1e-12);
  EXPECT_EQ(depth_of_investigation(std::vector<double>{4.4, 3.4, 3}, std::vector<double>{100, 200}), 300);
  EXPECT_EQ(depth_of_investigation(std::vector<double>{0.3, 0.2, 0.1}, std::vector<double>{100, 200}), 0);
  // Longer periods see deeper.
  const Result near = invert_1d({tests::layered_sounding({100}, {}, 0.03, 1, 20, -3, 0)}),
               far = invert_1d({tests::layered_sounding({100}, {}, 0.03, 1, 20, -3, 3)});
  EXPECT_GT(far.model.depth_of_investigation[0], 5 * near.model.depth_of_investigation[0]);
}

/// What lies below depth z of a half-space changes Z by exp(-2 k z) / 2 of it for a change of ln resistivity by 1, with
/// k = (1 + i) / skin depth: the sensitivities are known, and so is the depth.
TEST(DepthOfInvestigation, OfAHalfSpaceIsThatOfTheory) {
  using Complex = std::complex<double>;
  constexpr double rho = 100, period = 10, error = 0.05;
  const Complex z = std::sqrt(Complex(0, 2 * std::numbers::pi / period * datasets::mu_0 * rho));
  Sounding data;
  data.name = "half-space";
  data.period = {period};
  data.z = {z};
  data.z_error = {error * std::abs(z)};
  const double skin_depth = std::sqrt(rho * period / (std::numbers::pi * datasets::mu_0));
  Invert1dOptions o{.start_resistivity = rho};
  o.layers.thickness.assign(150, 0.02 * skin_depth);
  const Result r = invert_1d({data}, o);

  std::vector<double> sensitivity;
  for (int j = 0; j <= 150; ++j) {
    const auto below = [&](double depth) { return std::exp(-2.0 * Complex(1, 1) * depth / skin_depth); };
    const Complex change = 0.5 * std::polar(1.0, std::numbers::pi / 4) *
                           (below(0.02 * skin_depth * j) - (j < 150 ? below(0.02 * skin_depth * (j + 1)) : 0.0));
    sensitivity.push_back((std::abs(change.real()) + std::abs(change.imag())) / error);
  }
  const auto cumulated = cumulated_sensitivity(sensitivity);
  for (std::size_t j = 0; j <= 150; ++j) EXPECT_NEAR(r.model.sensitivity[j], cumulated[j], 1e-6 * cumulated[0]);
  EXPECT_NEAR(r.model.depth_of_investigation[0] / depth_of_investigation(cumulated, o.layers.thickness), 1, 1e-6);
  EXPECT_NEAR(r.model.depth_of_investigation[0] / skin_depth, 1.4, 0.2);
  RecordProperty("skin_depths", std::to_string(r.model.depth_of_investigation[0] / skin_depth));
}

}  // namespace
