#include "core/transform/parts.h"

#include <algorithm>
#include <unordered_set>

#include "core/ops.h"

namespace terrella::detail {

Tensors chosen(std::span<const Tensor> x, const Which& which) {
  Tensors some;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (which[i]) some.push_back(x[i]);
  return some;
}

Which defined(std::span<const Tensor> x) {
  Which which;
  for (const Tensor& t : x) which.push_back(t.defined());
  return which;
}

bool any(const Which& which) { return std::find(which.begin(), which.end(), true) != which.end(); }

Tensors with_zeros(std::span<const Tensor> x, std::span<const Tensor> like) {
  Tensors all(x.begin(), x.end());
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].defined()) all[i] = zeros_like(like[i]);
  return all;
}

Tensor with_batch(const Tensor& x, bool batched, std::int64_t size) {
  if (batched) return x;
  Shape shape = x.shape();
  shape.insert(0, size);
  return broadcast_to(x, shape);
}

std::vector<std::optional<int>> first_axes(const Which& batched) {
  std::vector<std::optional<int>> axes;
  for (const bool b : batched) axes.push_back(b ? std::optional<int>(0) : std::nullopt);
  return axes;
}

Function of_chosen(Function f, Tensors x, Which which) {
  return [f = std::move(f), x = std::move(x), which = std::move(which)](const Tensors& some) {
    Tensors all = x;
    for (std::size_t i = 0, k = 0; i < x.size(); ++i)
      if (which[i]) all[i] = some[k++];
    return f(all);
  };
}

Tensors inputs_of(const graph::Subgraph& s) {
  Tensors inputs = s.placeholders;
  inputs.insert(inputs.end(), s.captured.begin(), s.captured.end());
  return inputs;
}

Function playing(std::shared_ptr<const graph::Subgraph> s) {
  return [s = std::move(s)](const Tensors& x) { return graph::play(*s, x); };
}

Which reached(const graph::Subgraph& s, const Which& from, bool derivatives) {
  std::unordered_set<const graph::Node*> dependent;
  const auto passes = [&](const Tensor& x) { return !derivatives || x.node()->tuple || is_floating(x.dtype()); };
  const Tensors inputs = inputs_of(s);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (from[i] && passes(inputs[i])) dependent.insert(inputs[i].node());
  for (const Tensor& node : s.order) {
    const Tensors& in = node.node()->inputs;
    if (passes(node) &&
        std::any_of(in.begin(), in.end(), [&](const Tensor& x) { return dependent.contains(x.node()); }))
      dependent.insert(node.node());
  }
  Which outputs;
  for (const Tensor& y : s.outputs) outputs.push_back(dependent.contains(y.node()));
  return outputs;
}

}  // namespace terrella::detail
