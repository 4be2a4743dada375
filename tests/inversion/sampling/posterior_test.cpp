// Covariance and resolution from few directions are those of the dense inverse.
#include "inversion/sampling/posterior.h"

#include <gtest/gtest.h>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "inversion/misfit/loss.h"
#include "tests/inversion/sampling/linear_problem.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::dense_covariance;
using tests::LinearProblem;

namespace {

constexpr double lambda = 2, level = 3;

struct Dense {
  std::vector<double> covariance, resolution;  // [n, n]
};
Dense dense(const Problem& problem, const Tensor& m) {
  const std::int64_t n = m.size();
  Dense d{dense_covariance(problem, m, lambda, 1 / (static_cast<double>(n) * level * level)), {}};
  const std::vector<double> gram = optimize::quadratic(problem.data, m).matrix.to_dense();
  d.resolution = matmul(Tensor::from(d.covariance, {n, n}), Tensor::from(gram, {n, n})).to_vector<double>();
  return d;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  EXPECT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Posterior, AllDirectionsGiveTheDenseInverse) {
  const LinearProblem linear(40, 15, 0.1);
  const Tensor m = zeros({40});
  const Dense d = dense(linear.problem, m);
  const Posterior p = posterior(linear.problem, m, lambda, {.smallest = 1e-9, .level_deviation = level, .passes = 3});
  EXPECT_LE(p.eigenvalue.size(), 15U);  // as many as data
  EXPECT_GE(p.eigenvalue.size(), 5U);
  const std::vector<double> deviation = standard_deviation(p), diagonal = resolved(p);
  double trace = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(deviation[i], std::sqrt(d.covariance[i * 41]), 1e-7) << i;
    EXPECT_NEAR(diagonal[i], d.resolution[i * 41], 1e-7) << i;
    trace += d.resolution[i * 41];
  }
  double sum = 0;
  for (const double mu : p.eigenvalue) sum += mu / (1 + mu);
  EXPECT_NEAR(sum, trace, 1e-7);
  for (const std::int64_t cell : {0, 13, 39}) {
    std::vector<double> column, row, covariance, e(40, 0.0);
    for (std::size_t i = 0; i < 40; ++i) {
      const auto c = static_cast<std::size_t>(cell);
      column.push_back(d.resolution[i * 40 + c]);
      row.push_back(d.resolution[c * 40 + i]);
      covariance.push_back(d.covariance[c * 40 + i]);
    }
    e[static_cast<std::size_t>(cell)] = 1;
    EXPECT_LT(largest_difference(point_spread(p, cell), column), 1e-7);
    EXPECT_LT(largest_difference(averaging_kernel(p, cell), row), 1e-7);
    EXPECT_LT(largest_difference(p.covariance_times(e), covariance), 1e-7);
  }
  for (const double x : prior_deviation(p)) EXPECT_GT(x, level * 0.9);  // smoothness alone leaves the mean to `level`
}

TEST(Posterior, WhatIsLeftOutMakesDeviationsLargerByNoMoreThanIsSaid) {
  const LinearProblem linear(60, 45, 0.3);
  const Tensor m = zeros({60});
  const Dense d = dense(linear.problem, m);
  for (const double smallest : {1.0, 0.1, 0.01}) {
    const Posterior p = posterior(linear.problem, m, lambda, {.smallest = smallest, .level_deviation = level});
    EXPECT_LT(p.left_out, smallest);
    EXPECT_GT(p.left_out, 0);
    const std::vector<double> deviation = standard_deviation(p);
    double largest = 0;
    for (std::size_t i = 0; i < 60; ++i) {
      const double ratio = deviation[i] / std::sqrt(d.covariance[i * 61]);
      EXPECT_GT(ratio, 1 - 1e-6);
      EXPECT_LT(ratio, std::sqrt(1 + smallest));
      largest = std::max(largest, ratio);
    }
    if (smallest == 1.0) { EXPECT_GT(largest, 1.001); }  // so the bounds can fail
  }
  // A rank that is asked for is what is left.
  const Posterior few = posterior(linear.problem, m, lambda, {.rank = 4, .level_deviation = level});
  EXPECT_EQ(few.eigenvalue.size(), 4U);
  EXPECT_NEAR(few.left_out, few.eigenvalue.back(), 1e-12);
}

TEST(Posterior, TransformsAndJacobianGiveTheSameProducts) {
  LinearProblem linear(20, 12, 0.1);
  linear.problem.data.loss = huber(0.5);
  const auto bent = linear.problem.data.residual;
  linear.problem.data.residual = [bent](const Tensor& x) { return bent(x + 0.1 * square(x)); };
  const Tensor m = random_normal({20}, 3);
  const std::vector<double> v = random_normal({20}, 4).to_vector<double>();
  EXPECT_LT(largest_difference(gram_product(linear.problem.data, m)(v),
                               gram_product_by_transforms(linear.problem.data, m)(v)),
            1e-9);
}

TEST(Posterior, IsTheSameForAnyNumberOfThreads) {
  const LinearProblem linear(60, 45, 0.3);
  const Tensor m = zeros({60});
  const Posterior two = posterior(linear.problem, m, lambda);
  const int before = cpu::set_threads(1);
  const Posterior one = posterior(linear.problem, m, lambda);
  cpu::set_threads(before);
  EXPECT_EQ(one.eigenvalue, two.eigenvalue);
  EXPECT_EQ(one.direction, two.direction);
}

TEST(Posterior, WhatCannotBeSaidIsAnError) {
  const LinearProblem linear(20, 12, 0.1);
  const Tensor m = zeros({20});
  EXPECT_THROW(posterior(linear.problem, m, lambda, {.level_deviation = 0}), SolveError);  // smoothness leaves the mean
  EXPECT_THROW(posterior(linear.problem, m, 0.0), std::invalid_argument);
  EXPECT_THROW(posterior(linear.problem, m, lambda, {.rank = 21}), std::invalid_argument);
  EXPECT_THROW(posterior(linear.problem, m, lambda, {.smallest = 0}), std::invalid_argument);
  EXPECT_THROW(point_spread(posterior(linear.problem, m, lambda), 20), std::invalid_argument);
  EXPECT_THROW(posterior([](std::span<const double> v) { return std::vector<double>(v.size(), std::nan("")); },
                         prior_precision(linear.problem, m, lambda, level)),
               SolveError);
}

}  // namespace
