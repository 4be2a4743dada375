// core/optimize/levenberg_marquardt.h: Gauss-Newton with damping.
#pragma once
#include "core/optimize/descent.h"
#include "core/optimize/least_squares.h"

namespace terrella::optimize {

struct LevenbergMarquardtOptions {
  int max_iterations = 200;
  Tolerances tolerances = {};
  double first_damping = 1e-3;  ///< relative to the diagonal
  double least_gain = 0;        ///< share of the decrease foretold that a step must bring, or mu rises
  /// Stops where the minimum of the quadratic model is nearer than this, as the root mean square over unknowns of the
  /// distance in standard deviations: sqrt(p^T H p / n) of the undamped step p, which is still taken where it lowers
  /// the value. 0: never.
  double nearness = 0;
};

/// Minimises by steps of (H + mu diag(H)) p = -gradient, H = J^T W J. mu falls where the quadratic model foretells the
/// decrease and rises until a step lowers the value. Marquardt (1963), with the scaling of each parameter by its own
/// diagonal. Every iterate lowers the value. Throws as minimize_gauss_newton.
Summary minimize_levenberg_marquardt(const LeastSquares& problem, State start,
                                     const LevenbergMarquardtOptions& options = {}, const Progress& progress = {});

}  // namespace terrella::optimize
