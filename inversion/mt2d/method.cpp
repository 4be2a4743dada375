#include "inversion/mt2d/method.h"

#include "core/error.h"
#include "core/optimize/gauss_newton.h"
#include "core/optimize/lbfgs.h"
#include "core/optimize/levenberg_marquardt.h"
#include "core/optimize/nonlinear_cg.h"
#include "inversion/strategy/discrepancy.h"
#include "inversion/strategy/gcv.h"
#include "inversion/strategy/l_curve.h"
#include "inversion/strategy/occam.h"

namespace terrella::inversion {
namespace {

/// A lambda on the way need not be finished to the last digit: the next one begins where it ended.
const optimize::Tolerances tolerances{.gradient = 1e-4, .step = 1e-6, .value = 1e-3};
/// An iteration by the gradient alone goes a shorter way: a thousandth is not the end yet, and where it were taken for
/// it the RMS of neighbouring lambdas would jump by a tenth.
const optimize::Tolerances by_gradient{.gradient = 1e-4, .step = 1e-6, .value = 1e-5};

/// (lambda R + the mean of J^T W J's diagonal at the start)^-1: the scales that gradients alone would have to learn.
std::function<std::vector<double>(const std::vector<double>&)> preconditioner(const optimize::LeastSquares& problem,
                                                                              const Tensor& m) {
  optimize::NormalMatrix matrix(m.size());
  const optimize::Linearization data = optimize::linearize(problem[0], m);
  double trace = 0;
  for (const optimize::Block& b : std::get<optimize::BlockMatrix>(data.jacobian).blocks)
    for (const double v : b.values) trace += v * v;
  for (std::size_t i = 1; i < problem.size(); ++i)
    matrix.add(optimize::quadratic(problem[i], m).matrix, problem[i].weight);
  matrix.add_diagonal(
      std::vector<double>(static_cast<std::size_t>(m.size()), trace / static_cast<double>(m.size()) + 1e-12));
  const auto factor = matrix.factor();
  return [factor](const std::vector<double>& g) { return factor ? factor->solve(g).value_or(g) : g; };
}

LambdaRule rule_of(const Problem& problem, const Invert2dOptions& o) {
  const CoolingOptions cool{.target_rms = o.target_rms, .first_lambda = o.lambda};
  switch (o.lambda_choice) {
    case Lambda2d::fixed:
      return fixed_lambda(o.lambda);
    case Lambda2d::discrepancy:
      return discrepancy({.cooling = cool});
    case Lambda2d::l_curve:
      return l_curve();
    case Lambda2d::gcv:
      return gcv(problem);
    case Lambda2d::cooling:
      break;
  }
  return cooling(cool);
}

}  // namespace

Minimizer minimizer_2d(const Invert2dOptions& o, const std::vector<double>& start) {
  const int most = o.max_iterations;
  switch (o.method) {
    case Method2d::lbfgs:
      return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
        const optimize::LbfgsOptions options{.max_iterations = 10 * most,
                                             .memory = 20,
                                             .tolerances = by_gradient,
                                             .preconditioner = preconditioner(p, Tensor(start))};
        return optimize::minimize_lbfgs(optimize::objective_of(optimize::objective(p)), std::move(s), options, f);
      };
    case Method2d::nonlinear_cg:
      return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
        const optimize::NonlinearCgOptions options{
            .max_iterations = 10 * most, .tolerances = by_gradient, .preconditioner = preconditioner(p, Tensor(start))};
        return optimize::minimize_nonlinear_cg(optimize::objective_of(optimize::objective(p)), std::move(s), options,
                                               f);
      };
    case Method2d::conjugate_gradient:
      return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
        return optimize::minimize_gauss_newton(p, std::move(s),
                                               {.solver = optimize::GaussNewtonOptions::Solver::conjugate_gradient,
                                                .max_iterations = most,
                                                .tolerances = tolerances,
                                                .inner_iterations = 60},
                                               f);
      };
    default:
      return [=](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
        return optimize::minimize_gauss_newton(p, std::move(s),
                                               {.solver = optimize::GaussNewtonOptions::Solver::data_space,
                                                .max_iterations = most,
                                                .tolerances = tolerances},
                                               f);
      };
  }
}

Minimizer member_minimizer_2d(const Invert2dOptions& o, const std::vector<double>& start) {
  if (o.method != Method2d::occam && o.method != Method2d::gauss_newton) return minimizer_2d(o, start);
  constexpr double nearness = 0.25;
  // Draws lie so far from the estimate that Gauss-Newton's full step is too long: damping bends it, where shortening
  // it takes twice as many iterations.
  if (start.size() <= 4000)
    return [most = o.max_iterations](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
      return optimize::minimize_levenberg_marquardt(p, std::move(s),
                                                    {.max_iterations = most,
                                                     .tolerances = tolerances,
                                                     .first_damping = 0.05,
                                                     .least_gain = 0.1,
                                                     .nearness = nearness},
                                                    f);
    };
  return [most = o.max_iterations](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
    return optimize::minimize_gauss_newton(p, std::move(s),
                                           {.solver = optimize::GaussNewtonOptions::Solver::data_space,
                                            .max_iterations = most,
                                            .tolerances = tolerances,
                                            .nearness = nearness},
                                           f);
  };
}

Summary minimize_2d(const Problem& problem, State state, const std::vector<double>& start, const Invert2dOptions& o,
                    const Progress& progress) {
  if (o.method == Method2d::occam)
    return occam(problem, std::move(state),
                 {.max_iterations = o.max_iterations,
                  .target_rms = o.target_rms,
                  .relax = o.relax,
                  .tolerance = o.tolerance,
                  .space = Space::smaller,
                  .thrifty = true},
                 progress);
  return search_lambda(problem, std::move(state), minimizer_2d(o, start), rule_of(problem, o), progress);
}

}  // namespace terrella::inversion
