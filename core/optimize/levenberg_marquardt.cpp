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
  if (!(options.least_gain >= 0 && options.least_gain < 1))
    fail("levenberg_marquardt: least_gain is ", options.least_gain, "; give 0 or more, below 1");
  if (!(options.nearness >= 0)) fail("levenberg_marquardt: nearness is ", options.nearness, "; give 0 or more");
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
    if (options.nearness > 0)
      if (const auto p = model.matrix.solve(descent);
          p && std::sqrt(dot_of(descent, *p) / static_cast<double>(x.size())) <= options.nearness) {
        std::vector<double> there = x;
        add_scaled(there, 1, *p);
        const double reached = value(problem, Tensor(there));
        ++run.evaluations;
        if (reached < run.state.value) run.state.x = Tensor(there), run.state.value = reached;
        return run.finish(Stop::step);
      }

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
      if (!std::isfinite(reached) || !(run.state.value - reached > options.least_gain * foretold)) continue;
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
