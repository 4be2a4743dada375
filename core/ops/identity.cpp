#include "core/ops/identity.h"

#include "core/graph/op.h"

namespace terrella {
namespace {

class Identity final : public graph::Op {
 public:
  std::string_view name() const override { return "identity"; }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::alias); }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override { out[0] = in[0]; }
  Tensors jvp(const graph::RuleContext&, std::span<const Tensor> t) const override { return {t[0]}; }
  Tensors vjp(const graph::RuleContext&, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {g[0]};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override { return {x[0]}; }
};

class StopGradient final : public graph::Op {
 public:
  std::string_view name() const override { return "stop_gradient"; }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::alias); }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override { out[0] = in[0]; }
  Tensors jvp(const graph::RuleContext&, std::span<const Tensor>) const override { return {Tensor::none()}; }
  Tensors vjp(const graph::RuleContext&, std::span<const Tensor>, const std::vector<bool>&) const override {
    return {Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override {
    return {stop_gradient(x[0])};
  }
};

}  // namespace

Tensor identity(const Tensor& x) {
  static const Identity op;
  return graph::make(graph::unowned(op), {x}, graph::aval(x));
}

Tensor stop_gradient(const Tensor& x) {
  static const StopGradient op;
  return graph::make(graph::unowned(op), {x}, graph::aval(x));
}

}  // namespace terrella
