// vjp and jvp, and how they walk the graph.
#include <memory>
#include <unordered_map>

#include "core/error.h"
#include "core/graph/node_set.h"
#include "core/graph/trace.h"
#include "core/graph/walk.h"
#include "core/ops.h"
#include "core/transform.h"
#include "core/transform/pullback.h"

namespace terrella {

using graph::Node;

void detail::check_count(std::size_t expected, std::size_t given) {
  if (expected != given) fail("function: takes ", expected, " tensors, called with ", given);
}

namespace {

Tensor accumulated(const Tensor& a, const Tensor& b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

/// Outputs of a node as tensors; a tuple's are its projections.
Tensors outputs_of(const Tensor& node) {
  if (!node.node()->tuple) return {node};
  Tensors outputs;
  for (std::size_t k = 0; k < node.node()->tuple->avals.size(); ++k) outputs.push_back(graph::project(node, static_cast<int>(k)));
  return outputs;
}

/// Derivatives of nodes by address: one a node, or one an output of a tuple.
class Derivatives {
 public:
  Tensors& of(const Tensor& node) {
    Tensors& slot = map_[node.node()];
    if (slot.empty()) slot.assign(node.node()->tuple ? node.node()->tuple->avals.size() : 1, Tensor::none());
    return slot;
  }
  bool has(const Tensor& node) const { return map_.contains(node.node()); }
  Tensors take(const Tensor& node) { return std::move(map_.extract(node.node()).mapped()); }

 private:
  std::unordered_map<const Node*, Tensors> map_;
};

void add_to(Tensor& slot, const Tensor& part) { slot = accumulated(slot, part); }

}  // namespace

Tensors pull_back(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                  std::span<const Tensor> cotangents) {
  const graph::Trace::Pause pause(trace);
  const std::vector<Tensor> order = graph::between(trace, sources, outputs);
  graph::NodeSet involved;
  for (const Tensor& s : sources) involved.insert(s.node());
  for (const Tensor& n : order) involved.insert(n.node());
  Derivatives cotangent;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (cotangents[i].defined() && involved.contains(outputs[i].node())) add_to(cotangent.of(outputs[i])[0], cotangents[i]);
  for (std::size_t k = order.size(); k-- > 0;) {
    const Tensor& x = order[k];
    if (!cotangent.has(x)) continue;
    const Tensors g = cotangent.take(x);
    const Tensors inputs = graph::inputs_of(x);
    if (x.node()->projection >= 0) {
      add_to(cotangent.of(inputs[0])[static_cast<std::size_t>(x.node()->projection)], g[0]);
      continue;
    }
    std::vector<bool> needed(inputs.size());
    bool any = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      needed[i] = is_floating(inputs[i].dtype()) && involved.contains(inputs[i].node());
      any |= needed[i];
    }
    if (!any) continue;
    const graph::OriginScope same(x.node()->origin);
    const Tensors outs = outputs_of(x);
    const Tensors parts = graph::op_of(x)->vjp({inputs, outs}, g, needed);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (needed[i] && parts[i].defined()) add_to(cotangent.of(inputs[i])[0], parts[i]);
  }
  Tensors result;
  for (const Tensor& s : sources) result.push_back(cotangent.has(s) ? cotangent.of(s)[0] : Tensor::none());
  return result;
}

Tensors push_forward(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                     std::span<const Tensor> tangents) {
  const graph::Trace::Pause pause(trace);
  Derivatives tangent;
  for (std::size_t i = 0; i < sources.size(); ++i) tangent.of(sources[i])[0] = tangents[i];
  for (const Tensor& x : graph::between(trace, sources, outputs)) {
    const Tensors inputs = graph::inputs_of(x);
    if (x.node()->projection >= 0) {
      const Tensor t = tangent.of(inputs[0])[static_cast<std::size_t>(x.node()->projection)];
      tangent.of(x)[0] = t;
      continue;
    }
    Tensors t;
    bool any = false;
    for (const Tensor& input : inputs) {
      t.push_back(tangent.has(input) && is_floating(input.dtype()) ? tangent.of(input)[0] : Tensor::none());
      any |= t.back().defined();
    }
    Tensors& mine = tangent.of(x);
    if (!any) continue;
    const graph::OriginScope same(x.node()->origin);
    const Tensors outs = outputs_of(x);
    Tensors pushed = graph::op_of(x)->jvp({inputs, outs}, t);
    for (std::size_t i = 0; i < outs.size(); ++i)
      if (!is_floating(outs[i].dtype())) pushed[i] = Tensor::none();
    mine = std::move(pushed);
  }
  Tensors result;
  for (const Tensor& y : outputs) result.push_back(tangent.has(y) ? tangent.of(y)[0] : Tensor::none());
  return result;
}

namespace {

Tensors watched(const graph::Trace& trace, const Tensors& x) {
  Tensors sources;
  for (const Tensor& t : x) sources.push_back(trace.watch(t));
  return sources;
}

Tensors zeros_where_none(Tensors derivatives, const Tensors& like) {
  for (std::size_t i = 0; i < derivatives.size(); ++i)
    if (!derivatives[i].defined()) derivatives[i] = zeros_like(like[i]);
  return derivatives;
}

/// A derivative as given by a user: of the shape and dtype of what it belongs to, but for weak scalars' dtype.
Tensor like(const char* operation, const char* what, const Tensor& given, const Tensor& wanted, std::size_t i) {
  const Tensor t = given.node()->weak || promote(given.dtype(), wanted.dtype()) == wanted.dtype() ? cast(given, wanted.dtype()) : given;
  if (!(t.shape() == wanted.shape()) || t.dtype() != wanted.dtype())
    fail(operation, ": ", what, ' ', i, " is ", name(given.dtype()), ' ', given.shape(), ", but must be ", name(wanted.dtype()), ' ',
         wanted.shape(), " like what it belongs to");
  return t;
}

}  // namespace

namespace {

/// What a transform had evaluated and kept is let go, where the caller holds on to a result.
void forget_all(const Tensors& results) {
  for (const Tensor& y : results)
    if (y.node()->done()) graph::forget(*y.node());
}

/// What a pullback walks. When it goes, values that live longer forget how they came about.
struct Record {
  std::unique_ptr<graph::Trace> trace = std::make_unique<graph::Trace>();
  Tensors sources, value;
  Record() = default;
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  ~Record() {
    trace.reset();
    forget_all(value);
  }
};

}  // namespace

Vjp vjp(const Function& f, const Tensors& x) {
  const auto record = std::make_shared<Record>();
  record->sources = watched(*record->trace, x);
  record->value = f(record->sources);
  return {record->value, [record](const Tensors& cotangents) {
            const Tensors& value = record->value;
            if (cotangents.size() != value.size()) fail("vjp: ", cotangents.size(), " cotangents for ", value.size(), " results");
            Tensors g;
            for (std::size_t i = 0; i < value.size(); ++i)
              g.push_back(cotangents[i].defined() ? like("vjp", "cotangent", cotangents[i], value[i], i) : cotangents[i]);
            return zeros_where_none(pull_back(*record->trace, record->sources, value, g), record->sources);
          }};
}

Jvp jvp(const Function& f, const Tensors& x, const Tensors& tangents) {
  if (tangents.size() != x.size()) fail("jvp: ", tangents.size(), " tangents for ", x.size(), " arguments");
  Tensors t;
  for (std::size_t i = 0; i < x.size(); ++i)
    t.push_back(tangents[i].defined() ? like("jvp", "tangent", tangents[i], x[i], i) : tangents[i]);
  Jvp result;
  {
    const graph::Trace trace;
    const Tensors sources = watched(trace, x);
    result.value = f(sources);
    result.tangent = zeros_where_none(push_forward(trace, sources, result.value, t), result.value);
  }
  forget_all(result.value);
  return result;
}

}  // namespace terrella
