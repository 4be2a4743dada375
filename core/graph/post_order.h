// core/graph/post_order.h: the one way to walk the graph. Never recursive: chains may be millions of nodes long.
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "core/graph/node.h"
#include "core/graph/node_map.h"

namespace terrella::graph {

/// Calls leave(Tensor) once for every node at or below `outputs` that wanted(const Node&) accepts, inputs before users;
/// what it refuses is not entered. Inputs that another thread lets go meanwhile were refused or are held.
template <class Wanted, class Leave>
void post_order(std::span<const Tensor> outputs, const Wanted& wanted, const Leave& leave) {
  struct Visit {
    Tensor node;
    bool entered;
  };
  NodeMap seen;
  std::vector<Visit> stack;
  for (const Tensor& output : outputs) {
    if (wanted(*output.node())) stack.push_back({output, false});
    while (!stack.empty()) {
      if (stack.back().entered) {
        leave(std::move(stack.back().node));
        stack.pop_back();
        continue;
      }
      Node& node = *stack.back().node.node();
      if (!seen.insert(&node)) {
        stack.pop_back();
        continue;
      }
      stack.back().entered = true;
      const NodeLock lock(node);
      for (auto input = node.inputs.rbegin(); input != node.inputs.rend(); ++input)
        if (wanted(*input->node()) && !seen.contains(input->node())) stack.push_back({*input, false});
    }
  }
}

}  // namespace terrella::graph
