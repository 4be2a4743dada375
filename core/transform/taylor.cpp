#include "core/transform/taylor.h"

#include <algorithm>
#include <optional>

#include "core/graph/node.h"
#include "core/graph/node_map.h"
#include "core/graph/trace.h"
#include "core/graph/walk.h"
#include "core/ops.h"

namespace terrella::detail {

using graph::Node;
using Ref = TaylorGraph::Ref;

/// D of a series: nodes to bring up to order k - 1 before its outputs give derivative k.
struct TaylorGraph::Rule {
  bool linear = false;
  std::vector<Series*> nodes;               ///< inputs first
  std::vector<std::optional<Ref>> outputs;  ///< none for zero
};

struct TaylorGraph::Series {
  std::vector<Tensors> derivatives;  ///< of each output, orders 0 ... known - 1
  std::size_t known = 0;
  std::vector<bool> moves;  ///< which outputs have more than the value
  std::optional<Ref> rate_of;
  Tensor node = Tensor::none();  ///< of a node: what it repeats, which may be symbolic
  graph::OpPointer op;
  std::vector<Ref> inputs;
  std::unique_ptr<Rule> rule;
};

TaylorGraph::TaylorGraph() = default;
TaylorGraph::~TaylorGraph() = default;

namespace {

std::vector<graph::Aval> avals_of(const Tensor& node) {
  return node.node()->tuple ? node.node()->tuple->avals : std::vector<graph::Aval>{graph::aval(node)};
}

Tensors outputs_of(const Tensor& node) {
  if (!node.node()->tuple) return {node};
  Tensors all;
  for (std::size_t k = 0; k < node.node()->tuple->avals.size(); ++k)
    all.push_back(graph::project(node, static_cast<int>(k)));
  return all;
}

}  // namespace

void TaylorGraph::add_source(const Tensor& x, const Tensors& derivatives) {
  all_.push_back(std::make_unique<Series>());
  Series& s = *all_.back();
  s.derivatives = {{x}};
  s.derivatives[0].insert(s.derivatives[0].end(), derivatives.begin(), derivatives.end());
  s.known = s.derivatives[0].size();
  s.moves = {std::any_of(derivatives.begin(), derivatives.end(), [](const Tensor& c) { return c.defined(); })};
  known_.emplace(x.node(), Ref{&s, 0});
}

void TaylorGraph::add_node(const Tensor& node) {
  const Tensors inputs = graph::inputs_of(node);
  if (node.node()->projection >= 0) {
    known_.emplace(node.node(),
                   Ref{known_.at(inputs[0].node()).series, static_cast<std::size_t>(node.node()->projection)});
    return;
  }
  known_.emplace(node.node(), node_of(node, inputs, known_, true));
}

Tensor TaylorGraph::derivative(const Tensor& x, std::size_t k) {
  const Ref ref = known_.at(x.node());
  advance(*ref.series, k);
  return ref.series->derivatives[ref.output][k];
}

Ref TaylorGraph::constant(const Tensor& x) {
  const auto found = constants_.find(x.node());
  if (found != constants_.end()) return found->second;
  all_.push_back(std::make_unique<Series>());
  Series& s = *all_.back();
  s.derivatives = {{x}};
  s.known = 1;
  s.moves = {false};
  return constants_.emplace(x.node(), Ref{&s, 0}).first->second;
}

Ref TaylorGraph::rate(Ref of) {
  const auto found = rates_.find(of);
  if (found != rates_.end()) return found->second;
  all_.push_back(std::make_unique<Series>());
  Series& s = *all_.back();
  s.derivatives = {{}};
  s.rate_of = of;
  s.moves = {true};
  return rates_.emplace(of, Ref{&s, 0}).first->second;
}

/// The series of an operation on what `inputs` stand for. One that is known already is taken.
Ref TaylorGraph::node_of(const Tensor& node, const Tensors& inputs, const Place& place, bool is_original) {
  std::vector<Ref> refs;
  for (const Tensor& input : inputs) {
    const auto found = place.find(input.node());
    refs.push_back(found == place.end() ? constant(input) : found->second);
  }
  graph::OpPointer op = graph::op_of(node);
  Series*& shared = shared_[{op.get(), refs}];
  if (shared) return {shared, 0};
  all_.push_back(std::make_unique<Series>());
  Series& s = *all_.back();
  shared = &s;
  s.node = node;
  s.op = std::move(op);
  s.inputs = std::move(refs);
  const bool moving =
      std::any_of(s.inputs.begin(), s.inputs.end(), [](const Ref& x) { return x.series->moves[x.output]; });
  for (const graph::Aval& output : avals_of(node)) s.moves.push_back(moving && is_floating(output.dtype));
  s.derivatives.resize(s.moves.size());
  if (is_original) {
    const Tensors values = outputs_of(node);
    for (std::size_t i = 0; i < values.size(); ++i) s.derivatives[i] = {values[i]};
    s.known = 1;
  }
  return {&s, 0};
}

void TaylorGraph::advance(Series& s, std::size_t order) {
  for (; s.known <= order; ++s.known) {
    const std::size_t k = s.known;
    if (s.rate_of) {
      const Ref of = *s.rate_of;
      advance(*of.series, k + 1);
      const Tensor& next = of.series->derivatives[of.output][k + 1];
      // The value is always a tensor, for operations that have no notion of zero.
      const Tensor& x = of.series->derivatives[of.output][0];
      s.derivatives[0].push_back(k > 0 || next.defined() ? next : zeros_like(x));
    } else if (s.op) {
      find(s, k);
    } else {
      for (Tensors& c : s.derivatives) c.push_back(Tensor::none());
    }
  }
}

Tensor TaylorGraph::value(Ref x) {
  advance(*x.series, 0);
  return x.series->derivatives[x.output][0];
}

void TaylorGraph::find(Series& s, std::size_t k) {
  const graph::OriginScope same(s.node.node()->origin);
  const std::size_t outputs = s.derivatives.size();
  if (k == 0) {
    Tensors inputs;
    for (const Ref& x : s.inputs) inputs.push_back(value(x));
    const Tensors now = outputs_of(graph::again(s.node, std::move(inputs)));
    for (std::size_t i = 0; i < outputs; ++i) s.derivatives[i].push_back(now[i]);
    return;
  }
  Tensors found(outputs, Tensor::none());
  if (std::find(s.moves.begin(), s.moves.end(), true) != s.moves.end()) {
    for (const Ref& x : s.inputs) advance(*x.series, k);
    std::optional<Tensor> own;
    if (outputs == 1) {
      std::vector<Tensors> series;
      for (const Ref& x : s.inputs) series.push_back(x.series->derivatives[x.output]);
      const bool one = std::all_of(s.inputs.begin(), s.inputs.end(), [&](const Ref& x) { return x == s.inputs[0]; });
      own = s.op->taylor({series, s.derivatives[0], k, one});
    }
    if (own) {
      found[0] = *own;
    } else if (const Rule& rule = rule_of(s); rule.linear) {
      Tensors inputs, tangents, values;
      for (const Ref& x : s.inputs) {
        inputs.push_back(x.series->derivatives[x.output][0]);
        tangents.push_back(x.series->moves[x.output] ? x.series->derivatives[x.output][k] : Tensor::none());
      }
      for (const Tensors& c : s.derivatives) values.push_back(c[0]);
      if (std::any_of(tangents.begin(), tangents.end(), [](const Tensor& t) { return t.defined(); }))
        found = s.op->jvp({inputs, values}, tangents);
    } else {
      for (Series* node : rule.nodes) advance(*node, k - 1);
      for (std::size_t i = 0; i < outputs; ++i) {
        if (!rule.outputs[i]) continue;
        advance(*rule.outputs[i]->series, k - 1);
        const Tensor& slope = rule.outputs[i]->series->derivatives[rule.outputs[i]->output][k - 1];
        found[i] = slope;
      }
    }
  }
  for (std::size_t i = 0; i < outputs; ++i) s.derivatives[i].push_back(s.moves[i] ? found[i] : Tensor::none());
}

const TaylorGraph::Rule& TaylorGraph::rule_of(Series& s) {
  if (s.rule) return *s.rule;
  // The jvp rule on placeholders for all that changes.
  const graph::Trace trace;
  Place place;
  Tensors inputs, outputs, tangents, sources;
  graph::NodeMap dependent;  // on x and y
  const auto watched = [&](const graph::Aval& aval, Ref ref) {
    sources.push_back(trace.watch(graph::placeholder(aval)));
    place.emplace(sources.back().node(), ref);
    return sources.back();
  };
  for (const Ref& x : s.inputs) {
    const Tensor now = value(x);
    const bool moves = x.series->moves[x.output];
    inputs.push_back(moves ? watched(graph::aval(now), x) : now);
    if (moves) dependent.insert(inputs.back().node());
    tangents.push_back(moves ? watched(graph::aval(now), rate(x)) : Tensor::none());
  }
  const std::vector<graph::Aval> avals = avals_of(s.node);
  for (std::size_t i = 0; i < avals.size(); ++i) {
    outputs.push_back(watched(avals[i], {&s, i}));
    dependent.insert(outputs.back().node());
  }
  const Tensors slopes = s.op->jvp({inputs, outputs}, tangents);
  Tensors defined;
  for (const Tensor& y : slopes)
    if (y.defined()) defined.push_back(y);

  auto rule = std::make_unique<Rule>();
  const std::vector<Tensor> order = graph::between(trace, sources, defined);
  const auto depends = [&](const Tensor& x) { return dependent.contains(x.node()); };
  for (const Tensor& node : order) {
    const Tensors& in = node.node()->inputs;
    if (std::any_of(in.begin(), in.end(), depends)) dependent.insert(node.node());
  }
  rule->linear = std::none_of(defined.begin(), defined.end(), depends);
  if (!rule->linear) {
    for (const Tensor& node : order) {
      const Tensors& in = node.node()->inputs;
      if (node.node()->projection >= 0) {
        place.emplace(node.node(),
                      Ref{place.at(in[0].node()).series, static_cast<std::size_t>(node.node()->projection)});
        continue;
      }
      const Ref ref = node_of(node, in, place, false);
      place.emplace(node.node(), ref);
      rule->nodes.push_back(ref.series);
    }
    for (std::size_t i = 0; i < avals.size(); ++i) {
      rule->outputs.emplace_back();
      if (!slopes[i].defined()) continue;
      const auto found = place.find(slopes[i].node());
      rule->outputs[i] = found == place.end() ? constant(slopes[i]) : found->second;
    }
  }
  s.rule = std::move(rule);
  return *s.rule;
}

}  // namespace terrella::detail
