// core/optimize/gauss_newton.h: Gauss-Newton in model space.
#pragma once
#include "core/optimize/descent.h"
#include "core/optimize/least_squares.h"

namespace terrella::optimize {

struct GaussNewtonOptions {
  /// direct: Jacobians (Term::linearize or by transform) and Cholesky factors of the normal matrix, dense or sparse.
  /// data_space: the same steps by systems as large as the data (core/optimize/data_space.h), where the first term is
  /// dense with fewer residuals than unknowns and all others are sparse; else direct.
  /// conjugate_gradient: J v and J^T u by transforms only; nothing of size [n, n] or [m, n] is made.
  enum class Solver { direct, data_space, conjugate_gradient } solver = Solver::direct;
  int max_iterations = 50;
  Tolerances tolerances = {};
  /// Stops where the minimum of the quadratic model is nearer than this: sqrt(p^T H p / n) of the full step p, which is
  /// its distance in standard deviations, as the root mean square over unknowns; that step is the last one. 0: never.
  double nearness = 0;
  int inner_iterations = 0;  ///< of conjugate gradients; 0: as many as there are unknowns
};

/// Minimises by steps of (J^T W J) p = -gradient with backtracking. Every iterate lowers the value. A matrix that is
/// not positive definite gets the smallest multiple of its mean diagonal that makes it so. Conjugate gradients stop at
/// a relative residual of min(0.1, sqrt(gradient / first gradient)); Dembo, Eisenstat & Steihaug (1982).
///
/// Throws std::invalid_argument for a problem without terms or a start that is no f64 vector.
Summary minimize_gauss_newton(const LeastSquares& problem, State start, const GaussNewtonOptions& options = {},
                              const Progress& progress = {});

}  // namespace terrella::optimize
