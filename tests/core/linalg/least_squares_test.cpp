// Least squares, pseudoinverse and matrix exponential.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

class LeastSquaresOf : public testing::TestWithParam<DType> {
 protected:
  DType d = GetParam();
  double small = real_of(d) == DType::f32 ? 2e-5 : 1e-12;
};

TEST_P(LeastSquaresOf, PseudoinverseSatisfiesPenrose) {
  const Tensor low = matmul(random_normal({2, 6, 2}, 1, d), random_normal({2, 2, 5}, 2, d));  // rank 2
  for (const Tensor& a : {random_normal({6, 3}, 3, d), random_normal({3, 6}, 4, d), low, zeros({3, 2}, d)}) {
    const Tensor x = pinv(a, 1e-5), ax = matmul(a, x), xa = matmul(x, a);
    EXPECT_LT(max_abs(matmul(ax, a) - a), 10 * small);
    EXPECT_LT(max_abs(matmul(xa, x) - x), 10 * small);
    EXPECT_LT(max_abs(adjoint(ax) - ax), 10 * small);
    EXPECT_LT(max_abs(adjoint(xa) - xa), 10 * small);
  }
  EXPECT_TRUE(all(matrix_rank(low, 1e-5) == 2).item<bool>());
}

TEST_P(LeastSquaresOf, ResidualIsNormalToTheColumns) {
  const Tensor a = random_normal({3, 8, 4}, 5, d), b = random_normal({8, 2}, 6, d);
  const LeastSquares f = lstsq(a, b);
  EXPECT_LT(max_abs(matmul(adjoint(a), matmul(a, f.x) - b)), 10 * small);
  EXPECT_TRUE(all(f.rank == 4).item<bool>());
  EXPECT_EQ(lstsq(a, random_normal({8}, 7, d)).x.shape(), (Shape{3, 4}));
}

TEST_P(LeastSquaresOf, EmptyThings) {
  EXPECT_EQ(pinv(zeros({0, 3}, d)).eval().shape(), (Shape{3, 0}));
  EXPECT_EQ(max_abs(lstsq(zeros({0, 3}, d), zeros({0, 2}, d)).x), 0.0);
  EXPECT_EQ(matrix_rank(zeros({2, 0, 3}, d)).eval().shape(), (Shape{2}));
  EXPECT_EQ(expm(zeros({2, 0, 0}, d)).eval().shape(), (Shape{2, 0, 0}));
}

TEST_P(LeastSquaresOf, ExponentialsOfKnownMatrices) {
  EXPECT_LT(max_abs(expm(zeros({4, 4}, d)) - eye(4, d)), small);
  const Tensor nilpotent = cast(Tensor{{0.0, 1.0, 2.0}, {0.0, 0.0, 3.0}, {0.0, 0.0, 0.0}}, d);
  EXPECT_LT(max_abs(expm(nilpotent) - cast(Tensor{{1.0, 1.0, 3.5}, {0.0, 1.0, 3.0}, {0.0, 0.0, 1.0}}, d)), small);
  for (const double x : {1e-3, 0.1, 0.5, 1.5, 4.0, 20.0}) {
    const Tensor turn = cast(x * Tensor{{0.0, -1.0}, {1.0, 0.0}}, d);
    const Tensor want = {{std::cos(x), -std::sin(x)}, {std::sin(x), std::cos(x)}};
    EXPECT_LT(max_abs(expm(turn) - cast(want, d)), 10 * small) << x;
  }
}

INSTANTIATE_TEST_SUITE_P(DTypes, LeastSquaresOf, testing::Values(DType::f32, DType::f64, DType::c64, DType::c128),
                         [](const auto& i) { return std::string(name(i.param)); });

TEST(LeastSquaresErrors, AreClear) {
  EXPECT_THROW(lstsq(ones({3, 2}), ones({2})), std::invalid_argument);
  EXPECT_THROW(condition_number(zeros({0, 0})), std::invalid_argument);
  EXPECT_THROW(expm(ones({2, 3})), std::invalid_argument);
  EXPECT_THROW(expm(full({2, 2}, std::nan(""), DType::f64)).eval(), SolveError);
  EXPECT_THROW(pinv(full({2, 2}, INFINITY, DType::f64)).eval(), SolveError);
}

}  // namespace
}  // namespace terrella
