// core/graph/linear.h: operations linear in their one tensor: jvp, vjp and vmap follow from apply, adjoint and batched.
#pragma once
#include <concepts>

#include "core/graph/op.h"

namespace terrella::graph {

/// What a linear operation tells. `Rule` is a small value that holds axes, shapes and the like.
template <class Rule>
concept LinearRule = std::equality_comparable<Rule> &&
    requires(const Rule& rule, Backend& backend, const Array& in, Array& out, const Tensor& x, const Aval& from) {
  { Rule::name } -> std::convertible_to<std::string_view>;
  { rule.output(from) } -> std::same_as<Aval>;             // shape and dtype of the result
  { rule.apply(backend, in, out) } -> std::same_as<void>;  // computes, or makes `out` a view of `in`
  { rule.adjoint(x, from) } -> std::same_as<Tensor>;       // Hermitian adjoint, x like the result, back to `from`
  { rule.batched(x) } -> std::same_as<Tensor>;             // the operation on x with one more first axis
  { rule.lowering() } -> std::same_as<Lowering>;           // what compilers may take it for
};

template <LinearRule Rule>
class LinearOp final : public Op {
 public:
  explicit LinearOp(Rule rule) : rule_(std::move(rule)) {}
  std::string_view name() const override { return Rule::name; }
  void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const override {
    rule_.apply(backend, inputs[0], outputs[0]);
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> tangents) const override {
    return {make(std::make_shared<LinearOp>(rule_), {tangents[0]}, {node.outputs[0].shape(), node.outputs[0].dtype()})};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> cotangents, const std::vector<bool>&) const override {
    return {rule_.adjoint(cotangents[0], aval(node.inputs[0]))};
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>&, std::int64_t) const override {
    return {rule_.batched(inputs[0])};
  }

  Lowering lowering() const override { return rule_.lowering(); }
  bool same_as(const Op& other) const override {
    const auto* same = dynamic_cast<const LinearOp*>(&other);
    return same && same->rule_ == rule_;
  }

 private:
  Rule rule_;
};

template <LinearRule Rule>
Tensor linear(Rule rule, const Tensor& x) {
  const Aval out = rule.output(aval(x));
  return make(std::make_shared<LinearOp<Rule>>(std::move(rule)), {x}, out);
}

}  // namespace terrella::graph
