// core/graph/op.h: what an operation must tell the graph. Three kinds implement it:
//   elementwise  one line in core/ops/elementwise.def
//   linear       apply + adjoint (core/graph/linear.h)
//   general      this class: evaluate, jvp, vjp, vmap side by side in one file
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/array.h"
#include "core/graph/lowering.h"
#include "core/tensor.h"

namespace terrella {
class Backend;
}

namespace terrella::graph {

/// Shape and dtype of an output that is not computed yet.
struct Aval {
  Shape shape;
  DType dtype = DType::f64;
  bool operator==(const Aval&) const = default;
};

inline Aval aval(const Tensor& x) { return {x.shape(), x.dtype()}; }

/// What a derivative rule sees of a node. Rules build graph, they do not compute.
struct RuleContext {
  std::span<const Tensor> inputs;
  std::span<const Tensor> outputs;
};

/// What a Taylor rule sees: values and derivatives of x(t) with respect to t at 0, Tensor::none() for zero.
struct TaylorContext {
  std::span<const Tensors> inputs;  ///< of each input, orders 0 ... order
  const Tensors& output;            ///< orders 0 ... order - 1
  std::size_t order;                ///< to be found; at least 1
  bool same;                        ///< all inputs are one series
};

class Op {
 public:
  Op() = default;
  Op(const Op&) = delete;
  Op& operator=(const Op&) = delete;
  virtual ~Op() = default;
  virtual std::string_view name() const = 0;

  /// Fills `outputs`, whose shape and dtype are set: allocates their buffers or makes them views of an input.
  virtual void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const = 0;

  /// Tangents of the outputs from those of the inputs; Tensor::none() stands for a zero tangent, in and out.
  virtual Tensors jvp(const RuleContext& node, std::span<const Tensor> tangents) const = 0;

  /// Cotangents of the inputs, for Re<a,b> = Re sum conj(a) b. `cotangents` of outputs may be none() (zero), not all of
  /// them. Only inputs with needed[i] are asked for; the rest may be none().
  virtual Tensors vjp(const RuleContext& node, std::span<const Tensor> cotangents,
                      const std::vector<bool>& needed) const = 0;

  /// The operation over a batch: inputs with batched[i] have an additional first axis of `size`; every output that is
  /// returned must have it.
  virtual Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const = 0;

  /// The next derivative of the only output, where the operation has a rule of its own; jet() derives it from jvp()
  /// otherwise, which costs more for products and quotients only.
  virtual std::optional<Tensor> taylor(const TaylorContext&) const { return std::nullopt; }

  /// Whether evaluate() may write its result over an input buffer that nobody else holds.
  virtual bool in_place() const { return false; }

  /// What compilers may take it for.
  virtual Lowering lowering() const { return {}; }

  /// What another node that repeats this one is given, where the operation belongs to its node; none: itself.
  virtual std::shared_ptr<const Op> for_another_node() const { return nullptr; }

  /// Whether the other computes the same of the same inputs. Without an answer of its own only itself does.
  virtual bool same_as(const Op& other) const { return this == &other; }
};

using OpPointer = std::shared_ptr<const Op>;

/// A pointer to an operation of static storage.
inline OpPointer unowned(const Op& op) { return {OpPointer(), &op}; }

/// A node of one output. `op` is shared, or a static one wrapped by unowned().
Tensor make(const OpPointer& op, Tensors inputs, const Aval& output);
/// A node of several outputs.
Tensors make_tuple(const OpPointer& op, Tensors inputs, const std::vector<Aval>& outputs);

}  // namespace terrella::graph
