#include "core/graph/subgraph.h"

#include <unordered_map>

#include "core/graph/node_map.h"
#include "core/graph/prepared.h"
#include "core/graph/trace.h"
#include "core/graph/walk.h"

namespace terrella::graph {

Subgraph capture(const std::function<Tensors(const Tensors&)>& f, const Tensors& arguments, Numbers numbers) {
  Subgraph s;
  const Trace trace;
  for (const Tensor& x : arguments) {
    s.placeholders.push_back(trace.watch(placeholder(aval(x))));
    s.placeholders.back().node()->weak = numbers == Numbers::weak && x.node()->weak;
  }
  s.outputs = f(s.placeholders);
  s.order = between(trace, s.placeholders, s.outputs);
  NodeMap inside;
  for (const Tensor& p : s.placeholders) inside.insert(p.node());
  for (const Tensor& n : s.order) inside.insert(n.node());
  const auto note = [&](const Tensor& x) {
    // What a live transform follows, or an outer placeholder, must stay visible to it.
    if (inside.contains(x.node())) return;
    if (!x.node()->symbolic && !followed(*x.node())) return;
    inside.insert(x.node());
    s.captured.push_back(x);
  };
  for (const Tensor& n : s.order)
    for (const Tensor& input : inputs_of(n)) note(input);
  for (const Tensor& y : s.outputs) note(y);
  s.prepared = make_prepared();
  return s;
}

Tensors play(const Subgraph& s, const Tensors& inputs) {
  std::unordered_map<const Node*, Tensor> now;
  for (std::size_t i = 0; i < s.placeholders.size(); ++i) now[s.placeholders[i].node()] = inputs[i];
  for (std::size_t i = 0; i < s.captured.size(); ++i) now[s.captured[i].node()] = inputs[s.placeholders.size() + i];
  const auto current = [&](const Tensor& x) {
    const auto found = now.find(x.node());
    return found == now.end() ? x : found->second;
  };
  for (const Tensor& n : s.order) {
    Tensors in;
    for (const Tensor& input : inputs_of(n)) in.push_back(current(input));
    now[n.node()] = n.node()->projection >= 0 ? project(in[0], n.node()->projection) : again(n, std::move(in));
  }
  Tensors outputs;
  for (const Tensor& y : s.outputs) outputs.push_back(current(y));
  return outputs;
}

}  // namespace terrella::graph
