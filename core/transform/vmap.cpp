// vmap: traces the function once with placeholders of one element, then rebuilds its graph by the vmap rule of each
// node.
#include <unordered_map>

#include "core/error.h"
#include "core/graph/walk.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

using graph::Node;

/// Batched values of nodes, the batch on the first axis; one a node or one an output of a tuple.
using Batched = std::unordered_map<const Node*, Tensors>;

void run_rule(const Tensor& x, Batched& batched, std::int64_t size) {
  const Tensors inputs = graph::inputs_of(x);
  if (x.node()->projection >= 0) {
    const Tensor y = batched.at(inputs[0].node())[static_cast<std::size_t>(x.node()->projection)];
    batched[x.node()] = {y};
    return;
  }
  Tensors now;
  std::vector<bool> flags;
  for (const Tensor& input : inputs) {
    const auto found = batched.find(input.node());
    flags.push_back(found != batched.end());
    now.push_back(flags.back() ? found->second[0] : input);
  }
  const graph::OriginScope same(x.node()->origin);
  batched[x.node()] = graph::op_of(x)->vmap(now, flags, size);
}

}  // namespace

std::function<Tensors(const Tensors&)> vmap_of(const Function& f, std::vector<std::optional<int>> in_axes,
                                               int out_axis) {
  return [f, in_axes, out_axis](const Tensors& x) {
    if (in_axes.size() != x.size()) fail("vmap: ", in_axes.size(), " in_axes for ", x.size(), " arguments");
    std::int64_t size = -1;
    const graph::Trace trace;
    Tensors arguments, sources;
    Batched batched;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!in_axes[i]) {
        arguments.push_back(x[i]);
        continue;
      }
      const Tensor front = move_axis(x[i], normal_axis("vmap", *in_axes[i], x[i].rank()), 0);
      if (size >= 0 && front.shape()[0] != size)
        fail("vmap: argument ", i, " of shape ", x[i].shape(), " has ", front.shape()[0],
             " elements along its mapped axis, others have ", size);
      size = front.shape()[0];
      Shape one = front.shape();
      one.erase(0);
      const Tensor source = trace.watch(graph::placeholder({one, front.dtype()}));
      arguments.push_back(source);
      sources.push_back(source);
      batched[source.node()] = {front};
    }
    if (size < 0) fail("vmap: no argument has a mapped axis");
    const Tensors outputs = f(arguments);
    for (const Tensor& node : graph::between(trace, sources, outputs)) run_rule(node, batched, size);
    Tensors results;
    for (const Tensor& y : outputs) {
      const auto found = batched.find(y.node());
      Shape shape = y.shape();
      shape.insert(0, size);
      const Tensor all = found == batched.end() ? broadcast_to(y, shape) : found->second[0];
      results.push_back(move_axis(all, 0, normal_axis("vmap", out_axis, all.rank())));
    }
    return results;
  };
}

}  // namespace terrella
