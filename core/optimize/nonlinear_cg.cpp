#include "core/optimize/nonlinear_cg.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::optimize {
namespace {

using Vector = std::vector<double>;

/// The next direction; that of steepest descent, in the preconditioner's metric, where there is none before.
Vector direction(const State& state, const Vector& gradient, const Vector& scaled,
                 const std::function<Vector(const Vector&)>& scale) {
  Vector p = scaled;
  for (double& v : p) v = -v;
  if (state.steps.empty()) return p;
  const Vector last = state.steps[0].to_vector<double>(), before = state.changes[0].to_vector<double>();
  Vector change = gradient;
  for (std::size_t i = 0; i < change.size(); ++i) change[i] -= before[i];
  const double factor = std::max(0.0, dot_of(scaled, change) / dot_of(before, scale(before)));
  for (std::size_t i = 0; i < p.size(); ++i) p[i] += factor * last[i];
  return p;
}

}  // namespace

Summary minimize_nonlinear_cg(const Objective& objective, State start, const NonlinearCgOptions& options,
                              const Progress& progress) {
  if (!objective) fail("minimize_nonlinear_cg: no objective is given");
  if (start.x.dtype() != DType::f64) fail("minimize_nonlinear_cg: the start must be f64, got ", name(start.x.dtype()));
  Descent run(std::move(start), options.max_iterations, options.tolerances, progress);
  Evaluation now = objective(run.state.x);
  ++run.evaluations;
  Vector gradient = now.gradient.to_vector<double>();
  if (!std::isfinite(now.value) || !std::isfinite(largest(gradient))) return run.finish(Stop::not_finite);
  if (const auto reason = run.begin(now.value, largest(gradient))) return run.finish(*reason);
  const std::function<Vector(const Vector&)> scale = [&](const Vector& g) {
    return options.preconditioner ? options.preconditioner(g) : g;
  };

  while (run.has_iterations_left()) {
    const Vector scaled = scale(gradient);
    Vector p = direction(run.state, gradient, scaled, scale);
    double slope = dot_of(gradient, p);
    if (!(slope < 0)) {
      run.state.steps.clear();
      run.state.changes.clear();
      p = direction(run.state, gradient, scaled, scale);
      slope = dot_of(gradient, p);
      if (!(slope < 0)) return run.finish(Stop::no_descent, "the preconditioner is not positive definite");
    }
    Ray ray(objective, run.state.x, p);
    // The first step: that of the last one, as far as slopes compare; at the very first of length 1 at most.
    const double first = run.state.steps.empty() || !(run.state.damping < 0)
                             ? (options.preconditioner ? 1.0 : std::min(1.0, 1 / std::sqrt(dot_of(gradient, gradient))))
                             : std::clamp(run.state.damping / slope, 1e-8, 1e8);
    const LineSearch search = wolfe(
        {0, run.state.value, slope}, [&](double length) { return ray.at(length); }, first, 0.1);
    run.evaluations += search.evaluations;
    if (!search.found) {
      if (-slope <= 1e-13 * std::abs(run.state.value)) return run.finish(Stop::value);
      if (run.state.steps.empty()) return run.finish(Stop::no_descent);
      run.state.steps.clear();  // begin anew with the gradient
      run.state.changes.clear();
      continue;
    }
    ray.go(search.point.step);
    run.state.steps = {Tensor(p)};
    run.state.changes = {Tensor(gradient)};
    run.state.damping = search.point.step * slope;
    gradient = ray.found().gradient.to_vector<double>();
    if (const auto reason = run.accept(ray.place(), ray.found().value, largest(gradient), search.point.step))
      return run.finish(*reason);
  }
  return run.finish(Stop::iterations);
}

}  // namespace terrella::optimize
