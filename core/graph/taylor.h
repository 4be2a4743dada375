// core/graph/taylor.h: what Taylor rules of operations are made of. Orders count derivatives; none() is zero.
#pragma once
#include <cstddef>

#include "core/ops/elementwise.h"

namespace terrella::graph {

inline Tensor sum_of(const Tensor& a, const Tensor& b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

/// Leibniz' rule: sum over i from `first` to `last` of (order over i) product(x[i], y[order - i]) factor.
template <class Product>
Tensor leibniz(const Tensors& x, const Tensors& y, std::size_t order, std::size_t first, std::size_t last,
               const Product& product, double factor = 1) {
  Tensor sum = Tensor::none();
  double binomial = factor;
  for (std::size_t i = 0; i <= last; ++i) {
    if (i >= first && x[i].defined() && y[order - i].defined()) {
      const Tensor term = product(x[i], y[order - i]);
      sum = sum_of(sum, binomial == 1 ? term : binomial * term);
    }
    binomial = binomial * static_cast<double>(order - i) / static_cast<double>(i + 1);
  }
  return sum;
}

}  // namespace terrella::graph
