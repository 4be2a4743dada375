#include "core/transform/steady.h"

#include "core/error.h"
#include "core/ops.h"

namespace terrella::detail {

graph::Subgraph steady(const char* operation, const Function& body, Tensors& carry, const Tensors& others) {
  for (bool again = false;; again = true) {
    Tensors arguments = carry;
    arguments.insert(arguments.end(), others.begin(), others.end());
    graph::Subgraph s = graph::capture(body, arguments);
    if (s.outputs.size() < carry.size())
      fail(operation, ": the body returns ", s.outputs.size(), " tensors where the carry has ", carry.size());
    bool changed = false;
    for (std::size_t i = 0; i < carry.size(); ++i) {
      Tensor& next = s.outputs[i];
      if (next.node()->weak) next = cast(next, carry[i].node()->weak ? next.dtype() : common_dtype(carry[i], next));
      if (graph::aval(carry[i]) == graph::aval(next)) continue;
      if (!again && carry[i].node()->weak && carry[i].shape() == next.shape()) {
        carry[i] = cast(carry[i], next.dtype());
        changed = true;
        continue;
      }
      fail(operation, ": the body turns carry ", i, " from ", name(carry[i].dtype()), ' ', carry[i].shape(), " into ",
           name(next.dtype()), ' ', next.shape(),
           "; shapes and dtypes must stay: use cast() or broadcast_to() on the initial carry");
    }
    if (!changed) return s;
  }
}

Which settle(const graph::Subgraph& body, Which& inputs, std::size_t carries, bool derivatives) {
  for (;;) {
    const Which outputs = reached(body, inputs, derivatives);
    bool grown = false;
    for (std::size_t i = 0; i < carries; ++i) {
      grown = grown || (outputs[i] && !inputs[i]);
      inputs[i] = inputs[i] || outputs[i];
    }
    if (!grown) return outputs;
  }
}

Tensors over_batch(const std::shared_ptr<const graph::Subgraph>& body, const Which& batched, std::size_t carries,
                   const Tensors& inputs) {
  if (!any(batched)) return graph::play(*body, inputs);
  Tensors y = vmap_of(playing(body), first_axes(batched))(inputs);
  for (std::size_t i = 0; i < carries; ++i)
    if (!batched[i]) y[i] = y[i][0];  // of what vmap repeated
  return y;
}

}  // namespace terrella::detail
