// core/optimize/lbfgs.h: limited-memory quasi-Newton method for smooth objectives of many unknowns.
#pragma once
#include "core/optimize/descent.h"
#include "core/transform.h"

namespace terrella::optimize {

/// Value and gradient at a point.
struct Evaluation {
  double value = 0;
  Tensor gradient;  ///< as x
};
using Objective = std::function<Evaluation(const Tensor& x)>;

/// By reverse mode, of a function whose first result is a real scalar.
Objective objective_of(const Function& f);
template <class F>
Objective objective_of(F f) {
  return objective_of(function(std::move(f)));
}

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
