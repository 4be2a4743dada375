// core/implicit/implicit_op.h: the solution of an equation as a node. For the files beside it.
#pragma once
#include <memory>
#include <span>

#include "core/implicit.h"
#include "core/transform/parts.h"

namespace terrella::implicit {

struct Iterated {
  Array x;
  std::int64_t iterations;
  double residual;
};

/// An equation for x that depends on parameters.
struct Equation {
  virtual ~Equation() = default;
  virtual std::string_view name() const = 0;
  /// Solves it with numbers, row-major; `which` is what messages add to the name.
  virtual Iterated iterate(const Array& start, std::span<const Array> parameters, const std::string& which) const = 0;
  /// The tangent of the solution x along tangents of those parameters that move.
  virtual Tensor tangent(const Tensor& x, const Tensors& parameters, const detail::Which& moves,
                         const Tensors& tangents) const = 0;
};

ImplicitResult solved(std::shared_ptr<const Equation> equation, const Tensor& start, const Tensors& parameters);

/// Of the start, floating; of `tolerance` if there is none.
Tensor floating(const Tensor& start);
double tolerance_of(const char* operation, const std::optional<double>& tolerance, DType dtype);
/// Fails where a function changes shape or dtype.
void require_same(const char* operation, const char* what, const Tensor& y, const Tensor& x);

/// The result of a subgraph of one output for row-major numbers.
Array value_of(const graph::Subgraph& s, const Array& x, std::span<const Array> parameters);
/// Arguments of a subgraph: x, then parameters.
Tensors joined(const Tensors& first, const Tensors& parameters);

}  // namespace terrella::implicit
