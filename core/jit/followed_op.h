// core/jit/followed_op.h: a compiled function where a live transform follows its arguments: one node's own operation.
#pragma once
#include "core/jit/compiled_op.h"

namespace terrella::compiler {

/// What the function computed and its pullback reads.
struct Kept;

/// Asked for a pullback before it is evaluated, it keeps what that reads, so that nothing is computed twice. Asked
/// later, or looking for NaN, the pullback computes the function again.
class FollowedOp final : public graph::Op {
 public:
  explicit FollowedOp(std::shared_ptr<const CompiledOp> function);
  std::string_view name() const override { return function_->name(); }
  void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const override;
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> tangents) const override {
    return function_->jvp(node, tangents);
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> cotangents,
              const std::vector<bool>& needed) const override;
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const override {
    return function_->vmap(inputs, batched, size);
  }
  graph::OpPointer for_another_node() const override { return function_; }

 private:
  std::shared_ptr<const CompiledOp> function_;
  std::shared_ptr<Kept> kept_;
};

}  // namespace terrella::compiler
