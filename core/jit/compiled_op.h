// core/jit/compiled_op.h: a compiled function as one operation of the graph. Its derivatives and batches are compiled
// functions too, made when they are first asked for and kept.
#pragma once
#include <map>
#include <mutex>

#include "core/graph/subgraph.h"
#include "core/jit/executable.h"
#include "core/jit/split.h"

namespace terrella::compiler {

class CompiledOp final : public graph::Op {
 public:
  explicit CompiledOp(graph::Subgraph inside);
  std::string_view name() const override { return "jit"; }
  void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const override;
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> tangents) const override;
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> cotangents,
              const std::vector<bool>& needed) const override;
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const override;

  using Compiled = std::shared_ptr<const CompiledOp>;
  /// The pullback as a compiled function of all inputs and the given cotangents, to the needed inputs; it computes the
  /// function again.
  Compiled pullback(const Tensors& like, const std::vector<bool>& given, const std::vector<bool>& needed) const;
  /// Function and pullback in one, cut where the cotangents come in.
  std::shared_ptr<const Split> split(const Tensors& like, const std::vector<bool>& given,
                                     const std::vector<bool>& needed) const;

  const graph::Subgraph& inside() const { return inside_; }
  /// Compiles when first called.
  const Executable& executable() const;
  double compile_seconds() const { return seconds_; }

 private:
  Compiled derived(const std::string& what, const std::function<Tensors(const Tensors&)>& f, const Tensors& like) const;

  graph::Subgraph inside_;
  mutable std::once_flag once_;
  mutable std::shared_ptr<const Executable> executable_;
  mutable double seconds_ = 0;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Compiled> derived_;
  mutable std::map<std::string, std::shared_ptr<const Split>> splits_;
};

/// Inputs, and behind them the derivatives that are not none(): what a derived function is called with.
Tensors with_derivatives(std::span<const Tensor> inputs, std::span<const Tensor> derivatives);
/// Those of `given`, from `first` on, in the places where `which` is true; none() elsewhere.
Tensors spread(const Tensors& given, std::size_t first, const std::vector<bool>& which);
std::vector<bool> defined(std::span<const Tensor> tensors);
/// The results of a node of this operation, alike in shape, dtype and weakness with `like`.
Tensors results_of(const graph::OpPointer& op, Tensors inputs, const Tensors& like);

/// The results as one node; inputs are arguments and then what was captured. Inside a function that is being compiled
/// itself, the graph of the results instead, so that it fuses with its surroundings. Where inputs are donated, no
/// transform follows any and nobody looks for NaN, it runs at once and may write over the donated ones.
Tensors call(const std::shared_ptr<const CompiledOp>& op, Tensors inputs, std::span<const std::size_t> donated = {});

/// Captures f for compilation: while it lives, compiled functions that f calls become part of it.
graph::Subgraph trace(const std::function<Tensors(const Tensors&)>& f, const Tensors& arguments);

}  // namespace terrella::compiler
