#include "core/optimize/data_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/error.h"
#include "core/optimize/normal_matrix.h"

using namespace terrella;
using namespace terrella::optimize;

namespace {

std::vector<double> random_numbers(std::size_t n, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(n);
  for (double& v : values) v = normal(generator);
  return values;
}

/// Differences within two chains of unknowns, and `left_out` unknowns that they do not see.
SparseMatrix chains(std::int64_t each, std::int64_t left_out) {
  SparseMatrix w;
  w.columns = 2 * each + left_out;
  for (std::int64_t first : {std::int64_t{0}, each})
    for (std::int64_t i = first; i + 1 < first + each; ++i)
      w.add_row(std::array{i, i + 1},
                std::array{-1.0 - 0.1 * static_cast<double>(i % 3), 1.0 + 0.1 * static_cast<double>(i % 3)});
  return w;
}

struct Example {
  std::int64_t m = 15, each = 30, left_out = 2, n = 62;
  BlockMatrix j = dense(m, n, random_numbers(15 * 62, 1));
  std::vector<double> weight;
  NormalMatrix r{n}, data{n};
  Example() {
    for (const double w : random_numbers(15, 2)) weight.push_back(std::abs(w));
    r.add(chains(each, left_out));
    data.add(j, weight);
  }
};

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return worst / size;
}

TEST(DataSpace, StepsAreThoseOfTheNormalMatrix) {
  const Example e;
  const DataSpace space(e.j, e.weight, *e.r.to_sparse());
  const std::vector<double> b = random_numbers(62, 3);
  for (const double lambda : {1e-3, 1.0, 1e4}) {
    NormalMatrix whole = e.data;
    whole.add(e.r, lambda);
    const auto factor = space.factor(lambda);
    ASSERT_TRUE(factor);
    const auto x = factor->solve(b);
    ASSERT_TRUE(x);
    EXPECT_LT(distance(*x, *whole.solve(b)), 1e-9) << lambda;  // rounding times the condition of the dense matrix
    EXPECT_LT(distance(factor->inverse_diagonal(), *whole.factor()->inverse_blocks(1)), 1e-8) << lambda;
    const std::vector<double> influence = *whole.solve_many(e.data.to_dense(), 62);
    double trace = 0;
    for (std::size_t i = 0; i < 62; ++i) trace += influence[i * 62 + i];
    EXPECT_NEAR(factor->freedom(15), trace, 1e-8 * trace) << lambda;
  }
}

TEST(DataSpace, RegularMatricesNeedNoPins) {
  Example e;
  e.r.add_diagonal(std::vector<double>(62, 0.5));
  const DataSpace space(e.j, e.weight, *e.r.to_sparse());
  NormalMatrix whole = e.data;
  whole.add(e.r, 2.0);
  const std::vector<double> b = random_numbers(62, 4);
  EXPECT_LT(distance(*space.factor(2.0)->solve(b), *whole.solve(b)), 1e-11);
  EXPECT_LT(distance(space.factor(2.0)->inverse_diagonal(), *whole.factor()->inverse_blocks(1)), 1e-11);
}

TEST(DataSpace, WhatDataDoNotDetermineGivesNoFactor) {
  Example e;
  std::vector<double> blind = e.j.blocks[0].values;
  for (std::size_t i = 0; i < 15; ++i) blind[i * 62 + 61] = 0;  // nobody sees the last unknown
  const DataSpace space(dense(15, 62, blind), e.weight, *e.r.to_sparse());
  EXPECT_FALSE(space.factor(1.0));
  EXPECT_FALSE(space.factor(0.0));
  EXPECT_THROW(DataSpace(e.j, std::vector<double>(3), *e.r.to_sparse()), std::invalid_argument);
}

}  // namespace
