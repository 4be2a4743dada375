#include "core/sparse.h"

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"

using namespace terrella;

namespace {

/// Five-point Laplacian with variable coefficients on n x n cells, Dirichlet all around: contributions of a positive
/// field c [(n + 1) n edges in each direction].
struct Laplace {
  std::int64_t n;
  Assembly assembly;
  Tensor edge, sign;

  explicit Laplace(std::int64_t cells) : n(cells) {
    std::vector<std::int64_t> row, column, of;
    std::vector<double> signs;
    const auto add = [&](std::int64_t i, std::int64_t j, std::int64_t e, double s) {
      row.push_back(i), column.push_back(j), of.push_back(e), signs.push_back(s);
    };
    std::int64_t e = 0;
    for (const bool along : {false, true})
      for (std::int64_t line = 0; line < n; ++line)
        for (std::int64_t k = 0; k <= n; ++k, ++e) {
          const auto at = [&](std::int64_t i) { return along ? line * n + i : i * n + line; };
          if (k > 0) add(at(k - 1), at(k - 1), e, 1);
          if (k < n) add(at(k), at(k), e, 1);
          if (k > 0 && k < n) add(at(k - 1), at(k), e, -1), add(at(k), at(k - 1), e, -1);
        }
    assembly = assemble(n * n, n * n, row, column);
    edge = Tensor::from(of, {static_cast<std::int64_t>(of.size())});
    sign = Tensor(signs);
  }
  std::int64_t edges() const { return 2 * n * (n + 1); }
  Tensor values(const Tensor& c) const { return assembly.values(gather(c, edge) * sign); }
  Tensor dense(const Tensor& c) const {
    return matrix_transpose(sparse_product(assembly.pattern, values(c), eye(n * n)));
  }
};

}  // namespace

TEST(Sparse, AssemblyAddsContributionsToOnePlace) {
  const Assembly a = assemble(2, 3, {1, 0, 1, 1}, {2, 0, 2, 1});
  EXPECT_EQ(a.pattern.entries(), 3);
  const Tensor v = a.values({1.0, 2.0, 4.0, 8.0});
  EXPECT_EQ(v.to_vector<double>(), (std::vector<double>{2.0, 8.0, 5.0}));
  EXPECT_EQ(sparse_product(a.pattern, v, {1.0, 10.0, 100.0}).to_vector<double>(), (std::vector<double>{2.0, 580.0}));
  EXPECT_EQ(sparse_adjoint_product(a.pattern, v, {1.0, 10.0}).to_vector<double>(),
            (std::vector<double>{2.0, 80.0, 50.0}));
}

TEST(Sparse, SolveEqualsTheDenseOne) {
  const Laplace laplace(6);
  const Tensor c = exp(random_normal({laplace.edges()}, 1)), b = random_normal({36, 3}, 2);
  const Tensor x = sparse_solve_positive(laplace.assembly.pattern, laplace.values(c), b);
  EXPECT_LT(max_abs(x - solve_positive(laplace.dense(c), b)) / max_abs(x), 1e-13);
}

TEST(Sparse, PoissonConvergesWithSecondOrder) {
  const double pi = 3.14159265358979323846;
  const auto error = [&](std::int64_t n) {
    const Laplace laplace(n);
    const double h = 1.0 / static_cast<double>(n + 1);
    const Tensor t = sin(pi * linspace(h, 1 - h, n));
    const Tensor exact = ravel(outer(t, t));
    const Tensor x = sparse_solve_positive(laplace.assembly.pattern, laplace.values(ones({laplace.edges()})),
                                           2 * pi * pi * h * h * exact);
    return max_abs(x - exact);
  };
  EXPECT_NEAR(check::convergence_order(error, {15, 31, 63}), 2.0, 0.1);
}

TEST(Sparse, SolveIsDifferentiableToSecondOrderInMatrixAndRightHandSide) {
  const Laplace laplace(4);
  const Tensor m = random_normal({laplace.edges()}, 1), b = random_normal({16}, 2);
  const auto of_matrix = function(
      [&](const Tensor& t) { return sparse_solve_positive(laplace.assembly.pattern, laplace.values(exp(t)), b); });
  const auto of_right = function(
      [&](const Tensor& t) { return sparse_solve_positive(laplace.assembly.pattern, laplace.values(exp(m)), t); });
  EXPECT_LT(check::dot_product_error(of_matrix, m), 1e-12);
  EXPECT_LT(check::gradient_error(of_matrix, m), 1e-7);
  EXPECT_NEAR(check::taylor_order(of_matrix, m), 2.0, 0.1);
  EXPECT_LT(check::dot_product_error(of_right, b), 1e-12);
  const auto gradient = function(
      [&](const Tensor& t) { return grad([&](const Tensor& s) { return sum(square(of_matrix({s})[0])); })(t); });
  EXPECT_LT(check::dot_product_error(gradient, m), 1e-11);
  EXPECT_LT(check::gradient_error(gradient, m), 1e-6);
}

TEST(Sparse, BatchesOfMatricesAndRightHandSides) {
  const Laplace laplace(4);
  const Tensor c = exp(random_normal({3, laplace.edges()}, 1)), b = random_normal({3, 16}, 2);
  const auto solve = [&](const Tensor& k, const Tensor& right) {
    return sparse_solve_positive(laplace.assembly.pattern, laplace.values(k), right);
  };
  const Tensor both = vmap(solve)(c, b);
  const Tensor one = vmap([&](const Tensor& right) { return solve(c[0], right); })(b);
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_LT(max_abs(both[i] - solve(c[i], b[i])), 1e-13);
    EXPECT_LT(max_abs(one[i] - solve(c[0], b[i])), 1e-13);
  }
}

TEST(Sparse, ErrorsNameRowAndEntry) {
  const Assembly a = assemble(2, 2, {0, 1, 0, 1}, {0, 1, 1, 0});
  EXPECT_THROW(sparse_solve_positive(a.pattern, {1.0, 2.0, 2.0, 1.0}, {1.0, 1.0}).eval(), SolveError);
  try {
    sparse_solve_positive(a.pattern, {1.0, 0.0, std::nan(""), 1.0}, {1.0, 1.0}).eval();
    FAIL();
  } catch (const SolveError& e) {
    EXPECT_TRUE(std::string(e.what()).starts_with("sparse_solve_positive: entry (1, 0) is nan (in ")) << e.what();
  }
  EXPECT_THROW(assemble(2, 2, {0}, {2}), std::invalid_argument);
}
