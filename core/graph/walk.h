// core/graph/walk.h: nodes between tensors, in the order of computation.
#pragma once
#include <span>
#include <vector>

#include "core/graph/node.h"
#include "core/graph/node_map.h"
#include "core/graph/trace.h"

namespace terrella::graph {

/// Nodes that lie on a path from a source, watched by the trace, to an output; inputs before users. Sources are not
/// included. Tuples come before their projections. Never recursive: chains may be millions long.
std::vector<Tensor> between(const Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs);
/// The same; `numbers`, empty before, then has the sources from 0 on, and behind them the nodes in order.
std::vector<Tensor> between(const Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                            NodeMap& numbers);

/// Inputs of a node, whatever another thread does to it meanwhile.
Tensors inputs_of(const Tensor& node);
/// Its operation, likewise.
OpPointer op_of(const Tensor& node);

}  // namespace terrella::graph
