#include "core/optimize/levenberg_marquardt.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::optimize {

Summary minimize_levenberg_marquardt(const LeastSquares& problem, State start, const LevenbergMarquardtOptions& options,
                                     const Progress& progress) {
  validate(problem, start.x);
  if (!(options.first_damping > 0))
    fail("levenberg_marquardt: first_damping is ", options.first_damping, "; give a positive number");
  Descent run(std::move(start), options.max_iterations, options.tolerances, progress);
  double& damping = run.state.damping;
  if (damping == 0) damping = options.first_damping;

  Quadratic model = quadratic(problem, run.state.x);
  ++run.evaluations;
  if (!model.finite()) return run.finish(Stop::not_finite);
  if (const auto reason = run.begin(model.value, largest(model.gradient))) return run.finish(*reason);

  while (run.has_iterations_left()) {
    std::vector<double> descent = model.gradient, scale = model.matrix.diagonal();
    for (double& g : descent) g = -g;
    const double floor = 1e-30 + 1e-15 * largest(scale);  // parameters that nothing depends on stay
    for (double& s : scale) s = std::max(s, floor);
    const std::vector<double> x = run.state.x.to_vector<double>();

    Tensor next;
    Quadratic ahead{NormalMatrix(0)};
    bool accepted = false;
    for (; !accepted && damping < 1e20; damping *= accepted ? 1 : 4) {
      NormalMatrix damped = model.matrix;
      std::vector<double> added = scale;
      for (double& s : added) s *= damping;
      damped.add_diagonal(added);
      const auto p = damped.solve(descent);
      if (!p) continue;
      std::vector<double> there = x;
      double foretold = 0;  // decrease of the quadratic model: p (mu D p - gradient) / 2
      for (std::size_t i = 0; i < x.size(); ++i) {
        there[i] += (*p)[i];
        foretold += 0.5 * (*p)[i] * (added[i] * (*p)[i] - model.gradient[i]);
      }
      next = Tensor(there);
      const double reached = value(problem, next);
      ++run.evaluations;
      if (std::isfinite(reached) && foretold <= 1e-15 * std::abs(run.state.value) && reached >= run.state.value)
        return run.finish(Stop::value);
      if (!std::isfinite(reached) || !(reached < run.state.value)) continue;
      ahead = quadratic(problem, next);
      ++run.evaluations;
      if (!ahead.finite()) continue;
      accepted = true;
      const double gain = (run.state.value - reached) / foretold;
      damping *= gain > 0.75 ? 1.0 / 3 : gain < 0.25 ? 2 : 1;
      damping = std::max(damping, 1e-15);
    }
    if (!accepted) return run.finish(Stop::no_descent);
    model = std::move(ahead);
    if (const auto reason = run.accept(next, model.value, largest(model.gradient), 1)) return run.finish(*reason);
  }
  return run.finish(Stop::iterations);
}

}  // namespace terrella::optimize
