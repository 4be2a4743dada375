// core/graph/subgraph_op.h: an operation whose value is a subgraph, run without keeping what lies between.
#pragma once
#include "core/graph/subgraph.h"

namespace terrella::graph {

class SubgraphOp : public Op {
 public:
  explicit SubgraphOp(Subgraph inside) : inside_(std::move(inside)) {}
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const final {
    Tensors inputs;
    for (const Array& a : in) inputs.push_back(leaf(a));
    const Tensors y = play(inside_, inputs);
    graph::evaluate(y);
    for (std::size_t i = 0; i < y.size(); ++i) out[i] = y[i].node()->value;
  }

 protected:
  std::vector<Aval> output_avals() const {
    std::vector<Aval> avals;
    for (const Tensor& y : inside_.outputs) avals.push_back(aval(y));
    return avals;
  }
  Subgraph inside_;
};

}  // namespace terrella::graph
