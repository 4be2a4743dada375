// core/ops/index.h: picking elements, by numpy's rules, and its adjoint.
#pragma once
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/ops/shape.h"
#include "core/tensor.h"

namespace terrella {

/// Marks a new axis of extent 1, and "all axes not named here", in index().
struct NewAxis {};
struct Ellipsis {};
/// One entry of an index expression; a Tensor holds integers, or bool for a mask.
using Index = std::variant<std::int64_t, Slice, NewAxis, Ellipsis, Tensor>;

/// x[entries...] by numpy's rules: integers drop an axis, slices keep it, integer tensors broadcast against each other
/// and stand where the first of them stands (in front when they are apart), masks pick what is true (this evaluates the
/// mask). Out of range: std::out_of_range when evaluated, std::invalid_argument for plain integers.
Tensor index(const Tensor& x, const std::vector<Index>& entries);
Tensor index(const Tensor& x, std::int64_t i);

/// x with x[entries] replaced by value, or increased by it; x itself is unchanged. Repeated elements: increased for
/// each; replaced by one of the values.
Tensor index_set(const Tensor& x, const std::vector<Index>& entries, const Tensor& value);
Tensor index_add(const Tensor& x, const std::vector<Index>& entries, const Tensor& value);

/// y[.., i.., ..] = x[.., index[i..], ..]: the axis is replaced by the axes of `index` (integers, negative from the
/// end).
Tensor gather(const Tensor& x, const Tensor& index, std::int64_t axis = 0);
/// Indices into an axis with negative ones counted from the end made plain ones; checked when evaluated, as gather
/// does.
Tensor counted_from_front(const Tensor& index, std::int64_t extent);
/// The adjoint of gather: zeros with extent `size` on `axis`, to which x is added; x has the axes of `index` there.
Tensor scatter_add(const Tensor& x, const Tensor& index, std::int64_t size, std::int64_t axis = 0);

/// Positions of what is true, i64 [count, rank]. Evaluates.
Tensor argwhere(const Tensor& condition);

}  // namespace terrella
