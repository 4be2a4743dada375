#include "core/optimize/least_squares.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::optimize {
Tensor cost(const Loss& loss, const Tensor& residual) {
  return sum(loss.value ? loss.value(residual) : 0.5 * square(residual));
}

std::vector<double> weights(const Loss& loss, const std::vector<double>& residual) {
  return loss.weight ? loss.weight(Tensor(residual)).to_vector<double>() : std::vector<double>(residual.size(), 1.0);
}

Linearization linearize(const Term& term, const Tensor& x) {
  if (term.linearize) return term.linearize(x);
  const Tensor residual = term.residual(x);
  const Tensor jacobian = jacobian_of(function(term.residual), {x}, 0, Mode::forward);
  return {residual.to_vector<double>(), dense(residual.size(), x.size(), jacobian.to_vector<double>())};
}

bool Quadratic::finite() const {
  const auto is_finite = [](double g) { return std::isfinite(g); };
  const std::vector<double> diagonal = matrix.diagonal();
  return std::isfinite(value) && std::all_of(gradient.begin(), gradient.end(), is_finite) &&
         std::all_of(diagonal.begin(), diagonal.end(), is_finite);
}

Quadratic quadratic(const Term& term, const Tensor& x) {
  const Linearization linear = linearize(term, x);
  if (columns(linear.jacobian) != x.size())
    fail("least squares: term '", term.name, "' has ", x.size(), " unknowns but a Jacobian of ",
         columns(linear.jacobian), " columns");
  return quadratic(term, linear);
}

Quadratic quadratic(const Term& term, const Linearization& linear) {
  if (rows(linear.jacobian) != static_cast<std::int64_t>(linear.residual.size()))
    fail("least squares: term '", term.name, "' gives ", linear.residual.size(), " residuals but a Jacobian of ",
         rows(linear.jacobian), " rows");
  const std::vector<double> weight = weights(term.loss, linear.residual);
  std::vector<double> weighted = linear.residual;
  for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= weight[i];
  Quadratic model{NormalMatrix(columns(linear.jacobian)), multiply_transposed(linear.jacobian, weighted),
                  cost(term.loss, Tensor(linear.residual)).item()};
  model.matrix.add(linear.jacobian, weight);
  return model;
}

Quadratic quadratic(const LeastSquares& problem, const Tensor& x) {
  Quadratic total{NormalMatrix(x.size()), std::vector<double>(static_cast<std::size_t>(x.size()), 0.0), 0};
  for (const Term& term : problem) {
    const Quadratic part = quadratic(term, x);
    total.matrix.add(part.matrix, term.weight);
    for (std::size_t i = 0; i < part.gradient.size(); ++i) total.gradient[i] += term.weight * part.gradient[i];
    total.value += term.weight * part.value;
  }
  return total;
}

double value(const LeastSquares& problem, const Tensor& x) {
  double total = 0;
  for (const Term& term : problem) total += term.weight * cost(term.loss, term.residual(x)).item();
  return total;
}

Function objective(const LeastSquares& problem) {
  return [problem](const Tensors& x) -> Tensors {
    Tensor total = problem[0].weight * cost(problem[0].loss, problem[0].residual(x[0]));
    for (std::size_t i = 1; i < problem.size(); ++i)
      total = total + problem[i].weight * cost(problem[i].loss, problem[i].residual(x[0]));
    return {total};
  };
}

void validate(const LeastSquares& problem, const Tensor& x) {
  if (problem.empty()) fail("least squares: a problem needs at least one term");
  for (const Term& term : problem) {
    if (!term.residual) fail("least squares: term '", term.name, "' has no residual");
    if (!(term.weight >= 0)) fail("least squares: term '", term.name, "' has weight ", term.weight, "; give 0 or more");
  }
  if (x.dtype() != DType::f64 || x.rank() != 1)
    fail("least squares: the start must be an f64 vector, got ", name(x.dtype()), " ", x.shape());
}

}  // namespace terrella::optimize
