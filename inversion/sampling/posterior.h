// inversion/sampling/posterior.h: covariance and resolution of a linearised inversion by the few directions that data
// tell about, for models of thousands of cells. resolution.h does small blocks densely.
//
// H = G + P, with G = J^T W J of the data and P = lambda R of the regularisation (with Problem::prior), both at m. The
// eigenvectors of G v = mu P v, v^T P v = 1, with mu well above 0 are few, and
//
//   H^-1 = P^-1 - sum mu / (1 + mu) v v^T        H^-1 G = sum mu / (1 + mu) v (P v)^T
//
// They are found from products of G with random vectors and solves with the sparse P: Halko, Martinsson & Tropp (2011);
// Saibaba & Kitanidis (2015) for P in place of 1; Spantini et al. (2015) for why these directions are the best ones.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "inversion/problem.h"

namespace terrella::inversion {

/// G v.
using GramProduct = std::function<std::vector<double>(std::span<const double> v)>;

/// By the Jacobian at m, made once.
GramProduct gram_product(const optimize::Term& data, const Tensor& m);
/// By transforms at m, J v and J^T u each time: nothing of size [data, cells] is made.
GramProduct gram_product_by_transforms(const optimize::Term& data, const Tensor& m);

/// lambda R and Problem::prior at m, and a prior of its own for what R leaves free: smoothness says nothing about the
/// mean of a model. 1 / (n level_deviation^2) on the diagonal gives the mean of n parameters that standard deviation
/// and bends hardly anything else; 0 adds nothing. SolveError where the sum is not positive definite.
struct PriorPrecision {
  optimize::NormalMatrix matrix;
  optimize::NormalMatrix::Factor factor;
};
PriorPrecision prior_precision(const Problem& problem, const Tensor& m, double lambda, double level_deviation);

struct PosteriorOptions {
  std::int64_t rank = 0;       ///< directions; 0: as many as it takes to leave out only those with mu < `smallest`
  double smallest = 0.01;      ///< standard deviations are then at most the factor sqrt(1 + smallest) too large
  double level_deviation = 3;  ///< of the mean of the model, in the units of m (decades)
  int passes = 2;              ///< products with G for each direction; more sharpen the last ones
  std::uint64_t seed = 1;      ///< of the random vectors
};

/// Variances and resolution of the parameters, in the units of m. A value; every product asks for O(n rank).
struct Posterior {
  PriorPrecision prior;
  std::vector<double> eigenvalue;  ///< mu, descending, [rank]
  std::vector<double> direction;   ///< v, [rank, n]
  double left_out = 0;             ///< the largest mu that may be missing: the last one found; 0 where none is missing

  std::int64_t size() const { return prior.matrix.size(); }
  /// H^-1 b.
  std::vector<double> covariance_times(std::span<const double> b) const;
};

/// SolveError where P or the products are not finite, std::invalid_argument for impossible options.
Posterior posterior(const GramProduct& gram, PriorPrecision prior, const PosteriorOptions& options = {});
Posterior posterior(const Problem& problem, const Tensor& m, double lambda, const PosteriorOptions& options = {});

/// Root of the diagonal of P^-1 and of H^-1, [n].
std::vector<double> prior_deviation(const Posterior& posterior);
std::vector<double> standard_deviation(const Posterior& posterior);

/// Of the resolution matrix H^-1 G: how the estimate of `cell` averages the truth (row), and what the truth in `cell`
/// alone becomes in all estimates (column), [n].
std::vector<double> averaging_kernel(const Posterior& posterior, std::int64_t cell);
std::vector<double> point_spread(const Posterior& posterior, std::int64_t cell);
/// Its diagonal, [n]; the sum is the number of parameters that the data determine.
std::vector<double> resolved(const Posterior& posterior);

}  // namespace terrella::inversion
