#include "core/optimize/normal_matrix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"

using namespace terrella;
using namespace terrella::optimize;

namespace {

std::vector<double> random(std::int64_t n, std::uint64_t seed) { return random_normal({n}, seed).to_vector<double>(); }

/// Two blocks and lateral rows, as blocks and sparse rows; and the same as one dense matrix.
struct Example {
  BlockMatrix blocks{7, 5, {{0, 0, 4, 2, random(8, 1)}, {4, 2, 3, 3, random(9, 2)}}};
  SparseMatrix rows;
  std::vector<double> weight = {1, 2, 0.5, 3, 1, 0.1, 7};
  Example() {
    rows.columns = 5;
    for (std::int64_t i = 0; i < 4; ++i)
      rows.add_row(std::vector<std::int64_t>{i, i + 1}, std::vector<double>{-1.0, 1.0 + 0.1 * static_cast<double>(i)});
  }
  Tensor dense_blocks() const {
    std::vector<double> full(35, 0.0);
    for (const Block& b : blocks.blocks)
      for (std::int64_t i = 0; i < b.rows; ++i)
        for (std::int64_t j = 0; j < b.columns; ++j)
          full[static_cast<std::size_t>((b.row + i) * 5 + b.column + j)] =
              b.values[static_cast<std::size_t>(i * b.columns + j)];
    return Tensor::from(full, {7, 5});
  }
  Tensor dense_rows() const {
    std::vector<double> full(20, 0.0);
    for (std::size_t i = 0; i < 4; ++i) full[i * 5 + i] = -1, full[i * 5 + i + 1] = 1 + 0.1 * static_cast<double>(i);
    return Tensor::from(full, {4, 5});
  }
  /// A^T W A + 2 B^T B by tensors.
  Tensor expected() const {
    return matmul(matrix_transpose(dense_blocks()), reshape(Tensor(weight), {7, 1}) * dense_blocks()) +
           2 * matmul(matrix_transpose(dense_rows()), dense_rows());
  }
};

TEST(NormalMatrix, BlocksAndRowsSumToTheDenseProduct) {
  const Example e;
  NormalMatrix sparse(5), full(5);
  sparse.add(e.blocks, e.weight);
  sparse.add(e.rows, {}, 2);
  full.add(dense(7, 5, e.dense_blocks().to_vector<double>()), e.weight);
  NormalMatrix rows(5);
  rows.add(e.rows);
  full.add(rows, 2);
  for (const NormalMatrix& n : {sparse, full}) {
    EXPECT_LT(max_abs(Tensor::from(n.to_dense(), {5, 5}) - e.expected()), 1e-13);
    const auto x = random(5, 3);
    EXPECT_LT(max_abs(Tensor(n.multiply(x)) - matmul(e.expected(), Tensor(x))), 1e-12);
    const auto solved = n.solve(x);
    ASSERT_TRUE(solved);
    EXPECT_LT(max_abs(matmul(e.expected(), Tensor(*solved)) - Tensor(x)), 1e-11);
    const auto many = n.solve_many(random(10, 4), 2);
    EXPECT_LT(max_abs(matmul(e.expected(), Tensor::from(*many, {5, 2})) - reshape(Tensor(random(10, 4)), {5, 2})),
              1e-11);
  }
}

/// Four stations of nine parameters, each with its data, tied to the next; and dense.
struct Line {
  static constexpr std::int64_t stations = 4, layers = 9, n = stations * layers;
  NormalMatrix matrix{n}, dense_matrix{n};
  explicit Line(std::int64_t stride = layers) {
    BlockMatrix blocks{stations * 5, n, {}};
    for (std::int64_t s = 0; s < stations; ++s)
      blocks.blocks.push_back({s * 5, s * layers, 5, layers, random(5 * layers, static_cast<std::uint64_t>(10 + s))});
    matrix.add(blocks, {}, 3);
    SparseMatrix ties;
    ties.columns = n;
    for (std::int64_t i = 0; i + stride < n; ++i)
      ties.add_row(std::vector<std::int64_t>{i, i + stride}, std::vector<double>{-1.0, 1.5});
    NormalMatrix smooth(n);
    smooth.add(ties);
    smooth.add_diagonal(std::vector<double>(n, 0.5));
    matrix.add(smooth, 2);
    dense_matrix.add(dense(n, n, std::vector<double>(n * n, 0.0)));
    dense_matrix.add(matrix);
  }
};

TEST(NormalMatrix, FactorsWithinABandAreThoseOfTheWholeMatrix) {
  // Ties to the neighbour make a band; ties over two stations are too far for one, and go the sparse way.
  for (const std::int64_t stride : {Line::layers, 2 * Line::layers + 4}) {
    const Line line(stride);
    const Tensor whole = Tensor::from(line.matrix.to_dense(), {Line::n, Line::n});
    EXPECT_LT(max_abs(whole - Tensor::from(line.dense_matrix.to_dense(), {Line::n, Line::n})), 1e-14);
    const auto factor = line.matrix.factor();
    ASSERT_TRUE(factor);
    const Tensor b = Tensor::from(random(Line::n * 70, 5), {Line::n, 70});  // more than one group of columns
    const auto x = factor->solve_many(b.to_vector<double>(), 70);
    ASSERT_TRUE(x);
    EXPECT_LT(max_abs(matmul(whole, Tensor::from(*x, {Line::n, 70})) - b), 1e-11);

    std::vector<double> unit(Line::n * Line::n, 0.0);
    for (std::size_t i = 0; i < Line::n; ++i) unit[i * Line::n + i] = 1;
    const auto inverse = line.dense_matrix.solve_many(unit, Line::n);
    for (const std::int64_t block : {std::int64_t{1}, std::int64_t{3}, Line::layers, Line::n}) {
      const auto found = factor->inverse_blocks(block), gram = line.matrix.diagonal_blocks(block);
      ASSERT_TRUE(found);
      EXPECT_EQ(gram.has_value(), block == Line::n);
      for (std::int64_t i = 0; i < Line::n; ++i)
        for (std::int64_t j = 0; j < block; ++j)
          EXPECT_NEAR((*found)[static_cast<std::size_t>(i * block + j)],
                      (*inverse)[static_cast<std::size_t>(i * Line::n + i / block * block + j)], 1e-12);
    }
  }
}

TEST(NormalMatrix, LargeFullMatricesGoByPanels) {
  // Three panels; weights of rows that stand behind others.
  constexpr std::int64_t n = 300, m = 340;
  const std::vector<double> values = random(m * n, 7);
  std::vector<double> weight = random(m + 5, 8);
  for (double& w : weight) w = 0.5 + w * w;
  const BlockMatrix a{m + 5, n, {{5, 0, m, n, values}}};
  NormalMatrix matrix(n);
  matrix.add(a, weight, 3);
  const Tensor rows = Tensor::from(values, {m, n});
  const Tensor w = Tensor(std::vector<double>(weight.begin() + 5, weight.end()));
  const Tensor expected = 3 * matmul(matrix_transpose(rows), reshape(w, {m, 1}) * rows);
  EXPECT_LT(max_abs(Tensor::from(matrix.to_dense(), {n, n}) - expected), 1e-11);
  const int before = cpu::set_threads(1);
  NormalMatrix alone(n);
  alone.add(a, weight, 3);
  cpu::set_threads(before);
  EXPECT_EQ(alone.to_dense(), matrix.to_dense());

  const auto factor = matrix.factor();
  ASSERT_TRUE(factor);
  const std::vector<double> b = random(2 * n, 9);
  const Tensor x = Tensor::from(factor->solve_many(b, 2).value(), {n, 2});
  EXPECT_LT(max_abs(matmul(expected, x) - Tensor::from(b, {n, 2})), 1e-9);
  EXPECT_TRUE(factor->solve_many({}, 0).value().empty());
  const Tensor inverse = inv(expected);
  for (const std::int64_t block : {1, 3, 100}) {
    const Tensor blocks = Tensor::from(factor->inverse_blocks(block).value(), {n / block, block, block});
    for (std::int64_t k = 0; k < n / block; ++k) {
      const std::int64_t first = k * block, end = first + block;
      EXPECT_LT(
          max_abs(squeeze(slice(blocks, 0, {k, k + 1}), 0) - slice(slice(inverse, 0, {first, end}), 1, {first, end})),
          1e-9 * max_abs(inverse));
    }
  }
  std::vector<double> down(n, 0.0);
  down[200] = -1e6;
  matrix.add_diagonal(down);
  EXPECT_FALSE(matrix.factor());
  down[200] = std::nan("");
  matrix.add_diagonal(down);
  EXPECT_FALSE(matrix.factor());
}

TEST(NormalMatrix, SaysWhereItIsNotPositiveDefinite) {
  NormalMatrix sparse(3), full(3);
  SparseMatrix one;
  one.columns = 3;
  one.add_row(std::vector<std::int64_t>{0}, std::vector<double>{1});
  sparse.add(one);
  EXPECT_FALSE(sparse.solve(std::vector<double>{1, 1, 1}));
  full.add(dense(1, 3, {1, 2, std::nan("")}));
  EXPECT_FALSE(full.solve(std::vector<double>{1, 1, 1}));
  EXPECT_THROW(full.add(dense(1, 2, {1, 2})), std::invalid_argument);
}

TEST(Matrix, TransposedProductsAreAdjoint) {
  const Example e;
  const auto x = random(5, 5), y = random(7, 6), z = random(4, 7);
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    double s = 0;
    for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
    return s;
  };
  EXPECT_NEAR(dot(multiply(e.blocks, x), y), dot(x, multiply_transposed(e.blocks, y)), 1e-13);
  EXPECT_NEAR(dot(multiply(e.rows, x), z), dot(x, multiply_transposed(e.rows, z)), 1e-13);
  EXPECT_LT(max_abs(Tensor(multiply(e.blocks, x)) - matmul(e.dense_blocks(), Tensor(x))), 1e-14);
  SparseMatrix s;
  s.columns = 2;
  EXPECT_THROW(s.add_row(std::vector<std::int64_t>{1, 0}, std::vector<double>{1, 1}), std::invalid_argument);
}

}  // namespace
