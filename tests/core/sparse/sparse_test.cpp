#include "core/sparse.h"

#include <gtest/gtest.h>

#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"
#include "tests/core/property.h"

namespace terrella::test {
namespace {

const Assembly& five_by_four() {
  static const Assembly a = assemble(5, 4, {0, 0, 1, 2, 2, 4, 4, 0}, {1, 3, 0, 1, 2, 0, 3, 1});
  return a;
}
const SparsePattern& pattern() { return five_by_four().pattern; }

SparseTensor normal(const SparsePattern& p, std::uint64_t seed, Shape batch = {}) {
  batch.push_back(p.entries());
  return {p, random_normal(batch, seed, DType::c128)};
}

double difference(const Tensor& a, const Tensor& b) { return max_abs(a - b); }

Case of(const char* name, Function f, std::vector<Shape> shapes) {
  return {.name = name,
          .f = std::move(f),
          .sample =
              [shapes](DType dtype, std::uint64_t seed) {
                Tensors x;
                for (std::size_t i = 0; i < shapes.size(); ++i)
                  x.push_back(random_normal(shapes[i], split_seed(seed, i), dtype).eval());
                return x;
              },
          .reference = {}};
}

std::vector<Case> cases() {
  const auto values = [](auto f) {
    return [f](const Tensors& x) { return Tensors{f(SparseTensor(pattern(), x[0]))}; };
  };
  const auto both = [](auto f) {
    return [f](const Tensors& x) { return Tensors{f(SparseTensor(pattern(), x[0]), x[1])}; };
  };
  const auto dense = [](const SparseTensor& a) { return to_dense(a); };
  const std::int64_t entries = pattern().entries();
  return {
      of("product_vector", both([](const auto& a, const Tensor& x) { return matmul(a, x); }), {{entries}, {4}}),
      of("product", both([](const auto& a, const Tensor& x) { return matmul(a, x); }), {{entries}, {4, 3}}),
      of("product_one_matrix", both([](const auto& a, const Tensor& x) { return matmul(a, x); }),
         {{entries}, {2, 4, 3}}),
      of("product_broadcast", both([](const auto& a, const Tensor& x) { return matmul(a, x); }),
         {{2, 1, entries}, {3, 4, 2}}),
      of("product_of_adjoint", both([](const auto& a, const Tensor& x) { return matmul(adjoint(a), x); }),
         {{2, entries}, {5, 3}}),
      of("assembly",
         [](const Tensors& x) {
           return Tensors{to_dense({pattern(), five_by_four().values(x[0])})};
         },
         {{2, 8}}),
      of("transpose", values([&](const auto& a) { return to_dense(transpose(a)); }), {{2, entries}}),
      of("square", values([&](const auto& a) { return to_dense(matmul(adjoint(a), a)); }), {{entries}}),
      of("scale", both([](const auto& a, const Tensor& d) { return to_dense(scale_columns(a, d)); }), {{entries}, {4}}),
      of("blocks", values([dense](const auto& a) {
           return dense(block_matrix({{a, std::nullopt}, {a + a, scale_rows(ones({5}, DType::f32), a)}}));
         }),
         {{entries}}),
  };
}

class SparseRules : public testing::TestWithParam<Case> {};

TEST_P(SparseRules, Derivatives) { expect_derivatives(GetParam()); }
TEST_P(SparseRules, SinglePrecision) { expect_single_precision(GetParam()); }
TEST_P(SparseRules, Taylor) { expect_taylor(GetParam()); }
TEST_P(SparseRules, Vmap) { expect_vmap(GetParam()); }
TEST_P(SparseRules, Jit) { expect_jit(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Table, SparseRules, testing::ValuesIn(cases()), [](const auto& i) { return i.param.name; });

}  // namespace

TEST(Sparse, AssemblyAddsContributionsToOnePlace) {
  const Assembly a = assemble(2, 3, {1, 0, 1, 1}, {2, 0, 2, 1});
  EXPECT_EQ(a.pattern.entries(), 3);
  EXPECT_EQ(a.pattern.column_of(), (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(a.values({1.0, 2.0, 4.0, 8.0}).to_vector<double>(), (std::vector<double>{2.0, 8.0, 5.0}));
}

TEST(Sparse, ElementsLeaveBoundaryValuesOut) {
  // Two segments of a line whose first node is fixed.
  const Assembly a = assemble_elements(2, {-1, 0, 0, 1}, 2);
  const Tensor stiffness = {1.0, -1.0, -1.0, 1.0, 3.0, -3.0, -3.0, 3.0};
  EXPECT_EQ(to_dense({a.pattern, a.values(stiffness)}).to_vector<double>(), (std::vector<double>{4, -3, -3, 3}));
  for (const std::int64_t wrong : {3, 7, 9}) EXPECT_THROW(a.values(ones({wrong})), std::invalid_argument);
  EXPECT_THROW(a.values(1.0), std::invalid_argument);
  EXPECT_THROW(assemble_elements(2, {0, 1, 0}, 2), std::invalid_argument);
  EXPECT_THROW(assemble_elements(2, {0, -2}, 2), std::invalid_argument);
}

TEST(Sparse, AlgebraEqualsTheDenseOne) {
  const SparseTensor a = normal(pattern(), 1, {2}), b = normal(assemble(5, 4, {1, 0, 3}, {0, 3, 2}).pattern, 2);
  const Tensor da = to_dense(a), db = to_dense(b), x = random_normal({4, 3}, 3, DType::c128);
  EXPECT_LT(difference(matmul(a, x), matmul(da, x)), 1e-14);
  EXPECT_LT(difference(matmul(b, x), matmul(db, x)), 1e-14);
  EXPECT_EQ(difference(to_dense(a + b), da + db), 0);
  EXPECT_EQ(difference(to_dense(a - b), da - db), 0);
  EXPECT_EQ(difference(to_dense(Tensor({2.0, 3.0}) * a), Tensor::from<double>({2, 3}, {2, 1, 1}) * da), 0);
  EXPECT_EQ(difference(to_dense(adjoint(a)), adjoint(da)), 0);
  EXPECT_LT(difference(to_dense(matmul(adjoint(a), b)), matmul(adjoint(da), db)), 1e-14);
  EXPECT_EQ(difference(diagonal(b), Tensor(std::vector<std::complex<double>>(4, 0.0))), 0);
  EXPECT_EQ(difference(diagonal(sparse_diagonal({1.0, 2.0})), {1.0, 2.0}), 0);
  const SparseTensor part = submatrix(a, {4, 0}, {3, 1, 0});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      EXPECT_EQ(difference(to_dense(part)[1][i][j], da[1][i == 0 ? 4 : 0][j == 0 ? 3 : j == 1 ? 1 : 0]), 0);
  const SparseTensor again = sparse_from_dense(db);
  EXPECT_EQ(again.pattern(), b.pattern());
  EXPECT_EQ(difference(again.values(), b.values()), 0);
}

TEST(Sparse, EveryWidthOfRightHandSides) {
  for (const DType dtype : {DType::f32, DType::f64, DType::c64, DType::c128})
    for (std::int64_t m = 0; m < 40; ++m) {
      const SparseTensor a(pattern(), random_normal({pattern().entries()}, 1, dtype));
      const Tensor x = random_normal({4, m}, 2, dtype), y = random_normal({5, m}, 3, dtype);
      const double tolerance = dtype == DType::f32 || dtype == DType::c64 ? 3e-6 : 1e-14;
      if (m > 0) {
        EXPECT_LT(difference(matmul(a, x), matmul(to_dense(a), x)), tolerance);
        EXPECT_LT(difference(matmul(adjoint(a), y), matmul(adjoint(to_dense(a)), y)), tolerance);
      }
      const Tensor g =
          vjp(Function([&](const Tensors& v) { return Tensors{matmul(SparseTensor(pattern(), v[0]), x)}; }),
              {a.values()})
              .pullback({y})[0];
      const Tensor expected = matmul(y, adjoint(x));
      EXPECT_LT(difference(to_dense({pattern(), g}), to_dense({pattern(), ones({pattern().entries()})}) * expected),
                10 * tolerance)
          << m;
    }
}

TEST(Sparse, EmptyAndOneByOne) {
  const SparseTensor none(assemble(3, 2, {}, {}).pattern, zeros({0}));
  EXPECT_EQ(matmul(none, ones({2})).to_vector<double>(), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(to_dense(none).shape(), (Shape{3, 2}));
  EXPECT_EQ(matmul(SparseTensor(assemble(0, 0, {}, {}).pattern, zeros({0})), zeros({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(matmul(sparse_diagonal({2.0}), {3.0}).to_vector<double>(), (std::vector<double>{6}));
  EXPECT_EQ(SparsePattern().entries(), 0);
}

TEST(Sparse, ErrorsSayWhatDoesNotFit) {
  EXPECT_THROW(assemble(2, 2, {0}, {2}), std::invalid_argument);
  EXPECT_THROW(assemble(2, 2, {0, 1}, {1}), std::invalid_argument);
  EXPECT_THROW(SparseTensor(pattern(), ones({3})), std::invalid_argument);
  EXPECT_THROW(matmul(normal(pattern(), 1), ones({5})), std::invalid_argument);
  EXPECT_THROW(normal(pattern(), 1) + sparse_diagonal(ones({5})), std::invalid_argument);
  EXPECT_THROW(submatrix(normal(pattern(), 1), {0, 0}, {1}), std::invalid_argument);
  EXPECT_THROW(submatrix(normal(pattern(), 1), {5}, {1}), std::invalid_argument);
  EXPECT_THROW(block_matrix({{normal(pattern(), 1), sparse_diagonal(ones({4}))}}), std::invalid_argument);
  EXPECT_THROW(block_matrix({{std::nullopt}}), std::invalid_argument);
}

}  // namespace terrella::test
