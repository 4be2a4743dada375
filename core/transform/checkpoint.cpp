// checkpoint: one opaque node whose derivative computes its inside again, after the cotangents have arrived.
#include "core/graph/subgraph_op.h"
#include "core/ops.h"
#include "core/transform.h"
#include "core/transform/parts.h"

namespace terrella {
namespace {

using graph::RuleContext;
using graph::Subgraph;

/// inputs[0], not before the others are computed: keeps a recomputation from running early.
class After final : public graph::Op {
 public:
  std::string_view name() const override { return "after"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override { out[0] = in[0]; }
  Tensors jvp(const RuleContext&, std::span<const Tensor> t) const override { return {t[0]}; }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    Tensors result(node.inputs.size(), Tensor::none());
    result[0] = g[0];
    return result;
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    Shape shape = in[0].shape();
    if (!batched[0]) shape.insert(0, size);
    Tensors inputs(in.begin(), in.end());
    inputs[0] = broadcast_to(in[0], shape);
    return {after(inputs)};
  }
  static Tensor after(const Tensors& inputs) {
    static const After op;
    return graph::make(graph::unowned(op), inputs, graph::aval(inputs[0]));
  }
};

class Checkpoint final : public graph::SubgraphOp {
 public:
  using SubgraphOp::SubgraphOp;
  std::string_view name() const override { return "checkpoint"; }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensors x(node.inputs.begin(), node.inputs.end());
    const detail::Which moves = detail::defined(t);
    return terrella::jvp(detail::of_chosen(inside(), x, moves), detail::chosen(x, moves), detail::chosen(t, moves))
        .tangent;
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    Tensors late;
    for (const Tensor& input : node.inputs) {
      Tensors inputs = {input};
      for (const Tensor& c : g)
        if (c.defined()) inputs.push_back(c);
      late.push_back(After::after(inputs));
    }
    const Tensors parts = terrella::vjp(detail::of_chosen(inside(), late, needed), detail::chosen(late, needed))
                              .pullback({g.begin(), g.end()});
    Tensors result(late.size(), Tensor::none());
    for (std::size_t i = 0, k = 0; i < late.size(); ++i)
      if (needed[i]) result[i] = parts[k++];
    return result;
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t) const override {
    return wrap(vmap_of(inside(), detail::first_axes(batched)), {in.begin(), in.end()});
  }

  static Tensors wrap(const Function& f, const Tensors& x) {
    const auto op = std::make_shared<Checkpoint>(graph::capture(f, x));
    Tensors inputs = x;
    inputs.insert(inputs.end(), op->inside_.captured.begin(), op->inside_.captured.end());
    return graph::make_tuple(op, inputs, op->output_avals());
  }

 private:
  Function inside() const {
    return [s = inside_](const Tensors& x) { return graph::play(s, x); };
  }
};

}  // namespace

Function checkpoint_of(const Function& f) {
  return [f](const Tensors& x) { return Checkpoint::wrap(f, x); };
}

}  // namespace terrella
