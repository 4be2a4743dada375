// core/ops/shape.h: rearranging without computing. All are linear; views where memory allows it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace terrella {

/// Same values in row-major order; one extent may be -1 and is computed.
Tensor reshape(const Tensor& x, const Shape& shape);
/// All in one axis.
Tensor ravel(const Tensor& x);
/// Axes in the order given, out axis i = in axis axes[i]; reversed when empty.
Tensor transpose(const Tensor& x, std::vector<std::int64_t> axes = {});
/// The last two axes swapped; with conj, the Hermitian adjoint of a matrix.
Tensor matrix_transpose(const Tensor& x);
Tensor adjoint(const Tensor& x);
Tensor swap_axes(const Tensor& x, std::int64_t a, std::int64_t b);
Tensor move_axis(const Tensor& x, std::int64_t from, std::int64_t to);
/// A new axis of extent 1 at `axis`.
Tensor expand_dims(const Tensor& x, std::int64_t axis);
/// Without the axes of extent 1: the one named, or all.
Tensor squeeze(const Tensor& x, std::optional<std::int64_t> axis = {});
/// Repeated along new and unit axes, by numpy's rule.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// The adjoint of broadcast_to: sums what was repeated.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// Start, stop and step of one axis; negative start and stop count from the end, a missing one means "to the end".
struct Slice {
  std::optional<std::int64_t> start, stop;
  std::int64_t step = 1;
};
/// x[slices...], one a leading axis, numpy's rules; steps may be negative.
Tensor slice(const Tensor& x, const std::vector<Slice>& slices);
/// x[.., start:stop:step, ..] along one axis.
Tensor slice(const Tensor& x, std::int64_t axis, Slice range);
/// Zeros before and after each axis: widths [(before, after)], all not negative.
Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& widths);
/// Reversed along the axes (all when empty).
Tensor flip(const Tensor& x, std::vector<std::int64_t> axes = {});

Tensor concatenate(const Tensors& parts, std::int64_t axis = 0);
/// Joined along a new axis.
Tensor stack(const Tensors& parts, std::int64_t axis = 0);
/// Equal parts along an axis.
Tensors split(const Tensor& x, std::int64_t parts, std::int64_t axis = 0);
/// Parts that end at these positions, as numpy.
Tensors split(const Tensor& x, const std::vector<std::int64_t>& positions, std::int64_t axis);
/// Diagonal of the last two axes; and a matrix from a diagonal.
Tensor diagonal(const Tensor& x);
Tensor diagonal_matrix(const Tensor& x);
/// The lower (upper) triangle of the last two axes, zeros elsewhere; k moves the diagonal.
Tensor tril(const Tensor& x, std::int64_t k = 0);
Tensor triu(const Tensor& x, std::int64_t k = 0);

}  // namespace terrella
