#include "inversion/regularization/roughness.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/ops.h"
#include "inversion/misfit/loss.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

std::vector<double> times(const optimize::SparseMatrix& w, const std::vector<double>& m) {
  return optimize::multiply(w, m);
}

TEST(Roughness, DifferencesByHand) {
  const std::vector<double> m = {1, 4, 9, 16, /* second column */ 0, 1, 0, 5};
  EXPECT_EQ(times(first_difference(4, 2), m), (std::vector<double>{3, 5, 7, 1, -1, 5}));
  EXPECT_EQ(times(second_difference(4, 2), m), (std::vector<double>{2, 2, -2, 6}));
  EXPECT_EQ(times(lateral_difference(4, 2, {{1, 0, 2.0}}), m), (std::vector<double>{2, 6, 18, 22}));
  EXPECT_EQ(times(identity(8), m), m);
  EXPECT_THROW(lateral_difference(4, 2, {{0, 2, 1.0}}), std::invalid_argument);
}

TEST(Roughness, TermsAgreeWithTheirLinearization) {
  const Tensor m = {1.0, 4.0, 9.0, 16.0};
  for (const optimize::Loss& loss : {optimize::Loss{}, absolute(0.5)}) {
    const optimize::Term term = linear_term("smooth", first_difference(4), {1, 1, 1, 2}, loss);
    const auto at = optimize::linearize(term, m);
    EXPECT_EQ(at.residual, term.residual(m).to_vector<double>());
    EXPECT_EQ(at.residual, (std::vector<double>{3, 5, 6}));
    const Tensor slope = grad_of(optimize::objective({term}))({m})[0];
    EXPECT_LT(max_abs(slope - Tensor(optimize::quadratic(term, m).gradient)), 1e-13);
  }
  EXPECT_THROW(linear_term("smooth", first_difference(4), {1}), std::invalid_argument);
}

TEST(Roughness, TotalVariationCountsAStepByItsHeightNotItsSquare) {
  // One step of 2 or two of 1: squares prefer two (4 > 2), total variation does not care (2 = 2).
  const std::vector<double> one = {0, 2, 2}, two = {0, 1, 2};
  const auto cost_of = [](const optimize::Term& t, const std::vector<double>& m) {
    return optimize::value({t}, Tensor(m));
  };
  const auto squares = linear_term("squares", first_difference(3)),
             variation = linear_term("variation", first_difference(3), {}, absolute(1e-6));
  EXPECT_NEAR(cost_of(squares, one), 2, 1e-12);
  EXPECT_NEAR(cost_of(squares, two), 1, 1e-12);
  EXPECT_NEAR(cost_of(variation, one), 2, 1e-5);
  EXPECT_NEAR(cost_of(variation, two), 2, 1e-5);
}

TEST(Line, StationsAreOrderedAlongItAndTiedByDistance) {
  // A line to the north-east, listed out of order, with one station twice as far: weight 1/2.
  const std::vector<double> latitude = {0.2, 0.0, 0.1, 0.4}, longitude = {10.2, 10.0, 10.1, 10.4};
  const auto order = line_order(latitude, longitude);
  const bool forwards = order.front() == 1;
  EXPECT_EQ(order, forwards ? (std::vector<std::size_t>{1, 2, 0, 3}) : (std::vector<std::size_t>{3, 0, 2, 1}));
  for (const Neighbours& pair : line_neighbours(latitude, longitude, 2.0)) {
    const bool far = pair.a == 3 || pair.b == 3;
    EXPECT_NEAR(pair.weight, far ? 1 : 2, 0.01) << pair.a << " " << pair.b;
  }
  // Across the date line, and the same place twice.
  const auto close = line_neighbours({0, 0, 0}, {179.9, -179.9, -179.9}, 1.0);
  EXPECT_NEAR(close[0].weight, 1, 1e-6);
  EXPECT_NEAR(close[1].weight, 3, 1e-12);
  const double none = std::nan("");
  EXPECT_EQ(line_neighbours({none, none}, {none, none}, 1.0)[0].weight, 1);
  EXPECT_THROW(line_order({1}, {}), std::invalid_argument);
}

}  // namespace
