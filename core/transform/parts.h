// core/transform/parts.h: functions of some of their arguments. For the rules of operations that hold a subgraph.
#pragma once
#include <span>
#include <vector>

#include "core/graph/subgraph.h"
#include "core/transform.h"

namespace terrella::detail {

using Which = std::vector<bool>;

/// x[i] where which[i].
Tensors chosen(std::span<const Tensor> x, const Which& which);
/// Where there is a tensor.
Which defined(std::span<const Tensor> x);
bool any(const Which& which);
/// x, with zeros like `like` where there is none.
Tensors with_zeros(std::span<const Tensor> x, std::span<const Tensor> like);
/// x with one more first axis of `size`, if it has it not yet.
Tensor with_batch(const Tensor& x, bool batched, std::int64_t size);
/// Axes for vmap_of: the first where batched.
std::vector<std::optional<int>> first_axes(const Which& batched);

/// f as a function of the arguments `which` alone, the others as in x.
Function of_chosen(Function f, Tensors x, Which which);

/// All that a subgraph is played on: placeholders, then what it captured.
Tensors inputs_of(const graph::Subgraph& s);
/// The subgraph as a function of them.
Function playing(std::shared_ptr<const graph::Subgraph> s);

/// Outputs that depend on the inputs `from`; with `derivatives`, through floating numbers only.
Which reached(const graph::Subgraph& s, const Which& from, bool derivatives);

}  // namespace terrella::detail
