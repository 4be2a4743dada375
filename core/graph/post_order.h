// core/graph/post_order.h: the one way to walk the graph. Never recursive: chains may be millions of nodes long.
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "core/graph/walk.h"

namespace terrella::graph {

/// Visits what lies below `outputs`, inputs before users. enter(node) says whether to go on below a node, and must say
/// no for one it has seen; leave(node, inputs) is called once for every node entered, and may move from `node`.
template <class Enter, class Leave>
void post_order(std::span<const Tensor> outputs, const Enter& enter, const Leave& leave) {
  struct Visit {
    Tensor node;
    Tensors inputs;
    std::size_t next = 0;
  };
  std::vector<Visit> stack;
  const auto visit = [&](const Tensor& x) {
    if (enter(x)) stack.push_back({x, inputs_of(x), 0});
  };
  for (const Tensor& output : outputs) {
    visit(output);
    while (!stack.empty()) {
      Visit& top = stack.back();
      if (top.next < top.inputs.size()) {
        const Tensor input = top.inputs[top.next++];
        visit(input);
      } else {
        leave(std::move(top.node), top.inputs);
        stack.pop_back();
      }
    }
  }
}

}  // namespace terrella::graph
