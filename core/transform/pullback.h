// core/transform/pullback.h: derivatives through a stretch of graph. For the transforms.
#pragma once
#include <span>

#include "core/graph/trace.h"

namespace terrella {

/// Cotangents of `sources`, watched by the trace, from those of `outputs` (none() for zero), by the rules of the nodes
/// between them. none() where nothing flows.
Tensors pull_back(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                  std::span<const Tensor> cotangents);

/// Tangents of `outputs` from those of `sources`.
Tensors push_forward(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                     std::span<const Tensor> tangents);

namespace detail {
/// A derivative as given by a user: of the shape and dtype of what it belongs to, but for weak scalars' dtype.
Tensor like(const char* operation, const char* what, const Tensor& given, const Tensor& wanted, std::size_t i);
}  // namespace detail

}  // namespace terrella
