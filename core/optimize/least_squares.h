// core/optimize/least_squares.h: nonlinear least squares, robust ones included, as a sum of terms.
//
//   value(x) = sum over terms of weight * sum_i loss(r_i(x)),   loss(r) = r^2 / 2 where none is given
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/optimize/matrix.h"
#include "core/optimize/normal_matrix.h"
#include "core/transform.h"

namespace terrella::optimize {

/// What a residual costs, element by element. The weight is loss'(r) / r, not negative: iteratively reweighted least
/// squares. Empty functions stand for r^2 / 2 and 1.
struct Loss {
  std::string name = "squares";
  std::function<Tensor(const Tensor& r)> value = {};
  std::function<Tensor(const Tensor& r)> weight = {};
};

struct Linearization {
  std::vector<double> residual = {};  ///< [m]
  Matrix jacobian = {};               ///< [m, n]
};

struct Term {
  std::string name = {};
  std::function<Tensor(const Tensor& x)> residual = {};  ///< x [n] f64 -> r [m] f64
  std::function<Linearization(const Tensor& x)> linearize =
      {};  ///< residual and Jacobian; derived from `residual` if empty
  Loss loss = {};
  double weight = 1;
};

using LeastSquares = std::vector<Term>;

/// sum_i loss(r_i) as graph.
Tensor cost(const Loss& loss, const Tensor& residual);
/// Weights of residuals, [m].
std::vector<double> weights(const Loss& loss, const std::vector<double>& residual);
/// Residual and Jacobian of a term at x; forward mode, dense, where the term brings none.
Linearization linearize(const Term& term, const Tensor& x);

/// Second-order model of a term or of a whole problem at a point: Gauss-Newton's matrix, the gradient, the value.
struct Quadratic {
  NormalMatrix matrix;                ///< sum of J^T W J
  std::vector<double> gradient = {};  ///< sum of J^T W r
  double value = 0;
  bool finite() const;
};
Quadratic quadratic(const Term& term, const Tensor& x);              ///< the term's weight left out
Quadratic quadratic(const Term& term, const Linearization& linear);  ///< from what linearize() gave
Quadratic quadratic(const LeastSquares& problem, const Tensor& x);
/// The value alone; NaN and infinity are passed on.
double value(const LeastSquares& problem, const Tensor& x);

/// The problem as one differentiable function of x.
Function objective(const LeastSquares& problem);

/// Throws std::invalid_argument where there are no terms, a term has no residual or a negative weight, or x is not f64.
void validate(const LeastSquares& problem, const Tensor& x);

}  // namespace terrella::optimize
