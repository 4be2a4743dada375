// core/optimize/bounded_linear.h: linear least squares of few variables within bounds.
#pragma once
#include <cstdint>
#include <vector>

namespace terrella::optimize {

struct BoundedLinearSolution {
  std::vector<double> x;    ///< [columns], within the bounds
  double squares = 0;       ///< |A x - b|^2
  std::vector<bool> bound;  ///< [columns], true where x stands at one of its bounds
  int iterations = 0;
  bool converged = false;  ///< false: stopped by the number of iterations; x is feasible all the same
};

/// Minimises |A x - b|^2 for lower <= x <= upper; with lower 0 and upper infinite this is nonnegative least squares.
///
/// a            [rows, columns], row-major; columns of very different norms are scaled inside
/// b            [rows]
/// lower, upper [columns]; infinities are allowed, a variable that is free on both sides included
///
/// Active sets: variables leave their bounds one by one, by the sign of the gradient, and the free ones are solved for
/// by QR. Lawson & Hanson (1974); Stark & Parker (1995), BVLS. Throws std::invalid_argument for sizes that disagree,
/// bounds that exclude each other and what is not finite.
BoundedLinearSolution bounded_least_squares(std::int64_t rows, std::int64_t columns, const std::vector<double>& a,
                                            const std::vector<double>& b, const std::vector<double>& lower,
                                            const std::vector<double>& upper);

}  // namespace terrella::optimize
