#include "core/graph/walk.h"

#include "core/graph/node_set.h"

namespace terrella::graph {

Tensors inputs_of(const Tensor& node) {
  const NodeLock lock(*node.node());
  return node.node()->inputs;
}

OpPointer op_of(const Tensor& node) {
  const NodeLock lock(*node.node());
  return node.node()->op;
}

std::vector<Tensor> between(const Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs) {
  NodeSet reaching;  // nodes known to depend on a source
  for (const Tensor& source : sources) reaching.insert(source.node());
  struct Visit {
    Tensor node;
    Tensors inputs;
    std::size_t next = 0;
  };
  std::vector<Tensor> order;
  std::vector<Visit> stack;
  NodeSet seen;
  const auto visit = [&](const Tensor& x) {
    const Node& node = *x.node();
    if (!trace.marks(x) || reaching.contains(&node) || !seen.insert(&node)) return;
    stack.push_back({x, inputs_of(x), 0});
  };
  for (const Tensor& output : outputs) {
    visit(output);
    while (!stack.empty()) {
      Visit& top = stack.back();
      if (top.next < top.inputs.size()) {
        const Tensor input = top.inputs[top.next++];
        visit(input);
        continue;
      }
      bool reaches = false;
      for (const Tensor& input : top.inputs) reaches |= reaching.contains(input.node());
      if (reaches) {
        reaching.insert(top.node.node());
        order.push_back(std::move(top.node));
      }
      stack.pop_back();
    }
  }
  return order;
}

}  // namespace terrella::graph
