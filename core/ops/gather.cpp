// gather and scatter_add, each other's adjoint. General operations only because vmap may batch the index.
#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops/cast.h"
#include "core/ops/create.h"
#include "core/ops/elementwise.h"
#include "core/ops/index.h"

namespace terrella {
namespace {

/// Two batches in one: x [B, n, rest..] and index [B, i..] become x [B n, rest..] and index + n * b.
Tensor offset_by_batch(const Tensor& index, std::int64_t extent) {
  Shape shape = Shape::filled(index.rank(), 1);
  shape[0] = index.shape()[0];
  return counted_from_front(index, extent) + reshape(arange(shape[0]) * extent, shape);
}

class Gather final : public graph::Op {
 public:
  explicit Gather(int axis) : axis_(axis) {}
  std::string_view name() const override { return "gather"; }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool same_as(const graph::Op& other) const override {
    const auto* same = dynamic_cast<const Gather*>(&other);
    return same && same->axis_ == axis_;
  }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    backend.gather(in[0], in[1], axis_, out[0]);
  }
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> t) const override {
    return {t[0].defined() ? gather(t[0], node.inputs[1], axis_) : Tensor::none()};
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {scatter_add(g[0], node.inputs[1], node.inputs[0].shape()[axis_], axis_), Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t) const override {
    if (!batched[1]) return {gather(in[0], in[1], axis_ + 1)};
    if (!batched[0]) return {move_axis_group(gather(in[0], in[1], axis_))};
    const Tensor x = move_axis(in[0], axis_ + 1, 1);  // [B, n, rest..]
    Shape merged = x.shape();
    merged.erase(0);
    merged[0] = x.shape()[0] * x.shape()[1];
    const Tensor y = gather(reshape(x, merged), offset_by_batch(in[1], x.shape()[1]), 0);  // [B, i.., rest..]
    return {inner_axes(y, in[1].rank() - 1)};
  }

 private:
  /// The first axis of the group at axis_ is the batch: it goes to the front.
  Tensor move_axis_group(const Tensor& y) const { return move_axis(y, axis_, 0); }
  /// [B, i.., rest..] -> [B, rest before axis_, i.., rest after]
  Tensor inner_axes(const Tensor& y, int group) const {
    std::vector<std::int64_t> order = {0};
    for (int k = 0; k < axis_; ++k) order.push_back(1 + group + k);
    for (int k = 0; k < group; ++k) order.push_back(1 + k);
    for (int k = 1 + group + axis_; k < y.rank(); ++k) order.push_back(k);
    return transpose(y, order);
  }
  int axis_;
};

class ScatterAdd final : public graph::Op {
 public:
  ScatterAdd(int axis, std::int64_t size) : axis_(axis), size_(size) {}
  std::string_view name() const override { return "scatter_add"; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    backend.scatter_add(in[0], in[1], axis_, out[0]);
  }
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> t) const override {
    return {t[0].defined() ? scatter_add(t[0], node.inputs[1], size_, axis_) : Tensor::none()};
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {gather(g[0], node.inputs[1], axis_), Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    if (!batched[1]) return {scatter_add(in[0], in[1], size_, axis_ + 1)};
    Tensor x = in[0];
    if (!batched[0]) {
      Shape shape = x.shape();
      shape.insert(0, size);
      x = broadcast_to(x, shape);
    }
    const int group = in[1].rank() - 1;  // x is [B, before.., i.., after..]; brought to [B, i.., before.., after..]
    std::vector<std::int64_t> order = {0};
    for (int k = 0; k < group; ++k) order.push_back(1 + axis_ + k);
    for (int k = 0; k < axis_; ++k) order.push_back(1 + k);
    for (int k = 1 + axis_ + group; k < x.rank(); ++k) order.push_back(k);
    const Tensor y = scatter_add(transpose(x, order), offset_by_batch(in[1], size_), size * size_, 0);  // [B n, rest..]
    Shape apart = y.shape();
    apart[0] = size_;
    apart.insert(0, size);
    return {move_axis(reshape(y, apart), 1, axis_ + 1)};
  }

 private:
  int axis_;
  std::int64_t size_;
};

Tensor integers(std::string_view operation, const Tensor& index) {
  if (!is_integer(index.dtype())) fail(operation, ": the index is ", name(index.dtype()), "; it must hold integers");
  return cast(index, DType::i64);
}

}  // namespace

Tensor counted_from_front(const Tensor& index, std::int64_t extent) { return gather(arange(extent), index); }

Tensor gather(const Tensor& x, const Tensor& index, std::int64_t wanted) {
  const int axis = normal_axis("gather", wanted, x.rank());
  Shape shape = x.shape();
  shape.erase(axis);
  for (int i = 0; i < index.rank(); ++i) shape.insert(axis + i, index.shape()[i]);
  return graph::make(std::make_shared<Gather>(axis), {x, integers("gather", index)}, {shape, x.dtype()});
}

Tensor scatter_add(const Tensor& x, const Tensor& index, std::int64_t size, std::int64_t wanted) {
  const int axis = normal_axis("scatter_add", wanted, x.rank() - index.rank() + 1);
  if (size < 0) fail("scatter_add: negative size ", size, " of the resulting axis");
  Shape shape = x.shape();
  for (int i = 0; i < index.rank(); ++i) {
    if (shape[axis] != index.shape()[i])
      fail("scatter_add: x of shape ", x.shape(), " must have the axes ", index.shape(), " of the index at axis ",
           axis);
    shape.erase(axis);
  }
  shape.insert(axis, size);
  const DType dtype = x.dtype() == DType::boolean ? DType::i64 : x.dtype();
  return graph::make(std::make_shared<ScatterAdd>(axis, size), {cast(x, dtype), integers("scatter_add", index)},
                     {shape, dtype});
}

}  // namespace terrella
