#include <gtest/gtest.h>

#include "core/check.h"
#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"

using namespace terrella;

namespace {

double tolerance(DType d) { return real_of(d) == DType::f32 ? 2e-4 : 1e-12; }

Tensor positive(const Shape& shape, DType dtype) {
  const Tensor a = random_normal(shape, 3, dtype);
  return matmul(a, adjoint(a)) + static_cast<double>(shape.back()) * eye(shape.back(), dtype);
}

class Dense : public testing::TestWithParam<DType> {};

}  // namespace

TEST_P(Dense, CholeskyReproducesTheMatrix) {
  const DType d = GetParam();
  for (const Shape& shape : {Shape{1, 1}, Shape{5, 5}, Shape{3, 2, 4, 4}, Shape{0, 0}}) {
    const Tensor a = positive(shape, d);
    const Tensor l = cholesky(a);
    EXPECT_LT(max_abs(matmul(l, adjoint(l)) - a), tolerance(d));
    EXPECT_EQ(max_abs(triu(l, 1)), 0.0);
  }
}

TEST_P(Dense, TriangularSolves) {
  const DType d = GetParam();
  const Tensor a = positive({2, 4, 4}, d), b = random_normal({2, 4, 3}, 8, d);
  for (const bool lower : {true, false})
    for (const bool adjoint_too : {true, false}) {
      const Tensor t = lower ? tril(a) : triu(a);
      const Tensor x = triangular_solve(a, b, {lower, adjoint_too});
      EXPECT_LT(max_abs(matmul(adjoint_too ? adjoint(t) : t, x) - b), tolerance(d));
    }
  const Tensor v = random_normal({4}, 9, d);
  const Tensor x = solve_positive(a, v);  // one right-hand side for both matrices
  for (std::int64_t i = 0; i < 2; ++i) EXPECT_LT(max_abs(matmul(a[i], x[i]) - v), 10 * tolerance(d));
}

TEST_P(Dense, QrAndSvdReproduceTheMatrix) {
  const DType d = GetParam();
  for (const Shape& shape : {Shape{1, 1}, Shape{6, 4}, Shape{3, 5}, Shape{2, 5, 3}}) {
    const Tensor a = random_normal(shape, 4, d);
    const Qr f = qr(a);
    EXPECT_LT(max_abs(matmul(f.q, f.r) - a), tolerance(d));
    EXPECT_LT(max_abs(matmul(adjoint(f.q), f.q) - eye(f.q.size(-1), d)), tolerance(d));
    const Svd s = svd(a);
    EXPECT_LT(max_abs(matmul(s.u * cast(expand_dims(s.s, s.s.rank() - 1), d), s.vh) - a), tolerance(d));
  }
}

TEST_P(Dense, Derivatives) {
  const DType d = GetParam();
  if (real_of(d) == DType::f32) return;  // rules are the same graph; f64 shows them
  const Tensor a = positive({2, 3, 3}, d), b = random_normal({2, 3, 2}, 5, d), tall = random_normal({2, 5, 3}, 6, d);
  const auto expect_right = [&](const Function& f, const Tensor& x, const char* what) {
    EXPECT_LT(check::dot_product_error(f, x), 1e-12) << what;
    EXPECT_LT(check::gradient_error(f, x, {.step = 1e-3}), 1e-6) << what;
    const Function second = [&](const Tensors& t) {
      return Tensors{jvp(f, t, {random_normal(x.shape(), 11, d)}).tangent[0]};
    };
    EXPECT_LT(check::dot_product_error(second, x), 1e-11) << what << ", second order";
    EXPECT_LT(check::gradient_error(second, x, {.step = 1e-3}), 1e-5) << what << ", second order";
  };
  expect_right(function([](const Tensor& x) { return cholesky(x); }), a, "cholesky");
  expect_right(function([&](const Tensor& x) { return solve_positive(x, b); }), a, "solve_positive in A");
  expect_right(function([&](const Tensor& x) { return solve_positive(a, x); }), b, "solve_positive in b");
  for (const bool lower : {true, false})
    for (const bool adjoint_too : {true, false})
      expect_right(function([&](const Tensor& x) {
                     return triangular_solve(x, b, {lower, adjoint_too});
                   }),
                   a, "triangular");
  expect_right(function([](const Tensor& x) { return qr(x).q; }), tall, "q");
  expect_right(function([](const Tensor& x) { return qr(x).r; }), tall, "r");
  expect_right(function([](const Tensor& x) { return svd(x).s; }), tall, "s");
  // Singular vectors in a combination that does not depend on their phase: f(A) = U exp(-S) V^H.
  for (const Tensor& x : {tall, matrix_transpose(tall)})
    expect_right(function([&](const Tensor& y) {
                   const Svd s = svd(y);
                   return matmul(s.u * cast(expand_dims(exp(-s.s), s.s.rank() - 1), d), s.vh);
                 }),
                 x, "U exp(-S) V^H");
}

TEST_P(Dense, BatchesEqualLoops) {
  const DType d = GetParam();
  const Tensor a = positive({3, 4, 4}, d);
  const Tensor batch = vmap([](const Tensor& x) { return solve_positive(x, matmul(x, qr(x).q)); })(a);
  for (std::int64_t i = 0; i < 3; ++i)
    EXPECT_LT(max_abs(batch[i] - solve_positive(a[i], matmul(a[i], qr(a[i]).q))), tolerance(d));
}

INSTANTIATE_TEST_SUITE_P(DTypes, Dense, testing::Values(DType::f32, DType::f64, DType::c64, DType::c128),
                         [](const auto& i) { return std::string(name(i.param)); });

TEST(DenseErrors, NameTheMatrixAndThePivot) {
  const Tensor bad = {{1.0, 2.0}, {2.0, 1.0}};
  try {
    cholesky(bad).eval();
    FAIL();
  } catch (const SolveError& e) {
    EXPECT_STREQ(e.what(),
                 "cholesky: the matrix is not positive definite (2 rows; pivot 1 is not positive) "
                 "(in cholesky of f64 [2, 2]; TERRELLA_DEBUG=1 shows where it was made)");
  }
  const Tensor singular = {{1.0, 0.0}, {2.0, 0.0}};
  EXPECT_THROW(triangular_solve(singular, {1.0, 1.0}).eval(), SolveError);
  EXPECT_THROW(cholesky(ones({2, 3})), std::invalid_argument);
  EXPECT_THROW(svd(full({2, 2}, std::nan(""), DType::f64)).s.eval(), SolveError);
  EXPECT_THROW(triangular_solve(eye(3), ones({2, 2})), std::invalid_argument);
}

TEST(DenseErrors, EqualSingularValuesGiveNoNan) {
  const Tensor g = grad([](const Tensor& x) { return sum(svd(x).u); })(eye(3));
  EXPECT_TRUE(all(isfinite(g)).item<bool>());
}
