#include "inversion/strategy/minimize.h"

#include "core/error.h"
#include "core/optimize/gauss_newton.h"
#include "core/optimize/lbfgs.h"
#include "core/optimize/levenberg_marquardt.h"
#include "inversion/strategy/cooling.h"
#include "inversion/strategy/discrepancy.h"
#include "inversion/strategy/l_curve.h"
#include "inversion/strategy/occam.h"

namespace terrella::inversion {
namespace {

/// Loose enough for a lambda on the way, tight beside the tolerances of the rules.
const optimize::Tolerances tolerances{.gradient = 1e-6, .step = 1e-8, .value = 1e-6};

/// (diagonal of J^T W J at the start + lambda R + a little)^-1: the scales that plain L-BFGS would have to learn.
std::function<std::vector<double>(const std::vector<double>&)> preconditioner(const optimize::LeastSquares& problem,
                                                                              const Tensor& m) {
  optimize::NormalMatrix matrix(m.size());
  double mean = 0;
  for (std::size_t i = 0; i < problem.size(); ++i) {
    const optimize::Quadratic part = optimize::quadratic(problem[i], m);
    if (i == 0)
      matrix.add_diagonal(part.matrix.diagonal());
    else
      matrix.add(part.matrix, problem[i].weight);
  }
  for (const double d : matrix.diagonal()) mean += d / static_cast<double>(m.size());
  matrix.add_diagonal(std::vector<double>(static_cast<std::size_t>(m.size()), 1e-6 * mean));
  return [matrix](const std::vector<double>& g) { return matrix.solve(g).value_or(g); };
}

Minimizer minimizer_of(Method1d method, int max_iterations, const std::vector<double>& start) {
  if (method == Method1d::levenberg_marquardt)
    return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
      return optimize::minimize_levenberg_marquardt(p, std::move(s),
                                                    {.max_iterations = max_iterations, .tolerances = tolerances}, f);
    };
  if (method == Method1d::lbfgs)
    return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
      const optimize::LbfgsOptions o{.max_iterations = 10 * max_iterations,
                                     .memory = 20,
                                     .tolerances = tolerances,
                                     .preconditioner = preconditioner(p, Tensor(start))};
      return optimize::minimize_lbfgs(optimize::objective_of(optimize::objective(p)), std::move(s), o, f);
    };
  return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
    return optimize::minimize_gauss_newton(p, std::move(s),
                                           {.max_iterations = max_iterations, .tolerances = tolerances}, f);
  };
}

LambdaRule rule_of(const Invert1dOptions& o) {
  const CoolingOptions cool{.target_rms = o.target_rms, .first_lambda = o.lambda};
  switch (o.lambda_choice) {
    case Lambda1d::fixed:
      return fixed_lambda(o.lambda);
    case Lambda1d::discrepancy:
      return discrepancy({.cooling = cool});
    case Lambda1d::l_curve:
      return l_curve();
    case Lambda1d::cooling:
      break;
  }
  return cooling(cool);
}

}  // namespace

Summary minimize(const Problem& problem, State state, const std::vector<double>& start, const Invert1dOptions& o,
                 const Progress& progress) {
  if (o.method == Method1d::few_layers) fail("minimize: few_layers is a problem of its own (few_layers.h)");
  if (o.method == Method1d::occam)
    return occam(
        problem, std::move(state),
        {.max_iterations = o.max_iterations, .target_rms = o.target_rms, .relax = o.relax, .tolerance = o.tolerance},
        progress);
  return search_lambda(problem, std::move(state), minimizer_of(o.method, o.max_iterations, start), rule_of(o),
                       progress);
}

}  // namespace terrella::inversion
