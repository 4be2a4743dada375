// core/ops/create.h: new tensors.
#pragma once
#include <concepts>
#include <cstdint>

#include "core/tensor.h"

namespace terrella {

Tensor full(const Shape& shape, const Tensor& value);
Tensor full(const Shape& shape, double value, DType dtype);
Tensor zeros(const Shape& shape, DType dtype = DType::f64);
Tensor ones(const Shape& shape, DType dtype = DType::f64);
inline Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), x.dtype()); }
inline Tensor ones_like(const Tensor& x) { return ones(x.shape(), x.dtype()); }
/// start, start + step, ... below stop (above for a negative step).
Tensor arange(std::int64_t stop);
Tensor arange(std::int64_t start, std::int64_t stop, std::int64_t step = 1);
template <std::integral A, std::integral B, std::integral C = int>
Tensor arange(A start, B stop, C step = 1) {
  return arange(static_cast<std::int64_t>(start), static_cast<std::int64_t>(stop), static_cast<std::int64_t>(step));
}
Tensor arange(double start, double stop, double step, DType dtype = DType::f64);
/// `count` values from start to stop, both included.
Tensor linspace(double start, double stop, std::int64_t count, DType dtype = DType::f64);
/// base to the powers linspace(start, stop, count).
Tensor logspace(double start, double stop, std::int64_t count, double base = 10.0, DType dtype = DType::f64);
/// Identity matrix.
Tensor eye(std::int64_t n, DType dtype = DType::f64);

}  // namespace terrella
