// core/optimize/nonlinear_cg.h: nonlinear conjugate gradients, for objectives of many unknowns in the least memory.
#pragma once
#include "core/optimize/lbfgs.h"

namespace terrella::optimize {

struct NonlinearCgOptions {
  int max_iterations = 500;
  Tolerances tolerances = {};
  /// As that of LbfgsOptions; the identity where empty.
  std::function<std::vector<double>(const std::vector<double>&)> preconditioner = {};
};

/// Minimises from start.x (f64, any shape) along directions of Polak & Ribiere (1969), begun anew with the gradient
/// where their factor is negative or the direction does not descend, with a strong Wolfe line search. Every iterate
/// lowers the value. State::steps[0] holds the last direction, changes[0] the gradient before it, damping the last
/// step times the slope along it. Nocedal & Wright (2006), section 5.2.
Summary minimize_nonlinear_cg(const Objective& objective, State start, const NonlinearCgOptions& options = {},
                              const Progress& progress = {});

}  // namespace terrella::optimize
