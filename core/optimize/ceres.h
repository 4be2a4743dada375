// core/optimize/ceres.h: least squares of few parameters within bounds, by Ceres Solver.
#pragma once
#include <vector>

#include "core/optimize/least_squares.h"
#include "core/optimize/state.h"

namespace terrella::optimize {

struct CeresOptions {
  int max_iterations = 100;
  double value_tolerance = 1e-13;     ///< relative change of the value
  double gradient_tolerance = 1e-10;  ///< largest |component| of the projected gradient
  double step_tolerance = 1e-12;      ///< relative to x
  std::vector<double> lower = {};     ///< bounds, [n] or empty; infinities are allowed
  std::vector<double> upper = {};
};

/// Minimises by Levenberg-Marquardt with dense QR within the bounds. Robust losses act on each residual, by their
/// weights. State::steps and damping are not kept: a minimisation that was interrupted begins anew, to the same bits.
///
/// Throws std::invalid_argument for bounds that exclude each other or the start, or have another size.
/// Agarwal, Mierle and others: Ceres Solver.
Summary minimize_ceres(const LeastSquares& problem, const Tensor& start, const CeresOptions& options = {},
                       const Progress& progress = {});

}  // namespace terrella::optimize
