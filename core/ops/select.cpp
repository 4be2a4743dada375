// where(): the one elementwise operation of three inputs; linear in two of them.
#include "core/backend/backend.h"
#include "core/graph/op.h"
#include "core/ops/cast.h"
#include "core/ops/create.h"
#include "core/ops/elementwise.h"
#include "core/ops/elementwise_batch.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

Tensor zeros_for(const Tensor& x) { return zeros({}, x.dtype()); }

class Select final : public graph::Op {
 public:
  std::string_view name() const override { return "where"; }
  graph::Lowering lowering() const override { return graph::Lowering::of(Elementwise::select); }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    backend.elementwise(Elementwise::select, in, out[0]);
  }
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor zero = zeros_for(node.outputs[0]);
    const Tensor moved = where(node.inputs[0], t[1].defined() ? t[1] : zero, t[2].defined() ? t[2] : zero);
    return {broadcast_to(moved, node.outputs[0].shape())};
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g,
              const std::vector<bool>& needed) const override {
    const Tensor zero = zeros_for(g[0]);
    Tensors result(3, Tensor::none());
    if (needed[1]) result[1] = sum_to(where(node.inputs[0], g[0], zero), node.inputs[1].shape());
    if (needed[2]) result[2] = sum_to(where(node.inputs[0], zero, g[0]), node.inputs[2].shape());
    return result;
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = align_batches(inputs, batched);
    return {where(x[0], x[1], x[2])};
  }
};

}  // namespace

Tensor where(const Tensor& condition, const Tensor& x, const Tensor& y) {
  static const Select op;
  const DType dtype = common_dtype(x, y);
  const Shape shape = broadcast_shapes("where", condition.shape(), broadcast_shapes("where", x.shape(), y.shape()));
  return graph::make(graph::unowned(op), {cast(condition, DType::boolean), cast(x, dtype), cast(y, dtype)},
                     {shape, dtype});
}

Tensors align_batches(std::span<const Tensor> inputs, const std::vector<bool>& batched) {
  int rank = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) rank = std::max(rank, inputs[i].rank() - (batched[i] ? 1 : 0));
  Tensors aligned(inputs.begin(), inputs.end());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!batched[i]) continue;
    Shape shape = inputs[i].shape();
    while (shape.rank() < rank + 1) shape.insert(1, 1);
    aligned[i] = reshape(inputs[i], shape);
  }
  return aligned;
}

}  // namespace terrella
