// General square matrices: LU, solve, inverse, determinant.
#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

class General : public testing::TestWithParam<DType> {
 protected:
  DType d = GetParam();
  double small = real_of(d) == DType::f32 ? 1e-5 : 1e-13;
};

double size_of_all(const Tensor& x) { return std::max(1.0, norm(x).item()); }

std::string message(const Tensor& x) {
  try {
    x.eval();
  } catch (const SolveError& e) { return e.what(); }
  return "no error";
}

/// Singular values 1 ... 1e-12.
Tensor ill_conditioned(std::int64_t n, DType d) {
  const Tensor u = qr(random_normal({n, n}, 5, d)).q, v = qr(random_normal({n, n}, 6, d)).q;
  return matmul(u * cast(logspace(0, -12, n), d), v);
}

TEST_P(General, LuReproducesTheMatrix) {
  for (const Shape& shape : {Shape{1, 1}, Shape{6, 6}, Shape{5, 3}, Shape{3, 5}, Shape{2, 3, 40, 40}, Shape{0, 0},
                             Shape{0, 4, 4}, Shape{2, 0, 3}}) {
    const Tensor a = random_normal(shape, 1, d);
    const Plu f = lu(a);
    EXPECT_EQ(f.p.dtype(), real_of(d));
    EXPECT_LT(max_abs(matmul(cast(f.p, d), matmul(f.l, f.u)) - a), small * size_of_all(a)) << shape;
    EXPECT_EQ(max_abs(triu(f.l, 1)), 0.0);
    EXPECT_LE(max_abs(f.l), 1.5) << "pivots are the largest of their column";
  }
}

TEST_P(General, SolveLeavesASmallResidual) {
  for (const std::int64_t n : {1, 2, 7, 16, 33, 100})
    for (const std::int64_t m : {1, 3}) {
      const Tensor a = random_normal({3, n, n}, 2, d), b = random_normal({3, n, m}, 3, d);
      const Tensor x = solve(a, b);
      EXPECT_LT(max_abs(matmul(a, x) - b), small * size_of_all(a) * size_of_all(x)) << n;
    }
  const Tensor a = ill_conditioned(12, d), b = random_normal({12}, 4, d), x = solve(a, b);
  EXPECT_LT(max_abs(matmul(a, x) - b), small * size_of_all(a) * size_of_all(x));
}

TEST_P(General, TheSameBitsWhereverAMatrixStandsInTheBatch) {
  const Tensor a = random_normal({37, 9, 9}, 12, d), b = random_normal({37, 9, 2}, 13, d), x = solve(a, b);
  for (const std::int64_t i : {0, 5, 36}) EXPECT_TRUE(all(solve(a[i], b[i]) == x[i]).item<bool>()) << i;
}

TEST_P(General, TheAdjointSolvesTheAdjointMatrix) {
  for (const std::int64_t n : {3, 16, 32, 33}) {
    const Tensor a = random_normal({5, n, n}, 14, d), b = random_normal({5, n, 1}, 15, d);
    const Tensor y = vjp(function([&](const Tensor& z) { return solve(a, z); }), {b}).pullback({b})[0];
    EXPECT_LT(max_abs(matmul(adjoint(a), y) - b), small * size_of_all(a) * size_of_all(y)) << n;
  }
}

TEST_P(General, EmptyThings) {
  EXPECT_EQ(solve(zeros({0, 0}, d), zeros({0, 2}, d)).shape(), (Shape{0, 2}));
  EXPECT_EQ(solve(zeros({0, 4, 4}, d), ones({0, 4, 2}, d)).eval().shape(), (Shape{0, 4, 2}));
  EXPECT_EQ(solve(eye(3, d), zeros({2, 3, 0}, d)).eval().shape(), (Shape{2, 3, 0}));
  EXPECT_EQ(solve(zeros({0, 0}, d), zeros({5, 0, 2}, d)).eval().shape(), (Shape{5, 0, 2}));
  EXPECT_EQ(inv(zeros({2, 0, 0}, d)).eval().shape(), (Shape{2, 0, 0}));
  EXPECT_EQ(real(det(zeros({0, 0}, d))).item(), 1.0);
  EXPECT_EQ(slogdet(zeros({0, 0}, d)).log_abs.item(), 0.0);
}

