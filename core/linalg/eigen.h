// core/linalg/eigen.h: what decompositions into eigenvalues and eigenvectors share. For the files beside it.
#pragma once
#include "core/linalg/dense.h"

namespace terrella::linalg {

/// Outputs: eigenvalues, and eigenvectors where wanted. The two operations of a kind have static storage.
class EigenOp : public graph::Op {
 public:
  explicit EigenOp(bool vectors) : vectors_(vectors) {}

  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const final {
    return transposed([&](const Tensors& t) { return jvp(node, t); }, {node.inputs[0]}, g);
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const final { return apply(x[0]); }

  Tensors apply(const Tensor& a) const {
    Shape values = a.shape();
    values.erase(values.rank() - 1);
    std::vector<graph::Aval> out = {{values, dtype_of_values(a.dtype())}};
    if (vectors_) out.push_back(graph::aval(a));
    return graph::make_tuple(graph::unowned(*this), {a}, out);
  }

 protected:
  virtual DType dtype_of_values(DType matrix) const = 0;
  /// Eigenvalues and eigenvectors for a rule; `with_vectors` is the operation of this kind that gives both.
  Tensors both(const graph::RuleContext& node, const EigenOp& with_vectors) const {
    return vectors_ ? Tensors{node.outputs[0], node.outputs[1]} : with_vectors.apply(node.inputs[0]);
  }

  const bool vectors_;
};

}  // namespace terrella::linalg
