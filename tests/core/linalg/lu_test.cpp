// LU, solves, inverses, determinants: reconstruction, hand values, derivatives, what is singular or empty.
#include <gtest/gtest.h>

#include "core/backend/cpu/parallel.h"
#include "core/check.h"
#include "core/error.h"
#include "core/jit.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/profile.h"
#include "core/random.h"

namespace terrella {
namespace {

double rounding(DType d) { return real_of(d) == DType::f32 ? 1.2e-7 : 2.3e-16; }

class LuOf : public testing::TestWithParam<DType> {};

TEST_P(LuOf, ProductsGiveTheMatrixAndSolvesItsResidual) {
  const DType d = GetParam();
  for (const Shape& shape :
       {Shape{1, 1}, Shape{2, 2}, Shape{7, 7}, Shape{3, 2, 16, 16}, Shape{48, 48}, Shape{49, 49}, Shape{2, 130, 130}}) {
    const Tensor a = random_normal(shape, 3, d), b = random_normal({shape.back(), 3}, 4, d);
    const double n = static_cast<double>(shape.back()), allowed = 20 * n * rounding(d);
    const Lu f = lu(a);
    EXPECT_LT(max_abs(matmul(f.p, matmul(f.l, f.u)) - a), allowed) << shape;
    EXPECT_EQ(max_abs(triu(f.l, 1)), 0);
    EXPECT_EQ(max_abs(tril(f.u, -1)), 0);
    EXPECT_LE(max_abs(f.l), is_complex(d) ? 1.5 : 1);  // LAPACK compares |re| + |im|
    const Tensor x = solve(a, b);
    EXPECT_LT(max_abs(matmul(a, x) - b), allowed * (1 + max_abs(x))) << shape;
    EXPECT_LT(max_abs(matmul(inverse(a), a) - eye(shape.back(), d)), allowed * (1 + max_abs(inverse(a)))) << shape;
    const SignedLog s = log_determinant(a);
    if (n > 20) continue;  // beyond the range of f32
    EXPECT_LT(max_abs(s.sign * cast(exp(s.log), d) / determinant(a) - 1.0), 200 * n * rounding(d)) << shape;
  }
}

TEST_P(LuOf, IllConditionedAndScaledMatricesHaveSmallResiduals) {
  const DType d = GetParam();
  const std::int64_t n = 30;
  // Singular values from 1 to 1e-12 (1e-5 in single precision).
  const double least = real_of(d) == DType::f32 ? -5 : -12;
  const Tensor s = cast(logspace(0, least, n), d), u = qr(random_normal({n, n}, 1, d)).q;
  const Tensor a = matmul(u * s, qr(random_normal({n, n}, 2, d)).q), b = random_normal({n}, 3, d), x = solve(a, b);
  EXPECT_LT(max_abs(matmul(a, x) - b), 1e3 * rounding(d) * (max_abs(x) + 1));
}

TEST_P(LuOf, Derivatives) {
  const DType d = GetParam();
  if (real_of(d) == DType::f32) return;  // rules are the same graph; f64 shows them
  const Tensor a = random_normal({2, 4, 4}, 5, d), b = random_normal({2, 4, 2}, 6, d), v = random_normal({4}, 7, d);
  const auto expect_right = [&](const Function& f, const Tensor& x, const char* what) {
    EXPECT_LT(check::dot_product_error(f, x), 1e-11) << what;
    EXPECT_LT(check::gradient_error(f, x, {.step = 1e-4}), 1e-6) << what;
    const Function second = [&](const Tensors& t) {
      return Tensors{jvp(f, t, {random_normal(x.shape(), 11, d)}).tangent[0]};
    };
    EXPECT_LT(check::dot_product_error(second, x), 1e-10) << what << ", second order";
    EXPECT_LT(check::gradient_error(second, x, {.step = 1e-4}), 1e-5) << what << ", second order";
  };
  expect_right(function([&](const Tensor& x) { return solve(x, b); }), a, "solve in A");
  expect_right(function([&](const Tensor& x) { return solve(a, x); }), b, "solve in b");
  expect_right(function([&](const Tensor& x) { return solve(a, x); }), v, "solve in one b for all");
  expect_right(function([&](const Tensor& x) { return solve(x, b); }), a[0], "solve in one A for all");
  expect_right(function([](const Tensor& x) { return lu(x).l; }), a, "l");
  expect_right(function([](const Tensor& x) { return lu(x).u; }), a, "u");
  expect_right(function([](const Tensor& x) { return inverse(x); }), a, "inverse");
  expect_right(function([](const Tensor& x) { return determinant(x); }), a, "determinant");
  expect_right(function([](const Tensor& x) { return log_determinant(x).log; }), a, "log of the determinant");
  const Tensor g = grad([](const Tensor& x) { return sum(real(log_determinant(x).log)); })(a);
  EXPECT_LT(max_abs(g - adjoint(inverse(a))), 1e-11) << "Jacobi's formula";
}

TEST_P(LuOf, BatchesAndCompiledFunctionsEqualLoops) {
  const DType d = GetParam();
  const Tensor a = random_normal({3, 5, 5}, 8, d), b = random_normal({3, 5}, 9, d);
  const auto f = [](const Tensor& x, const Tensor& y) { return solve(x, y) * determinant(x); };
  const Tensor mapped = vmap(f)(a, b),
               compiled = jit([&](const Tensor&x, const Tensor&y) { return vmap(f)(x, y); })(a, b);
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_LT(max_abs(mapped[i] - f(a[i], b[i])), 1e3 * rounding(d) * (1 + max_abs(mapped)));
    EXPECT_LT(max_abs(compiled[i] - f(a[i], b[i])), 1e3 * rounding(d) * (1 + max_abs(mapped)));
  }
}

INSTANTIATE_TEST_SUITE_P(DTypes, LuOf, testing::Values(DType::f32, DType::f64, DType::c64, DType::c128),
                         [](const auto& i) { return std::string(name(i.param)); });

TEST(Lu, HandValues) {
  const Tensor a = {{1.0, 2.0}, {3.0, 4.0}};
  EXPECT_NEAR(determinant(a).item(), -2, 1e-15);
  EXPECT_LT(max_abs(solve(a, Tensor({5.0, 11.0})) - Tensor({1.0, 2.0})), 1e-14);
  EXPECT_EQ(log_determinant(a).sign.item(), -1);
  EXPECT_NEAR(log_determinant(a).log.item(), std::log(2.0), 1e-15);
  // A cycle of three is even, a swap odd.
  EXPECT_EQ(determinant(Tensor{{0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}}).item(), 1);
  EXPECT_EQ(determinant(Tensor{{0.0, 1.0}, {1.0, 0.0}}).item(), -1);
}

TEST(Lu, OneFactorisationServesAllDerivatives) {
  const Tensor a = random_normal({20, 20}, 1), b = random_normal({20}, 2);
  profile::Recording recording;
  const auto f = function([&](const Tensor& x) { return sum(square(solve(x, b))); });
  hvp(f, {a}, {a})[0].eval();
  recording.end();
  std::int64_t factorisations = 0;
  for (const Profile::Row& row : recording.profile().rows)
    if (row.name == "lu") factorisations += row.count;
  EXPECT_EQ(factorisations, 1) << to_text(recording.profile());
}

TEST(Lu, SingularEmptyAndOddOnes) {
  const Tensor singular = stack({eye(2), Tensor{{1.0, 2.0}, {2.0, 4.0}}});
  EXPECT_LT(max_abs(determinant(singular) - Tensor({1.0, 0.0})), 1e-15);
  EXPECT_EQ(log_determinant(singular).log[1].item(), -INFINITY);
  EXPECT_EQ(log_determinant(singular).sign[1].item(), 0);
  try {
    solve(singular, ones({2})).eval();
    FAIL();
  } catch (const SolveError& e) {
    EXPECT_TRUE(std::string(e.what()).starts_with(
        "solve: the matrix number 1 of the batch is singular: pivot 1 is zero, found in row 0"))
        << e.what();
  }
  EXPECT_THROW(grad([](const Tensor& x) { return determinant(x); })(singular[1]).eval(), SolveError);
  EXPECT_EQ(solve(zeros({0, 0}), zeros({0, 2})).shape(), (Shape{0, 2}));
  EXPECT_EQ(solve(eye(3), zeros({3, 0})).shape(), (Shape{3, 0}));
  EXPECT_EQ(solve(zeros({0, 3, 3}), ones({3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(determinant(zeros({0, 0})).item(), 1);
  EXPECT_TRUE(std::isnan(determinant(full({2, 2}, NAN, DType::f64)).item()));
  EXPECT_TRUE(all(isnan(solve(full({60, 60}, NAN, DType::f64), ones({60})))).item<bool>());
  EXPECT_THROW(solve(ones({2, 3}), ones({2})), std::invalid_argument);
  EXPECT_THROW(solve(eye(3), ones({2})), std::invalid_argument);
  EXPECT_THROW(determinant(ones({3})), std::invalid_argument);
}

TEST(Lu, ThreadsDoNotChangeBits) {
  const Tensor a = random_normal({50, 16, 16}, 1).eval(), b = random_normal({50, 16, 2}, 2).eval();
  std::vector<double> first;
  for (const int threads : {1, 2, 4}) {
    const int before = cpu::set_threads(threads);
    const Tensor x = solve(a, b);
    const std::vector<double> now(x.data<double>().begin(), x.data<double>().end());
    cpu::set_threads(before);
    if (first.empty()) first = now;
    EXPECT_EQ(first, now);
  }
}

}  // namespace
}  // namespace terrella
