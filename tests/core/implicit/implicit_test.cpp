// Roots and fixed points against closed forms and manufactured solutions; their rules by the generated tests.
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/control.h"
#include "core/error.h"
#include "core/implicit.h"
#include "core/linalg.h"
#include "tests/core/property.h"
#include "tests/core/sparse/matrices.h"

namespace terrella::test {
namespace {

double tight(const Tensor& x) { return real_of(x.dtype()) == DType::f32 ? 3e-7 : 1e-14; }

/// x + p x^3 / 10 = q by element, coupled through a matrix: one root near q.
Tensor cubic_root(const Tensor& p, const Tensor& q, bool by_krylov) {
  const auto f = [&](const Tensor& x) { return x + 0.05 * matmul(p, x * x * x) - q; };
  RootOptions o{.tolerance = tight(q)};
  if (by_krylov)
    o.solver = [&](const Tensor& x, const Tensor& r) {
      const auto jacobian = [&](const Tensor& v) { return jvp(function(f), {x}, {v}).tangent[0]; };
      return krylov_solve(jacobian, r, {.tolerance = tight(q)}).x;
    };
  return root(f, zeros_like(q), o).x;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](const std::string& name, const Function& f, std::vector<Shape> shapes) {
    all.push_back({.name = name,
                   .f = f,
                   .sample =
                       [shapes](DType dtype, std::uint64_t seed) {
                         Tensors x;
                         for (std::size_t i = 0; i < shapes.size(); ++i)
                           x.push_back((0.5 * random_normal(shapes[i], split_seed(seed, i), dtype)).eval());
                         return x;
                       },
                   .reference = {}});
  };
  add("root", [](const Tensors& x) { return Tensors{cubic_root(x[0], x[1], false)}; }, {{4, 4}, {4}});
  add("root_by_krylov", [](const Tensors& x) { return Tensors{cubic_root(x[0], x[1], true)}; }, {{4, 4}, {4}});
  add("root_on_grid",
      [](const Tensors& x) {
        const auto f = [&](const Tensor& u) { return 3.0 * u + 0.1 * sin(x[0] * u) - x[1]; };
        return Tensors{root(f, zeros_like(x[1]), {.tolerance = tight(x[1])}).x};
      },
      {{2, 3}, {2, 3}});
  for (const std::int64_t memory : {0, 3})
    add("fixed_point_" + std::to_string(memory),
        [memory](const Tensors& x) {
          const auto g = [&](const Tensor& u) { return 0.1 * sin(matmul(x[0], u)) + x[1]; };
          return Tensors{
              fixed_point(g, zeros_like(x[1]),
                          {.tolerance = tight(x[1]), .memory = memory, .derivative = {.tolerance = tight(x[1])}})
                  .x};
        },
        {{4, 4}, {4}});
  return all;
}

class ImplicitRules : public testing::TestWithParam<Case> {};

TEST_P(ImplicitRules, Derivatives) { expect_derivatives(GetParam()); }
TEST_P(ImplicitRules, SinglePrecision) { expect_single_precision(GetParam()); }
TEST_P(ImplicitRules, Vmap) { expect_vmap(GetParam()); }
TEST_P(ImplicitRules, Jit) { expect_jit(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Table, ImplicitRules, testing::ValuesIn(cases()), [](const auto& i) { return i.param.name; });

template <class F>
std::string error_of(const F& f) {
  try {
    f().eval();
  } catch (const SolveError& e) { return e.what(); } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "no error";
}

void expect_says(const std::string& said, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(said.find(part), std::string::npos) << "without '" << part << "': " << said;
}

}  // namespace

TEST(Root, IsThatOfClosedForms) {
  // x^2 = p and all its derivatives.
  const auto f = [](const Tensor& p) { return root([&](const Tensor& x) { return x * x - p; }, 1.0).x; };
  const Tensor p = 7.0;
  const double x = std::sqrt(7.0);
  EXPECT_NEAR(f(p).item(), x, 1e-15);
  EXPECT_NEAR(grad(f)(p).item(), 0.5 / x, 1e-15);
  EXPECT_NEAR(grad(grad(f))(p).item(), -0.25 / (7 * x), 1e-15);
  EXPECT_NEAR(grad(grad(grad(f)))(p).item(), 0.375 / (49 * x), 1e-15);
  // Complex roots of holomorphic functions.
  const Tensor i = root([](const Tensor& z) { return z * z + 1.0; }, Tensor(std::complex<double>(0.3, 0.8))).x;
  EXPECT_LT(std::abs(i.item<std::complex<double>>() - std::complex<double>(0, 1)), 1e-15);
  // Where the full step goes too far: atan from 20.
  const auto far = root([](const Tensor& t) { return atan(t); }, 20.0, {.absolute_tolerance = 1e-12});
  EXPECT_LT(std::abs(far.x.item()), 1e-12);
  EXPECT_GT(far.iterations.item<std::int64_t>(), 4);
  EXPECT_EQ(root([](const Tensor& t) { return t; }, 0.0).iterations.item<std::int64_t>(), 0);
}

TEST(Root, NonlinearPoissonProblemByNewtonAndItsAdjoint) {
  // -u'' + c u^3 = s on (0, 1), u = sin(pi t): second order, with sparse solves; the gradient in c by differences.
  const auto solution = [](std::int64_t n, const Tensor& c) {
    const double h = 1.0 / static_cast<double>(n + 1), pi = 3.14159265358979323846;
    const Tensor t = h * (1.0 + arange(0.0, static_cast<double>(n), 1.0)), exact = sin(pi * t);
    std::vector<std::int64_t> row, column;
    std::vector<double> value;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = std::max<std::int64_t>(0, i - 1); j <= std::min(n - 1, i + 1); ++j)
        row.push_back(i), column.push_back(j), value.push_back((i == j ? 2 : -1) / (h * h));
    const Assembly assembly = assemble(n, n, row, column);
    const SparseTensor laplace(assembly.pattern, assembly.values(Tensor(value)));
    const Tensor source = pi * pi * exact + 5.0 * exact * exact * exact;
    const auto f = [&](const Tensor& u) { return matmul(laplace, u) + c * u * u * u - source; };
    const auto newton = [&](const Tensor& u, const Tensor& r) {
      return solve(laplace + sparse_diagonal(3.0 * c * u * u), r, MatrixKind::symmetric);
    };
    const ImplicitResult r = root(f, zeros({n}), {.solver = newton});
    EXPECT_LT(r.iterations.item<std::int64_t>(), 10);
    return r.x - exact;
  };
  EXPECT_NEAR(check::convergence_order([&](std::int64_t n) { return max_abs(solution(n, 5.0)); }, {20, 40, 80}), 2.0,
              0.1);
  const auto loss = [&](const Tensor& c) { return Tensor(sum(square(solution(30, c)))); };
  const Tensor c = 5.0 + 0.1 * random_normal({30}, 1);
  EXPECT_LT(check::gradient_error(loss, c), 1e-7);
  EXPECT_NEAR(check::taylor_order(loss, c), 2.0, 0.1);
}

