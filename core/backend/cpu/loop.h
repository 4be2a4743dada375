// core/backend/cpu/loop.h: strided operands reduced to as few axes as their strides allow.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "core/array.h"

namespace terrella::cpu {

/// Axes of a loop over `operands` of one shape; strides in elements of each operand, 0 where it is broadcast.
template <std::size_t N>
struct Loop {
  Shape shape;
  std::array<Shape, N> strides;

  std::int64_t inner() const { return shape.rank() ? shape.back() : 1; }
  std::int64_t rows() const {
    std::int64_t n = 1;
    for (int i = 0; i + 1 < shape.rank(); ++i) n *= shape[i];
    return n;
  }
  /// Offsets of the operands at the start of a row (all axes but the last, counted row-major).
  std::array<std::int64_t, N> offsets(std::int64_t row) const {
    std::array<std::int64_t, N> o{};
    for (int axis = shape.rank() - 1; axis-- > 0;) {
      const std::int64_t i = row % shape[axis];
      row /= shape[axis];
      for (std::size_t k = 0; k < N; ++k) o[k] += i * strides[k][axis];
    }
    return o;
  }
  std::int64_t inner_stride(std::size_t operand) const { return shape.rank() ? strides[operand].back() : 0; }
};

/// The loop over `shape` with every operand broadcast to it; unit axes dropped, neighbours merged where possible.
template <std::size_t N>
Loop<N> make_loop(const Shape& shape, const std::array<const Array*, N>& operands) {
  Loop<N> loop;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    std::array<std::int64_t, N> step;
    for (std::size_t k = 0; k < N; ++k) {
      const Array& a = *operands[k];
      const int own = axis - (shape.rank() - a.shape.rank());
      step[k] = own < 0 || a.shape[own] == 1 ? 0 : a.strides[own];
    }
    const int last = loop.shape.rank() - 1;
    bool merges = last >= 0;
    for (std::size_t k = 0; merges && k < N; ++k) merges = loop.strides[k][last] == step[k] * shape[axis];
    if (merges) {
      loop.shape[last] *= shape[axis];
      for (std::size_t k = 0; k < N; ++k) loop.strides[k][last] = step[k];
    } else {
      loop.shape.push_back(shape[axis]);
      for (std::size_t k = 0; k < N; ++k) loop.strides[k].push_back(step[k]);
    }
  }
  return loop;
}

}  // namespace terrella::cpu
