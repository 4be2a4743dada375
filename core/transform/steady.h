// core/transform/steady.h: the body of a loop, a subgraph whose first results are its first inputs of the next round.
#pragma once
#include <memory>

#include "core/transform/parts.h"

namespace terrella::detail {

/// Catches body(carry.., others..) -> (carry.., more..). A number among the carries takes the dtype that the body gives
/// it; anything else that changes fails, naming `operation`. The inputs are changed accordingly.
graph::Subgraph steady(const char* operation, const Function& body, Tensors& carry, const Tensors& others);

/// Marks the carries among the inputs that come to depend, in whatever round, on what is marked. Returns which results
/// do. With `derivatives`, through floating numbers only.
Which settle(const graph::Subgraph& body, Which& inputs, std::size_t carries, bool derivatives);

/// The body over a batch of those inputs that are marked (settled). Its results have the batch, but for carries that
/// are not marked.
Tensors over_batch(const std::shared_ptr<const graph::Subgraph>& body, const Which& batched, std::size_t carries,
                   const Tensors& inputs);

}  // namespace terrella::detail