TEST(FixedPoint, IsThatOfClosedFormsAndAcceleratedByAnderson) {
  // cos x = x; d/dp of cos(p x) = x at 1: -x sin(x) / (1 + sin(x)).
  const auto f = [](const Tensor& p) { return fixed_point([&](const Tensor& x) { return cos(p * x); }, 0.5).x; };
  const double x = f(1.0).item(), s = std::sin(x);
  EXPECT_NEAR(std::cos(x), x, 1e-10);
  EXPECT_NEAR(grad(f)(Tensor(1.0)).item(), -x * s / (1 + s), 1e-8);
  // Jacobi's iteration for a linear system, 0.99 of which is left by each step.
  const Grid grid(20, 20);
  const SparseTensor a = grid.laplace();
  const Tensor b = random_normal({400}, 1);
  const auto jacobi = [&](const Tensor& u) { return u + 0.25 * (b - matmul(a, u)); };
  const auto count = [&](std::int64_t memory) {
    return fixed_point(jacobi, zeros({400}), {.tolerance = 1e-8, .max_iterations = 5000, .memory = memory})
        .iterations.item<std::int64_t>();
  };
  EXPECT_GT(count(0), 1000);
  EXPECT_LT(count(10), 200);
  const Tensor u = fixed_point(jacobi, zeros({400}), {.tolerance = 1e-12}).x;
  EXPECT_LT(max_abs(u - solve(a, b)), 1e-8);
}

TEST(Implicit, FunctionsOfAnySize) {
  for (const double size : {1e-200, 1e200}) {  // whose squares are zero or infinite
    EXPECT_NEAR(root([&](const Tensor& x) { return size * (x * x - 2.0); }, 1.0).x.item(), std::sqrt(2.0), 1e-12);
    EXPECT_NEAR(fixed_point([&](const Tensor& x) { return 0.5 * x + size; }, size).x.item() / size, 2.0, 1e-9);
  }
}

TEST(Implicit, BatchesIterateByElement) {
  const auto f = [](const Tensor& p) {
    const auto r = root([&](const Tensor& x) { return x * x * x - p; }, 1.0);
    return Tensors{r.x, r.iterations};
  };
  const Tensor p{1.0, 8.0, 1e6};
  const Tensors r = vmap_of(function(f), {0})({p});
  EXPECT_LT(max_abs(r[0] - Tensor{1.0, 2.0, 100.0}), 1e-10);
  const auto counts = r[1].to_vector<std::int64_t>();
  EXPECT_EQ(counts[0], 0);
  EXPECT_GT(counts[2], counts[1]);
}

TEST(Implicit, ErrorsNameIterationsResidualAndTheMend) {
  expect_says(error_of([] { return root([](const Tensor& x) { return x * x + 1.0; }, 1.5).x; }),
              {"root: Newton's method", "|f| = 1", "iterations", "start nearer"});
  expect_says(error_of([] { return root([](const Tensor& x) { return exp(x); }, 0.0, {.max_iterations = 3}).x; }),
              {"did not converge", "after 3 iterations"});
  expect_says(error_of([] { return root([](const Tensor& x) { return log(x); }, -1.0).x; }), {"NaN"});
  expect_says(error_of([] { return root([](const Tensor& x) { return sum(x); }, ones({2})).x; }),
              {"root: f makes", "[]", "[2]"});
  expect_says(error_of([] { return fixed_point([](const Tensor& x) { return 4.0 * x + 1.0; }, 1.0, {.memory = 0}).x; }),
              {"fixed_point: the iteration", "NaN or infinity", "root()"});
  expect_says(
      error_of([] { return fixed_point([](const Tensor& x) { return cos(x); }, 1.0, {.max_iterations = 2}).x; }),
      {"did not converge", "after 2 iterations", "max_iterations"});
}

}  // namespace terrella::test
