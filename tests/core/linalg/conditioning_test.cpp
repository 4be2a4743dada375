// Factorisations and solves of matrices whose condition is 1e12: backward errors stay at rounding.
#include <gtest/gtest.h>

#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella {
namespace {

/// U diag(s) V^H with singular values from 1 to 1e-12.
Tensor ill_conditioned(std::int64_t m, std::int64_t n, DType dtype, bool positive = false) {
  const std::int64_t k = std::min(m, n);
  const Tensor u = qr(random_normal({m, k}, 1, dtype)).q, v = positive ? u : qr(random_normal({n, k}, 2, dtype)).q;
  return matmul(u * cast(logspace(0, -12, k), dtype), adjoint(v)).eval();
}

double size(const Tensor& a) { return norm(a).item(); }

class IllConditioned : public testing::TestWithParam<DType> {};

}  // namespace

TEST_P(IllConditioned, FactorisationsAreBackwardStable) {
  const DType dtype = GetParam();
  for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{25, 25}, {150, 150}, {40, 20}, {20, 40}}) {
    const Tensor a = ill_conditioned(m, n, dtype);
    const double scale = size(a);
    const Qr f = qr(a);
    EXPECT_LT(size(matmul(f.q, f.r) - a), 1e-14 * scale);
    EXPECT_LT(size(matmul(adjoint(f.q), f.q) - eye(std::min(m, n), dtype)), 1e-13);
    const Plu g = lu(a);
    EXPECT_LT(size(matmul(cast(g.p, dtype), matmul(g.l, g.u)) - a), 1e-14 * scale);
    const Svd h = svd(a);
    EXPECT_LT(size(matmul(h.u * cast(expand_dims(h.s, -2), dtype), h.vh) - a), 1e-14 * scale * 10);
    EXPECT_LT(max_abs(h.s - logspace(0, -12, std::min(m, n))), 1e-14);
    EXPECT_NEAR(std::log10(condition_number(a).item()), 12, 1e-2);
    EXPECT_EQ(matrix_rank(a).item<std::int64_t>(), std::min(m, n));
    EXPECT_EQ(matrix_rank(a, 2e-6).item<std::int64_t>(),
              sum(cast(logspace(0, -12, std::min(m, n)) > 2e-6, DType::i64)).item<std::int64_t>());
  }
}

TEST_P(IllConditioned, SolvesLeaveResidualsOfRounding) {
  const DType dtype = GetParam();
  for (const std::int64_t n : {16, 25, 150}) {
    const Tensor b = random_normal({n, 3}, 3, dtype);
    const auto residual = [&](const Tensor& a, const Tensor& x) {
      return size(matmul(a, x) - b) / (size(a) * size(x) + size(b));
    };
    const Tensor a = ill_conditioned(n, n, dtype), p = ill_conditioned(n, n, dtype, true);
    EXPECT_LT(residual(a, solve(a, b)), 1e-14);
    EXPECT_LT(residual(a, lstsq(a, b, 1e-14).x), 1e-14);
    EXPECT_LT(residual(a, matmul(pinv(a, 1e-14), b)), 1e-12);
    EXPECT_LT(residual(p, solve_positive(p, b)), 1e-14);
    const Tensor l = cholesky(p), r = adjoint(qr(a).r);
    EXPECT_LT(size(matmul(l, adjoint(l)) - p), 1e-14 * size(p));
    EXPECT_LT(residual(r, triangular_solve(r, b)), 1e-14);
    const Eigh e = eigh(p);
    EXPECT_LT(max_abs(flip(e.values, {0}) - logspace(0, -12, n)), 1e-14);
    EXPECT_LT(size(matmul(p, e.vectors) - e.vectors * cast(expand_dims(e.values, -2), dtype)), 1e-13);
    const Eig f = eig(a);
    const Tensor complex = cast(a, DType::c128);
    EXPECT_LT(size(matmul(complex, f.vectors) - f.vectors * expand_dims(f.values, -2)), 1e-13);
    EXPECT_NEAR(slogdet(a).log_abs.item() / (-6.0 * static_cast<double>(n) * std::log(10.0)), 1, 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Double, IllConditioned, testing::Values(DType::f64, DType::c128));

}  // namespace terrella
