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

/// Nodes between sources and outputs, and a derivative for each of their outputs. What a live trace follows keeps its
/// inputs and operation, so that they are read without a lock.
class Stretch {
 public:
  Stretch(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs)
      : order(graph::between(trace, sources, outputs, numbers_)), sources_(sources.size()) {
    first_.reserve(sources.size() + order.size() + 1);
    std::size_t next = 0;
    const auto place = [&](const Tensor& node) {
      first_.push_back(next);
      next += node.node()->tuple ? node.node()->tuple->avals.size() : 1;
    };
    for (const Tensor& source : sources) place(source);
    for (const Tensor& node : order) place(node);
    first_.push_back(next);
    derivatives_.resize(next, Tensor::none());
  }

  static constexpr std::uint32_t absent = graph::NodeMap::absent;
  /// Number of a node; absent where no derivative of it can be asked for.
  std::uint32_t number(const Tensor& node) const { return numbers_.find(node.node()); }
  /// That of order[k].
  std::uint32_t number(std::size_t k) const { return static_cast<std::uint32_t>(sources_ + k); }
  /// Derivatives of a node's outputs; none() at first.
  std::span<Tensor> of(std::uint32_t number) {
    return {derivatives_.data() + first_[number], first_[number + 1] - first_[number]};
  }

 private:
  graph::NodeMap numbers_;  // before `order`, which fills it

 public:
  const std::vector<Tensor> order;  ///< inputs first, without the sources

 private:
  std::size_t sources_;
  std::vector<std::size_t> first_;  // where a node's derivatives begin
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

void add_to(Tensor& slot, Tensor part) {
  if (part.defined()) slot = slot.defined() ? slot + part : std::move(part);
}

bool any_defined(std::span<const Tensor> tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& t) { return t.defined(); });
}

}  // namespace

Tensors pull_back(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                  std::span<const Tensor> cotangents) {
  const graph::Trace::Pause pause(trace);
  Stretch stretch(trace, sources, outputs);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (const std::uint32_t at = stretch.number(outputs[i]); at != Stretch::absent)
      add_to(stretch.of(at)[0], cotangents[i]);
  std::vector<bool> needed;
  std::vector<std::uint32_t> places;
  Tensors g, projections;
  for (std::size_t k = stretch.order.size(); k-- > 0;) {
    const Tensor& x = stretch.order[k];
    const std::span<Tensor> mine = stretch.of(stretch.number(k));
    if (!any_defined(mine)) continue;
    g.assign(std::make_move_iterator(mine.begin()), std::make_move_iterator(mine.end()));
    const Tensors& inputs = x.node()->inputs;
    if (x.node()->projection >= 0) {
      const auto output = static_cast<std::size_t>(x.node()->projection);
      add_to(stretch.of(stretch.number(inputs[0]))[output], std::move(g[0]));
      continue;
    }
    needed.assign(inputs.size(), false);
    places.resize(inputs.size());
    bool any = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      places[i] = stretch.number(inputs[i]);
      needed[i] = places[i] != Stretch::absent && is_floating(inputs[i].dtype());
      any = any || needed[i];
    }
    if (!any) continue;
    const graph::OriginScope same(x.node()->origin);
    Tensors parts = x.node()->op->vjp({inputs, outputs_of(x, projections)}, g, needed);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (needed[i]) add_to(stretch.of(places[i])[0], std::move(parts[i]));
  }
  Tensors result;
  for (const Tensor& s : sources) result.push_back(stretch.of(stretch.number(s))[0]);
  return result;
}

Tensors push_forward(const graph::Trace& trace, std::span<const Tensor> sources, std::span<const Tensor> outputs,
                     std::span<const Tensor> tangents) {
  const graph::Trace::Pause pause(trace);
  Stretch stretch(trace, sources, outputs);
  for (std::size_t i = 0; i < sources.size(); ++i) stretch.of(stretch.number(sources[i]))[0] = tangents[i];
  Tensors t, projections;
  for (std::size_t k = 0; k < stretch.order.size(); ++k) {
    const Tensor& x = stretch.order[k];
    const std::span<Tensor> mine = stretch.of(stretch.number(k));
    const Tensors& inputs = x.node()->inputs;
    if (x.node()->projection >= 0) {
      mine[0] = stretch.of(stretch.number(inputs[0]))[static_cast<std::size_t>(x.node()->projection)];
      continue;
    }
    t.clear();
    for (const Tensor& input : inputs) {
      const std::uint32_t at = stretch.number(input);
      t.push_back(at != Stretch::absent && is_floating(input.dtype()) ? stretch.of(at)[0] : Tensor::none());
    }
    if (!any_defined(t)) continue;
    const graph::OriginScope same(x.node()->origin);
    const std::span<const Tensor> outs = outputs_of(x, projections);
    Tensors pushed = x.node()->op->jvp({inputs, outs}, t);
    for (std::size_t i = 0; i < outs.size(); ++i)
      if (is_floating(outs[i].dtype())) mine[i] = std::move(pushed[i]);
  }
  Tensors result;
  for (const Tensor& y : outputs) {
    const std::uint32_t at = stretch.number(y);
    result.push_back(at == Stretch::absent ? Tensor::none() : stretch.of(at)[0]);
  }
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
