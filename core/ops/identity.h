// core/ops/identity.h: the same values as another node of the graph.
#pragma once
#include "core/tensor.h"

namespace terrella {

/// x itself, as a node of its own that shares x's memory.
Tensor identity(const Tensor& x);

/// x, through which no derivative flows.
Tensor stop_gradient(const Tensor& x);

}  // namespace terrella
