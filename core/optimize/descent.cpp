#include "core/optimize/descent.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::optimize {

double largest(std::span<const double> values) {
  double size = 0;
  for (const double v : values) {
    if (std::isnan(v)) return v;
    size = std::max(size, std::abs(v));
  }
  return size;
}

double dot_of(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void add_scaled(std::span<double> a, double factor, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += factor * b[i];
}

Descent::Descent(State start, int max_iterations, const Tolerances& tolerances, const Progress& progress)
    : state(std::move(start)),
      max_iterations_(max_iterations),
      tolerances_(tolerances),
      progress_(progress),
      seconds_before_(state.history.empty() ? 0.0 : state.history.back().seconds) {
  if (max_iterations < 0) fail("minimize: max_iterations is ", max_iterations, "; give 0 or more");
  if (!(tolerances.gradient >= 0) || !(tolerances.step >= 0) || !(tolerances.value >= 0))
    fail("minimize: tolerances must not be negative");
}

bool Descent::note(double gradient, double step) {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - clock_;
  state.history.push_back(
      {state.iteration, state.value, gradient, step, state.damping, seconds_before_ + spent.count()});
  return !progress_ || progress_(state);
}

std::optional<Stop> Descent::begin(double value, double gradient) {
  if (!state.history.empty()) return state.settled;
  state.value = value;
  state.first_gradient = gradient;
  if (gradient == 0) state.settled = Stop::gradient;
  if (!note(gradient, 0)) return Stop::callback;
  return state.settled;
}

bool Descent::is_flat(double gradient) const { return gradient <= tolerances_.gradient * state.first_gradient; }

std::optional<Stop> Descent::accept(const Tensor& x, double value, double gradient, double step) {
  const auto before = state.x.data<double>(), after = x.data<double>();
  double moved = 0, size = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    moved += (after[i] - before[i]) * (after[i] - before[i]);
    size += after[i] * after[i];
  }
  const double decrease = state.value - value;
  state.x = x;
  state.value = value;
  ++state.iteration;
  if (is_flat(gradient))
    state.settled = Stop::gradient;
  else if (std::sqrt(moved) <= tolerances_.step * std::sqrt(size))
    state.settled = Stop::step;
  else if (decrease <= tolerances_.value * std::abs(value))
    state.settled = Stop::value;
  if (!note(gradient, step)) return Stop::callback;
  return state.settled;
}

Summary Descent::finish(Stop reason, const std::string& detail) {
  std::string message =
      text(describe(reason), " after ", state.iteration, " iterations", detail.empty() ? "" : ": ", detail);
  return {std::move(state), reason, std::move(message), evaluations};
}

}  // namespace terrella::optimize
