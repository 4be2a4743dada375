#include "core/jit/followed_op.h"

#include "core/debug.h"
#include "core/graph/node.h"
#include "core/graph/origin.h"

namespace terrella::compiler {

struct Kept {
  /// Of the function, for the pullback that came first. False where the function has been evaluated without.
  bool serves(const std::shared_ptr<const Split>& wanted) {
    const std::lock_guard lock(mutex_);
    if (!begun_ && !split_) split_ = wanted;
    return split_ == wanted;
  }
  /// None: nobody has asked for a pullback, and who asks from now on gets none of this.
  std::shared_ptr<const Split> begin() {
    const std::lock_guard lock(mutex_);
    begun_ = true;
    return split_;
  }
  std::vector<Array> arrays;  ///< written by the function, which its pullbacks wait for

 private:
  std::mutex mutex_;
  bool begun_ = false;
  std::shared_ptr<const Split> split_;
};

namespace {

/// Which pullback of a function, for arguments and cotangents like these.
struct Which {
  std::shared_ptr<const CompiledOp> function;
  Tensors like;
  std::vector<bool> given, needed;
  /// As a function that needs nothing kept.
  std::shared_ptr<const CompiledOp> alone() const { return function->pullback(like, given, needed); }
};

/// Of a result of the function, for whose evaluation it waits, and then of the inputs and cotangents. The result is no
/// argument otherwise; derivatives see a function of the others.
class Pullback : public graph::Op {
 public:
  explicit Pullback(Which which) : which_(std::move(which)), alone_(which_.alone()) {}
  std::string_view name() const override { return "jit"; }
  void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const override {
    alone_->evaluate(backend, inputs.subspan(1), outputs);
  }
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> tangents) const override {
    return alone()->jvp({node.inputs.subspan(1), node.outputs}, tangents.subspan(1));
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> cotangents,
              const std::vector<bool>& needed) const override {
    Tensors parts =
        alone()->vjp({node.inputs.subspan(1), node.outputs}, cotangents, {needed.begin() + 1, needed.end()});
    parts.insert(parts.begin(), Tensor::none());
    return parts;
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const override {
    return alone()->vmap(inputs.subspan(1), {batched.begin() + 1, batched.end()}, size);
  }

 protected:
  Pullback(Which which, std::nullptr_t) : which_(std::move(which)) {}
  const Which which_;

 private:
  std::shared_ptr<const CompiledOp> alone() const { return alone_ ? alone_ : which_.alone(); }
  std::shared_ptr<const CompiledOp> alone_;
};

/// The same of what the function has kept.
class PullbackOfKept final : public Pullback {
 public:
  PullbackOfKept(Which which, std::shared_ptr<const Split> split, std::shared_ptr<const Kept> kept)
      : Pullback(std::move(which), nullptr), split_(std::move(split)), kept_(std::move(kept)) {}
  void evaluate(Backend&, std::span<const Array> inputs, std::span<Array> outputs) const override {
    std::vector<Array> all = kept_->arrays;
    all.insert(all.end(), inputs.begin() + 1, inputs.end());
    std::vector<Array> results = split_->backward(std::move(all));
    std::move(results.begin(), results.end(), outputs.begin());
  }
  graph::OpPointer for_another_node() const override { return std::make_shared<const Pullback>(which_); }

 private:
  std::shared_ptr<const Split> split_;
  std::shared_ptr<const Kept> kept_;
};

}  // namespace

FollowedOp::FollowedOp(std::shared_ptr<const CompiledOp> function)
    : function_(std::move(function)), kept_(std::make_shared<Kept>()) {}

void FollowedOp::evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const {
  const std::shared_ptr<const Split> split = kept_->begin();
  if (!split) return function_->evaluate(backend, inputs, outputs);
  std::vector<Array> all = split->forward({inputs.begin(), inputs.end()});
  const auto first_kept = all.begin() + static_cast<std::ptrdiff_t>(outputs.size());
  kept_->arrays.assign(std::make_move_iterator(first_kept), std::make_move_iterator(all.end()));
  std::move(all.begin(), first_kept, outputs.begin());
}

Tensors FollowedOp::vjp(const graph::RuleContext& node, std::span<const Tensor> cotangents,
                        const std::vector<bool>& needed) const {
  if (graph::debugging(Debug::nan)) return function_->vjp(node, cotangents, needed);
  Tensors inputs = with_derivatives(node.inputs, cotangents);
  Which which{function_, inputs, defined(cotangents), needed};
  const std::shared_ptr<const Split> split = function_->split(inputs, which.given, needed);
  if (!kept_->serves(split)) return function_->vjp(node, cotangents, needed);
  inputs.insert(inputs.begin(), node.outputs[0]);
  const auto op = std::make_shared<const PullbackOfKept>(std::move(which), split, kept_);
  return spread(results_of(op, std::move(inputs), split->parts()), 0, needed);
}

}  // namespace terrella::compiler
