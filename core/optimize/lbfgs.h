// core/optimize/lbfgs.h: limited-memory quasi-Newton method for smooth objectives of many unknowns.
#pragma once
#include "core/optimize/descent.h"
#include "core/optimize/objective.h"

namespace terrella::optimize {

struct LbfgsOptions {
  int max_iterations = 200;
  int memory = 10;  ///< stored pairs; more helps ill-conditioned objectives
  Tolerances tolerances = {};
  /// Product with an approximate inverse Hessian at the start, symmetric positive definite; the identity, scaled from
  /// the newest pair, where empty.
  std::function<std::vector<double>(const std::vector<double>&)> preconditioner = {};
};

/// Minimises from start.x (f64, any shape) with a strong Wolfe line search. Every iterate lowers the value. Pairs are
/// kept in State::steps and changes. Nocedal (1980); Nocedal & Wright (2006), algorithm 7.5.
Summary minimize_lbfgs(const Objective& objective, State start, const LbfgsOptions& options = {},
                       const Progress& progress = {});

}  // namespace terrella::optimize
