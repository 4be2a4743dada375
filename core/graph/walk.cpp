#include "core/graph/walk.h"

#include <algorithm>

#include "core/graph/post_order.h"

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
  NodeMap numbers;
  return between(trace, sources, outputs, numbers);
}

std::vector<Tensor> between(const Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                            NodeMap& reaching) {  // nodes known to depend on a source
  const auto number = [&](std::size_t n) { return static_cast<std::uint32_t>(n); };
  for (std::size_t i = 0; i < sources.size(); ++i) reaching.insert(sources[i].node(), number(i));
  std::vector<Tensor> order;
  post_order(
      outputs, [&](const Node& node) { return trace.marks(node) && !reaching.contains(&node); },
      [&](Tensor x) {
        {
          const NodeLock lock(*x.node());
          const Tensors& inputs = x.node()->inputs;
          if (std::none_of(inputs.begin(), inputs.end(),
                           [&](const Tensor& in) { return reaching.contains(in.node()); }))
            return;
        }
        reaching.insert(x.node(), number(sources.size() + order.size()));
        order.push_back(std::move(x));
      });
  return order;
}

}  // namespace terrella::graph
