// tests/inversion/sampling/linear_problem.h: a linear inversion of few data for many cells, with the null space that
// smoothness leaves.
#pragma once
#include <cmath>
#include <vector>

#include "core/ops.h"
#include "core/random.h"
#include "inversion/problem.h"
#include "inversion/regularization/roughness.h"

namespace terrella::tests {

/// Cells of one row, in decades; each datum averages around a place of its own, ever more widely; errors are `error`.
struct LinearProblem {
  std::int64_t cells = 40, data = 15;
  double error = 0.1;
  std::vector<double> kernel, observed;
  inversion::Problem problem;

  LinearProblem(std::int64_t n, std::int64_t m, double sigma, optimize::Loss smoothing = {})
      : cells(n), data(m), error(sigma), kernel(static_cast<std::size_t>(n * m)) {
    const std::vector<double> noise = random_normal({m}, 7).to_vector<double>();
    for (std::int64_t i = 0; i < m; ++i) {
      const double middle = 0.7 * static_cast<double>(n * i) / static_cast<double>(m);
      double value = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        const double x = (static_cast<double>(j) - middle) / (2 + 0.3 * static_cast<double>(i));
        const double k = std::exp(-x * x) / (2 + 0.3 * static_cast<double>(i));
        kernel[static_cast<std::size_t>(i * n + j)] = k / error;
        value += k * (j > n / 3 ? 1.0 : 2.0);
      }
      observed.push_back(value / error + noise[static_cast<std::size_t>(i)]);
    }
    const Tensor a = Tensor::from(kernel, {m, n}), d(observed);
    problem.data.name = "data";
    problem.data.residual = [a, d](const Tensor& x) { return matmul(a, x) - d; };
    problem.model = {inversion::linear_term("smooth", inversion::first_difference(n), {}, std::move(smoothing), 0.5)};
  }
};

/// H^-1 [n, n] by dense factors, with this much on the diagonal.
inline std::vector<double> dense_covariance(const inversion::Problem& problem, const Tensor& m, double lambda,
                                            double diagonal = 0) {
  optimize::NormalMatrix h = optimize::quadratic(inversion::at_lambda(problem, lambda), m).matrix;
  h.add_diagonal(std::vector<double>(static_cast<std::size_t>(m.size()), diagonal));
  const std::int64_t n = m.size();
  return h.solve_many(eye(n).to_vector<double>(), n).value();
}

}  // namespace terrella::tests
