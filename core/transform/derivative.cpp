// vjp and jvp, and how they walk the graph.
#include <algorithm>
#include <iterator>
#include <memory>

#include "core/error.h"
#include "core/graph/node_map.h"
#include "core/graph/trace.h"
#include "core/graph/walk.h"
#include "core/ops.h"
#include "core/transform.h"
#include "core/transform/pullback.h"

namespace terrella {

void detail::check_count(std::size_t expected, std::size_t given) {
  if (expected != given) fail("function: takes ", expected, " tensors, called with ", given);
}

namespace {

Tensor accumulated(const Tensor& a, const Tensor& b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

/// Nodes between sources and outputs, and a derivative for each of their outputs. What a live trace follows keeps its
/// inputs and operation, so that they are read without a lock.
class Stretch {
 public:
  Stretch(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs)
      : order(graph::between(trace, sources, outputs)) {
    first_.reserve(sources.size() + order.size());
    derivatives_.reserve(sources.size() + order.size());
    for (const Tensor& source : sources) number(source);
    for (const Tensor& node : order) number(node);
  }

  /// Whether a derivative of the node can be asked for.
  bool involves(const Tensor& node) const { return first_.contains(node.node()); }
  /// Derivatives of a node's outputs; none() at first.
  std::span<Tensor> of(const Tensor& node) { return {derivatives_.data() + first_.find(node.node()), count(node)}; }

  const std::vector<Tensor> order;  ///< inputs first, without the sources

 private:
  static std::size_t count(const Tensor& node) { return node.node()->tuple ? node.node()->tuple->avals.size() : 1; }
  void number(const Tensor& node) {
    if (first_.insert(node.node(), static_cast<std::uint32_t>(derivatives_.size())))
      derivatives_.resize(derivatives_.size() + count(node), Tensor::none());
  }
  graph::NodeMap first_;  // where a node's derivatives begin
  std::vector<Tensor> derivatives_;
};

/// Outputs of a node as tensors; a tuple's are its projections, kept in `storage`.
std::span<const Tensor> outputs_of(const Tensor& node, Tensors& storage) {
  if (!node.node()->tuple) return {&node, 1};
  storage.clear();
  for (std::size_t k = 0; k < node.node()->tuple->avals.size(); ++k)
    storage.push_back(graph::project(node, static_cast<int>(k)));
  return storage;
}

void add_to(Tensor& slot, const Tensor& part) { slot = accumulated(slot, part); }

bool any_defined(std::span<const Tensor> tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& t) { return t.defined(); });
}

}  // namespace

Tensors pull_back(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                  std::span<const Tensor> cotangents) {
  const graph::Trace::Pause pause(trace);
  Stretch stretch(trace, sources, outputs);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (cotangents[i].defined() && stretch.involves(outputs[i])) add_to(stretch.of(outputs[i])[0], cotangents[i]);
  std::vector<bool> needed;
  Tensors g, projections;
  for (std::size_t k = stretch.order.size(); k-- > 0;) {
    const Tensor& x = stretch.order[k];
    const std::span<Tensor> mine = stretch.of(x);
    if (!any_defined(mine)) continue;
    g.assign(std::make_move_iterator(mine.begin()), std::make_move_iterator(mine.end()));
    const Tensors& inputs = x.node()->inputs;
    if (x.node()->projection >= 0) {
      add_to(stretch.of(inputs[0])[static_cast<std::size_t>(x.node()->projection)], g[0]);
      continue;
    }
    needed.assign(inputs.size(), false);
    bool any = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      needed[i] = is_floating(inputs[i].dtype()) && stretch.involves(inputs[i]);
      any = any || needed[i];
    }
    if (!any) continue;
    const graph::OriginScope same(x.node()->origin);
    const Tensors parts = x.node()->op->vjp({inputs, outputs_of(x, projections)}, g, needed);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (needed[i] && parts[i].defined()) add_to(stretch.of(inputs[i])[0], parts[i]);
  }
  Tensors result;
  for (const Tensor& s : sources) result.push_back(stretch.of(s)[0]);
  return result;
}

Tensors push_forward(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                     std::span<const Tensor> tangents) {
  const graph::Trace::Pause pause(trace);
  Stretch stretch(trace, sources, outputs);
  for (std::size_t i = 0; i < sources.size(); ++i) stretch.of(sources[i])[0] = tangents[i];
  Tensors t, projections;
  for (const Tensor& x : stretch.order) {
    const Tensors& inputs = x.node()->inputs;
    if (x.node()->projection >= 0) {
      stretch.of(x)[0] = stretch.of(inputs[0])[static_cast<std::size_t>(x.node()->projection)];
      continue;
    }
    t.clear();
    for (const Tensor& input : inputs)
      t.push_back(stretch.involves(input) && is_floating(input.dtype()) ? stretch.of(input)[0] : Tensor::none());
    if (!any_defined(t)) continue;
    const graph::OriginScope same(x.node()->origin);
    const std::span<const Tensor> outs = outputs_of(x, projections);
    Tensors pushed = x.node()->op->jvp({inputs, outs}, t);
    for (std::size_t i = 0; i < outs.size(); ++i)
      if (is_floating(outs[i].dtype())) stretch.of(x)[i] = std::move(pushed[i]);
  }
  Tensors result;
  for (const Tensor& y : outputs) result.push_back(stretch.involves(y) ? stretch.of(y)[0] : Tensor::none());
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

}  // namespace

Tensor detail::like(const char* operation, const char* what, const Tensor& given, const Tensor& wanted, std::size_t i) {
  const Tensor t = given.node()->weak || promote(given.dtype(), wanted.dtype()) == wanted.dtype()
                       ? cast(given, wanted.dtype())
                       : given;
  if (!(t.shape() == wanted.shape()) || t.dtype() != wanted.dtype())
    fail(operation, ": ", what, ' ', i, " is ", name(given.dtype()), ' ', given.shape(), ", but must be ",
         name(wanted.dtype()), ' ', wanted.shape(), " like what it belongs to");
  return t;
}

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
            if (cotangents.size() != value.size())
              fail("vjp: ", cotangents.size(), " cotangents for ", value.size(), " results");
            Tensors g;
            for (std::size_t i = 0; i < value.size(); ++i)
              g.push_back(cotangents[i].defined() ? detail::like("vjp", "cotangent", cotangents[i], value[i], i)
                                                  : cotangents[i]);
            return zeros_where_none(pull_back(*record->trace, record->sources, value, g), record->sources);
          }};
}

Jvp jvp(const Function& f, const Tensors& x, const Tensors& tangents) {
  if (tangents.size() != x.size()) fail("jvp: ", tangents.size(), " tangents for ", x.size(), " arguments");
  Tensors t;
  for (std::size_t i = 0; i < x.size(); ++i)
    t.push_back(tangents[i].defined() ? detail::like("jvp", "tangent", tangents[i], x[i], i) : tangents[i]);
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
