// Eigenvalues and eigenvectors.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

class Eigen : public testing::TestWithParam<DType> {
 protected:
  DType d = GetParam();
  double small = real_of(d) == DType::f32 ? 2e-5 : 1e-13;
};

TEST_P(Eigen, HermitianMatricesAreReproduced) {
  for (const Shape& shape : {Shape{1, 1}, Shape{7, 7}, Shape{2, 3, 20, 20}, Shape{0, 0}, Shape{0, 3, 3}}) {
    const Tensor x = random_normal(shape, 1, d), a = x + adjoint(x);
    const Eigh f = eigh(a);
    const double size = std::max(1.0, norm(a).item());
    const Tensor scaled = f.vectors * cast(expand_dims(f.values, -2), d);
    EXPECT_LT(max_abs(matmul(scaled, adjoint(f.vectors)) - a), small * size) << shape;
    EXPECT_LT(max_abs(matmul(adjoint(f.vectors), f.vectors) - eye(shape.back(), d)), 10 * small) << shape;
    EXPECT_LT(max_abs(eigvalsh(a) - f.values), small * size) << shape;
    const std::int64_t n = shape.back();
    if (n > 1) {
      EXPECT_TRUE(all(slice(f.values, -1, {1, n, 1}) >= slice(f.values, -1, {0, n - 1, 1})).item<bool>()) << shape;
    }
  }
}

TEST_P(Eigen, GeneralMatricesAreReproduced) {
  for (const Shape& shape : {Shape{1, 1}, Shape{7, 7}, Shape{2, 3, 20, 20}, Shape{0, 0}, Shape{0, 3, 3}}) {
    const Tensor x = random_normal(shape, 2, d), a = cast(x, complex_of(d));
    const Eig f = eig(x);
    EXPECT_EQ(f.values.dtype(), complex_of(d));
    EXPECT_LT(max_abs(matmul(a, f.vectors) - f.vectors * expand_dims(f.values, -2)),
              small * std::max(1.0, norm(a).item()))
        << shape;
    EXPECT_LT(max_abs(norm(f.vectors, {-2}) - 1.0), 10 * small) << shape;
  }
}

TEST_P(Eigen, KnownValues) {
  const Tensor a = cast(Tensor{{2.0, 1.0}, {1.0, 2.0}}, d);
  EXPECT_LT(max_abs(eigh(a).values - Tensor{1.0, 3.0}), 10 * small);
  const Tensor turn = cast(Tensor{{0.0, -1.0}, {1.0, 0.0}}, d);  // a quarter of a turn: +i and -i
  EXPECT_LT(max_abs(abs(eigvals(turn)) - 1.0), 10 * small);
  EXPECT_LT(abs(sum(eigvals(turn))).item(), 10 * small);
}

TEST_P(Eigen, EqualEigenvaluesGiveNoNan) {
  const Tensor g = grad([](const Tensor& x) {
    const Eigh f = eigh(x);
    return sum(f.values) + sum(real(f.vectors));
  })(eye(3, d));
  EXPECT_TRUE(all(isfinite(real(g))).item<bool>());
  // The trace of a function of the matrix is smooth there: d sum w^3 = 3 A^2.
  const Tensor cube =
      grad([](const Tensor& x) { return sum(eigvalsh(x) * eigvalsh(x) * eigvalsh(x)); })(2.0 * eye(3, d));
  EXPECT_LT(max_abs(cube - 12.0 * eye(3, d)), 100 * small);
}

TEST_P(Eigen, DerivativesAtEqualEigenvaluesAreAnError) {
  const auto f = [](const Tensor& x) { return sum(real(eigvals(x))); };
  EXPECT_THROW(grad(f)(cast(Tensor{{1.0, 1.0}, {0.0, 1.0}}, d)).eval(), SolveError);  // defective
  EXPECT_THROW(grad(f)(eye(3, d)).eval(), SolveError);
  EXPECT_THROW(grad([](const Tensor& x) { return sum(real(eig(x).vectors)); })(eye(2, d)).eval(), SolveError);
}

TEST_P(Eigen, NanIsAnError) {
  const Tensor a = cast(full({2, 2}, std::nan(""), DType::f64), d);
  EXPECT_THROW(eigh(a).values.eval(), SolveError);
  EXPECT_THROW(eigvalsh(a).eval(), SolveError);
  EXPECT_THROW(eig(a).values.eval(), SolveError);
}

INSTANTIATE_TEST_SUITE_P(DTypes, Eigen, testing::Values(DType::f32, DType::f64, DType::c64, DType::c128),
                         [](const auto& i) { return std::string(name(i.param)); });

}  // namespace
}  // namespace terrella
