#include "core/optimize/lbfgs.h"

#include <cmath>

#include "core/error.h"

namespace terrella::optimize {
namespace {

using Vector = std::vector<double>;

/// - H g by the two loops over the pairs.
Vector direction(const State& state, const Vector& gradient, const LbfgsOptions& options) {
  const std::size_t pairs = state.steps.size();
  std::vector<Vector> s(pairs), y(pairs);
  Vector share(pairs), q = gradient;
  for (std::size_t i = 0; i < pairs; ++i) {
    s[i] = state.steps[i].to_vector<double>();
    y[i] = state.changes[i].to_vector<double>();
  }
  for (std::size_t i = pairs; i-- > 0;) {
    share[i] = dot_of(s[i], q) / dot_of(s[i], y[i]);
    add_scaled(q, -share[i], y[i]);
  }
  if (options.preconditioner)
    q = options.preconditioner(q);
  else if (pairs > 0) {
    const double scale = dot_of(s.back(), y.back()) / dot_of(y.back(), y.back());
    for (double& v : q) v *= scale;
  }
  for (std::size_t i = 0; i < pairs; ++i) add_scaled(q, share[i] - dot_of(y[i], q) / dot_of(s[i], y[i]), s[i]);
  for (double& v : q) v = -v;
  return q;
}

}  // namespace

Summary minimize_lbfgs(const Objective& objective, State start, const LbfgsOptions& options, const Progress& progress) {
  if (!objective) fail("minimize_lbfgs: no objective is given");
  if (start.x.dtype() != DType::f64) fail("minimize_lbfgs: the start must be f64, got ", name(start.x.dtype()));
  if (options.memory < 1) fail("minimize_lbfgs: memory is ", options.memory, "; give 1 or more");
  Descent run(std::move(start), options.max_iterations, options.tolerances, progress);
  Evaluation now = objective(run.state.x);
  ++run.evaluations;
  Vector gradient = now.gradient.to_vector<double>();
  if (!std::isfinite(now.value) || !std::isfinite(largest(gradient))) return run.finish(Stop::not_finite);
  if (const auto reason = run.begin(now.value, largest(gradient))) return run.finish(*reason);

  while (run.has_iterations_left()) {
    Vector p = direction(run.state, gradient, options);
    double slope = dot_of(gradient, p);
    if (!(slope < 0)) {  // pairs spoilt by rounding: begin again with the gradient
      run.state.steps.clear();
      run.state.changes.clear();
      p = direction(run.state, gradient, options);
      slope = dot_of(gradient, p);
      if (!(slope < 0)) return run.finish(Stop::no_descent, "the preconditioner is not positive definite");
    }
    Ray ray(objective, run.state.x, p);
    // Without pairs or preconditioner the direction has the units of a gradient: begin with a step of length 1 at most.
    const bool scaled = !run.state.steps.empty() || options.preconditioner;
    const double first = scaled ? 1.0 : std::min(1.0, 1 / std::sqrt(dot_of(gradient, gradient)));
    const LineSearch search = wolfe(
        {0, run.state.value, slope}, [&](double length) { return ray.at(length); }, first);
    run.evaluations += search.evaluations;
    if (!search.found) {
      if (-slope <= 1e-13 * std::abs(run.state.value)) return run.finish(Stop::value);
      return run.finish(Stop::no_descent);
    }
    ray.go(search.point.step);
    const Vector ahead = ray.found().gradient.to_vector<double>();
    Vector s = p, y = ahead;
    for (double& v : s) v *= search.point.step;
    add_scaled(y, -1, gradient);
    if (dot_of(s, y) > 1e-14 * std::sqrt(dot_of(s, s) * dot_of(y, y))) {
      run.state.steps.push_back(Tensor(s));
      run.state.changes.push_back(Tensor(y));
      if (run.state.steps.size() > static_cast<std::size_t>(options.memory)) {
        run.state.steps.erase(run.state.steps.begin());
        run.state.changes.erase(run.state.changes.begin());
      }
    }
    gradient = ahead;
    if (const auto reason = run.accept(ray.place(), ray.found().value, largest(gradient), search.point.step))
      return run.finish(*reason);
  }
  return run.finish(Stop::iterations);
}

}  // namespace terrella::optimize
