// core/check.h: does a derivative belong to its function, a discretisation to its order? For tests, here and elsewhere.
//
// Directions are random with a fixed seed, complex for complex arguments. Each function takes one tensor; close over
// the others.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "core/transform.h"

namespace terrella::check {

struct Options {
  std::uint64_t seed = 1;
  double step = 1e-2;  ///< largest step relative to |x| + 1; halved `halvings` times
  int halvings = 4;
};

/// Order p of |f(x + h v) - f(x) - h J v| = O(h^p), by least squares over the halvings: 2 for a right derivative, 1 for
/// a wrong one. A function that is linear to rounding has no remainder; then the result is 2.
double taylor_order(const Function& f, const Tensor& x, const Options& options = {});

/// |<u, J v> - <J* u, v>| / (|u| |J v|), for Re<a,b>; J v by jvp, J* u by vjp. Rounding only when both are right.
double dot_product_error(const Function& f, const Tensor& x, const Options& options = {});

/// |J v - central difference| / |J v|, the difference extrapolated to fourth order. About 1e-9 in f64 for smooth
/// functions of moderate derivatives.
double gradient_error(const Function& f, const Tensor& x, const Options& options = {});

/// Order p of error(n) = C n^-p by least squares in logarithms, n cells an axis.
double convergence_order(const std::function<double(std::int64_t)>& error, const std::vector<std::int64_t>& sizes);

template <class F>
double taylor_order(F f, const Tensor& x, const Options& options = {}) {
  return taylor_order(function(std::move(f)), x, options);
}
template <class F>
double dot_product_error(F f, const Tensor& x, const Options& options = {}) {
  return dot_product_error(function(std::move(f)), x, options);
}
template <class F>
double gradient_error(F f, const Tensor& x, const Options& options = {}) {
  return gradient_error(function(std::move(f)), x, options);
}

}  // namespace terrella::check
