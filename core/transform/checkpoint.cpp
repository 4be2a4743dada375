// checkpoint: one opaque node whose derivative computes its inside again, after the cotangents have arrived.
#include "core/graph/subgraph_op.h"
#include "core/ops.h"
#include "core/transform.h"

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
    std::vector<bool> moves;
    for (const Tensor& tangent : t) moves.push_back(tangent.defined());
    return terrella::jvp(partly(x, moves), chosen(x, moves), chosen({t.begin(), t.end()}, moves)).tangent;
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    Tensors late;
    for (const Tensor& input : node.inputs) {
      Tensors inputs = {input};
      for (const Tensor& c : g)
        if (c.defined()) inputs.push_back(c);
      late.push_back(After::after(inputs));
    }
    const Tensors parts = terrella::vjp(partly(late, needed), chosen(late, needed)).pullback({g.begin(), g.end()});
    Tensors result(late.size(), Tensor::none());
    for (std::size_t i = 0, k = 0; i < late.size(); ++i)
      if (needed[i]) result[i] = parts[k++];
    return result;
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t) const override {
    std::vector<std::optional<int>> axes;
    for (const bool b : batched) axes.push_back(b ? std::optional<int>(0) : std::nullopt);
    return wrap(vmap_of([s = inside_](const Tensors& x) { return graph::play(s, x); }, axes), {in.begin(), in.end()});
  }

  static Tensors wrap(const Function& f, const Tensors& x) {
    const auto op = std::make_shared<Checkpoint>(graph::capture(f, x));
    Tensors inputs = x;
    inputs.insert(inputs.end(), op->inside_.captured.begin(), op->inside_.captured.end());
    return graph::make_tuple(op, inputs, op->output_avals());
  }

 private:
  static Tensors chosen(const Tensors& x, const std::vector<bool>& which) {
    Tensors some;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (which[i]) some.push_back(x[i]);
    return some;
  }
  /// The inside as a function of the inputs `which`, the others fixed.
  Function partly(const Tensors& x, const std::vector<bool>& which) const {
    return [s = inside_, x, which](const Tensors& some) {
      Tensors all = x;
      for (std::size_t i = 0, k = 0; i < x.size(); ++i)
        if (which[i]) all[i] = some[k++];
      return graph::play(s, all);
    };
  }
};

}  // namespace

Function checkpoint_of(const Function& f) {
  return [f](const Tensors& x) { return Checkpoint::wrap(f, x); };
}

}  // namespace terrella
