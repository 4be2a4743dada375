// inversion/strategy/whitened.h: a problem in parameters whose prior is white, m = reference + L w: instead of a term
// that keeps m smooth, w is kept small, and C = L L^T is the prior covariance of m, as often as lambda is large. Steps
// then need no matrix of the regularisation but the identity, and gradients are scaled as the prior is.
#pragma once
#include <functional>
#include <vector>

#include "inversion/problem.h"

namespace terrella::inversion {

struct Whitening {
  std::vector<double> reference;                           ///< [n]
  std::function<Tensor(const Tensor& w)> root;             ///< L w, [n], as graph
  std::function<Tensor(const Tensor& v)> root_transposed;  ///< columns of L^T V, [n, k]
  std::function<Tensor(const Tensor& m)> solve;            ///< L^-1 m, [n]
  std::int64_t count = 0;                                  ///< of w: the first ones are white; the others, such as
                                                           ///< static shifts, pass through and have priors of their own

  Tensor model(const Tensor& w) const;  ///< as graph
  std::vector<double> model(const std::vector<double>& w) const;
  std::vector<double> parameters(const std::vector<double>& m) const;  ///< the w of an m
};

/// The same data and prior, as functions of w; |w|^2 / 2 of the first `count` instead of the model's terms.
Problem whitened(const Problem& problem, const Whitening& whitening);

/// States of it as states of the problem in m, for results.
State unwhitened(State state, const Whitening& whitening);

}  // namespace terrella::inversion
