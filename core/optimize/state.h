// core/optimize/state.h: what all minimisers share: their state, their reasons for stopping, their summary.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace terrella::optimize {

/// Why a minimisation ended.
enum class Stop : std::uint8_t {
  gradient,     ///< the gradient is small: a minimum
  step,         ///< the step is small beside x: a minimum to working precision
  value,        ///< the value hardly changes any more
  target,       ///< what was wanted is reached
  iterations,   ///< the allowed number is used up
  callback,     ///< the progress callback asked for it
  no_descent,   ///< no step along the search direction lowers the value
  not_finite,   ///< value or derivatives are NaN or infinite where the search began
  out_of_reach  ///< what was wanted cannot be had; the answer is the best there is
};

/// In words.
const char* describe(Stop reason);
/// Whether the answer is one: gradient, step, value or target.
bool is_converged(Stop reason);

/// One row of the history.
struct Iteration {
  std::int64_t iteration = 0;
  double value = 0;
  double gradient = 0;  ///< largest |component|
  double step = 0;      ///< accepted length along the search direction; 1 is the full step
  double damping = 0;   ///< Levenberg-Marquardt's mu, else 0
  double seconds = 0;   ///< since the start
  bool operator==(const Iteration&) const = default;
};

/// All that the next iteration needs. A minimisation goes on from a kept state to the same bits as if it had not been
/// interrupted. A fresh start is State{.x = start}.
struct State {
  Tensor x = {};                     ///< f64, any shape
  std::int64_t iteration = 0;        ///< finished ones
  double value = 0;                  ///< at x; meaningful after the first iteration
  double first_gradient = 0;         ///< largest |component| at the start
  double damping = 0;                ///< 0: not yet chosen
  std::vector<Tensor> steps = {};    ///< L-BFGS: differences of x, oldest first
  std::vector<Tensor> changes = {};  ///< and of the gradient
  std::optional<Stop> settled = {};  ///< the reason to stop here, known before the callback was asked
  std::vector<Iteration> history = {};
};

/// Called after every iteration; false stops.
using Progress = std::function<bool(const State&)>;

struct Summary {
  State state = {};  ///< the best point found; its value is never above that of the start
  Stop reason = Stop::iterations;
  std::string message = {};      ///< the reason with its numbers
  std::int64_t evaluations = 0;  ///< of the value, derivatives included
  bool converged() const { return is_converged(reason); }
};

}  // namespace terrella::optimize