TEST_P(General, InverseAndDeterminant) {
  const Tensor a = random_normal({2, 5, 5}, 7, d);
  EXPECT_LT(max_abs(matmul(a, inv(a)) - eye(5, d)), 100 * small);
  const SignLogDet f = slogdet(a);
  EXPECT_LT(max_abs(f.sign * cast(exp(f.log_abs), d) - det(a)), 100 * small);
  const Tensor known = cast(Tensor{{0.0, 2.0, 1.0}, {1.0, 1.0, 0.0}, {3.0, 0.0, 4.0}}, d);
  EXPECT_NEAR(real(det(known)).item(), -11.0, 100 * small);  // 0 - 2 (4 - 0) + 1 (0 - 3)
  const Tensor large = 1e30 * eye(40, d);                    // det overflows, its logarithm does not
  EXPECT_NEAR(slogdet(large).log_abs.item(), 40 * 30 * std::log(10.0), 1e-3);
}

TEST_P(General, SingularMatricesHaveADeterminantAndItsGradient) {
  const Tensor a = cast(Tensor{{1.0, 2.0, 3.0}, {2.0, 4.0, 6.0}, {1.0, 0.0, 1.0}}, d);
  EXPECT_NEAR(abs(det(a)).item(), 0.0, 100 * small);
  EXPECT_EQ(slogdet(cast(Tensor{{1.0, 2.0}, {2.0, 4.0}}, d)).log_abs.item(), -INFINITY);
  EXPECT_EQ(abs(slogdet(zeros({2, 2}, d)).sign).item(), 0.0);
  const Tensor g = grad([](const Tensor& x) { return real(det(x)); })(a);
  const Tensor cofactors = cast(Tensor{{4.0, 4.0, -4.0}, {-2.0, -2.0, 2.0}, {0.0, 0.0, 0.0}}, d);
  EXPECT_LT(max_abs(g - cofactors), 1000 * small);
  EXPECT_EQ(max_abs(grad([](const Tensor& x) { return real(det(x)); })(zeros({3, 3}, d))), 0.0);
}

TEST_P(General, NanStaysNan) {
  const Tensor a = full({3, 3}, std::nan(""), DType::f64);
  EXPECT_TRUE(all(isnan(real(solve(cast(a, d), ones({3}, d))))).item<bool>());
  EXPECT_TRUE(isnan(real(det(cast(a, d)))).item<bool>());
}

TEST_P(General, SameBitsOnAnyNumberOfThreads) {
  const Tensor a = random_normal({203, 12, 12}, 8, d), b = random_normal({203, 12, 1}, 9, d);
  const int before = cpu::set_threads(1);
  const Tensor one = solve(a, b).eval(), l = cholesky(matmul(a, adjoint(a)) + eye(12, d)).eval();
  for (const int threads : {2, 4}) {
    cpu::set_threads(threads);
    EXPECT_TRUE(all(solve(a, b) == one).item<bool>());
    EXPECT_TRUE(all(cholesky(matmul(a, adjoint(a)) + eye(12, d)) == l).item<bool>());
  }
  cpu::set_threads(before);
}

INSTANTIATE_TEST_SUITE_P(DTypes, General, testing::Values(DType::f32, DType::f64, DType::c64, DType::c128),
                         [](const auto& i) { return std::string(name(i.param)); });

TEST(GeneralErrors, SingularMatricesAreNamed) {
  const Tensor bad = stack({eye(2), Tensor{{1.0, 2.0}, {2.0, 4.0}}});
  EXPECT_NE(message(solve(bad, ones({2, 2, 1})))
                .find("solve: the matrix number 1 of the batch is singular: pivot 1, from row 0, is zero"),
            std::string::npos)
      << message(solve(bad, ones({2, 2, 1})));
  EXPECT_NE(message(inv(zeros({2, 2}))).find("singular: pivot 0"), std::string::npos);
  EXPECT_THROW(solve(ones({2, 3}), ones({2})), std::invalid_argument);
  EXPECT_THROW(solve(eye(3), ones({2})), std::invalid_argument);
  EXPECT_THROW(det(ones({2, 3})), std::invalid_argument);
  EXPECT_THROW(lu(ones({3})), std::invalid_argument);
}

}  // namespace
}  // namespace terrella
