#include "core/optimize/bounded_linear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace terrella::optimize;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Largest violation of the conditions of Karush, Kuhn and Tucker, relative to |A||b|.
double violation(std::size_t rows, std::size_t columns, const std::vector<double>& a, const std::vector<double>& b,
                 const std::vector<double>& lower, const std::vector<double>& upper, const std::vector<double>& x) {
  std::vector<double> rest = b;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) rest[i] -= a[i * columns + j] * x[j];
  double worst = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    double gradient = 0;
    for (std::size_t i = 0; i < rows; ++i) gradient += a[i * columns + j] * rest[i];
    if (x[j] > lower[j]) worst = std::max(worst, -gradient);  // may go down
    if (x[j] < upper[j]) worst = std::max(worst, gradient);
    EXPECT_GE(x[j], lower[j]);
    EXPECT_LE(x[j], upper[j]);
  }
  return worst;
}

}  // namespace

TEST(BoundedLinear, MeetsTheConditionsOfAMinimum) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{20, 8}, {8, 20}, {30, 30}, {1, 3}})
    for (int draw = 0; draw < 20; ++draw) {
      std::vector<double> a(rows * columns), b(rows), lower(columns, 0.0), upper(columns, infinity);
      for (double& value : a) value = normal(random);
      for (double& value : b) value = 3 * normal(random);
      for (std::size_t j = 0; j < columns; ++j) {
        if (j % 4 == 1) upper[j] = 0.3;
        if (j % 4 == 2) lower[j] = -infinity;
        if (j % 4 == 3) lower[j] = -1, upper[j] = -0.5;
      }
      const auto s = bounded_least_squares(static_cast<int>(rows), static_cast<int>(columns), a, b, lower, upper);
      EXPECT_TRUE(s.converged);
      EXPECT_LT(violation(rows, columns, a, b, lower, upper, s.x), 1e-10);
    }
}

TEST(BoundedLinear, FindsAPublishedExample) {  // Lawson & Hanson: the unconstrained solution is (-1, 2)
  const std::vector<double> a = {1, 1, 1, 2, 1, 3}, b = {1, 3, 5};
  const auto free = bounded_least_squares(3, 2, a, b, {-infinity, -infinity}, {infinity, infinity});
  EXPECT_NEAR(free.x[0], -1, 1e-13);
  EXPECT_NEAR(free.x[1], 2, 1e-13);
  const auto s = bounded_least_squares(3, 2, a, b, {0, 0}, {infinity, infinity});
  EXPECT_EQ(s.x[0], 0);
  EXPECT_NEAR(s.x[1], 22.0 / 14, 1e-13);
  EXPECT_TRUE(s.bound[0]);
  EXPECT_FALSE(s.bound[1]);
  EXPECT_NEAR(s.squares, 35 - 22.0 * 22 / 14, 1e-12);
}

TEST(BoundedLinear, RefusesWhatIsNoProblem) {
  EXPECT_THROW(bounded_least_squares(2, 1, {1}, {1, 2}, {0}, {1}), std::invalid_argument);
  EXPECT_THROW(bounded_least_squares(1, 1, {NAN}, {1}, {0}, {1}), std::invalid_argument);
  EXPECT_THROW(bounded_least_squares(1, 1, {1}, {INFINITY}, {0}, {1}), std::invalid_argument);
  EXPECT_THROW(bounded_least_squares(1, 1, {1}, {1}, {2}, {1}), std::invalid_argument);
}
