#include "core/transform/scan.h"

#include <cassert>

#include "core/backend/backend.h"
#include "core/control.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/transform/binomial.h"
#include "core/transform/scan_state.h"

namespace terrella {
namespace detail {
namespace {

using graph::Aval;
using graph::RuleContext;
using graph::Subgraph;

class Scan final : public graph::Op {
 public:
  explicit Scan(ScanLoop loop) : loop_(std::move(loop)) {}
  std::string_view name() const override { return "scan"; }

  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    const std::size_t c = loop_.carries;
    for (std::size_t i = c; i < out.size(); ++i) out[i] = backend.empty(out[i].dtype, out[i].shape);
    std::vector<Array> arguments(in.begin(), in.end());
    for (std::int64_t i = 0; i < loop_.length; ++i) {
      check_interrupt();
      const std::int64_t at = loop_.place(i);
      for (std::size_t k = c; k < loop_.constants_begin(); ++k) arguments[k] = entry(in[k], at);
      std::vector<Array> next = graph::run(*loop_.step, arguments);
      for (std::size_t k = 0; k < c; ++k) arguments[k] = std::move(next[k]);
      for (std::size_t k = c; k < out.size(); ++k) backend.copy_into(next[k], entry(out[k], at));
    }
    for (std::size_t k = 0; k < c; ++k) out[k] = std::move(arguments[k]);
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const TangentLoop along(loop_, defined(t));
    const Tensors y = run_scan(along.loop, along.inputs(node.inputs, t));
    Tensors tangents(along.moved.size(), Tensor::none());
    for (std::size_t i = 0; i < tangents.size(); ++i)
      if (along.moved[i]) tangents[i] = y[along.result_tangent_place[i]];
    return tangents;
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    return pull_back_scan(loop_, {node.inputs.begin(), node.inputs.end()}, g, needed);
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    const BatchedLoop all(loop_, batched, size);
    Tensors y = run_scan(all.loop, all.inputs(in, batched));
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = i < loop_.carries ? with_batch(y[i], all.batched[i], size) : move_axis(y[i], 1, 0);
    return y;
  }

 private:
  ScanLoop loop_;
};

}  // namespace

std::vector<Aval> ScanLoop::results() const {
  std::vector<Aval> avals;
  for (std::size_t i = 0; i < step->outputs.size(); ++i) {
    avals.push_back(graph::aval(step->outputs[i]));
    if (i >= carries) avals.back().shape.insert(0, length);
  }
  return avals;
}

Tensors run_scan(const ScanLoop& loop, const Tensors& inputs) {
  return graph::make_tuple(std::make_shared<Scan>(loop), inputs, loop.results());
}

TangentLoop::TangentLoop(const ScanLoop& base, Which from) : loop(base), moves(std::move(from)) {
  moved = settle(*base.step, moves, base.carries, true);
  for (std::size_t i = 0; i < base.carries; ++i) moved[i] = moves[i];
  // Tangents stand behind what they belong to, kind by kind: carries, x, constants; carries, y.
  const auto placed = [](std::span<const std::size_t> ends, const Which& which, std::vector<std::size_t>& place,
                         std::vector<std::size_t>& tangent_place) {
    place.assign(which.size(), 0);
    tangent_place.assign(which.size(), 0);
    std::vector<std::size_t> new_ends;
    std::size_t next = 0, begin = 0;
    for (const std::size_t end : ends) {
      for (std::size_t i = begin; i < end; ++i) place[i] = next++;
      for (std::size_t i = begin; i < end; ++i)
        if (which[i]) tangent_place[i] = next++;
      new_ends.push_back(next);
      begin = end;
    }
    return new_ends;
  };
  const std::size_t kinds[] = {base.carries, base.constants_begin(), base.inputs()};
  const std::vector<std::size_t> ends = placed(kinds, moves, input_place, input_tangent_place);
  loop.carries = ends[0];
  loop.xs = ends[1] - ends[0];
  const std::size_t result_kinds[] = {base.carries, base.step->outputs.size()};
  const std::size_t results = placed(result_kinds, moved, result_place, result_tangent_place)[1];
  const Tensors like = inputs_of(*base.step);
  loop.step = std::make_shared<Subgraph>(graph::capture(
      [&](const Tensors& a) {
        Tensors x, t;
        for (std::size_t i = 0; i < moves.size(); ++i) {
          x.push_back(a[input_place[i]]);
          if (moves[i]) t.push_back(a[input_tangent_place[i]]);
        }
        const Jvp step = terrella::jvp(of_chosen(playing(base.step), x, moves), chosen(x, moves), t);
        Tensors y(results, Tensor::none());
        for (std::size_t i = 0; i < moved.size(); ++i) {
          y[result_place[i]] = step.value[i];
          if (moved[i]) y[result_tangent_place[i]] = step.tangent[i];
        }
        return y;
      },
      inputs(like, like)));
  assert(loop.step->captured.empty());
}

Tensors TangentLoop::inputs(std::span<const Tensor> x, std::span<const Tensor> tangents) const {
  Tensors all(x.size() + static_cast<std::size_t>(std::count(moves.begin(), moves.end(), true)), Tensor::none());
  for (std::size_t i = 0; i < x.size(); ++i) {
    all[input_place[i]] = x[i];
    if (moves[i]) all[input_tangent_place[i]] = tangents[i].defined() ? tangents[i] : zeros_like(x[i]);
  }
  return all;
}

BatchedLoop::BatchedLoop(const ScanLoop& base, Which from, std::int64_t n)
    : loop(base), batched(std::move(from)), size(n) {
  settle(*base.step, batched, base.carries, false);
  for (std::size_t i = 0; i < base.carries; ++i) batched[i] = batched[i] || size == 0;
  Tensors like;
  for (const Tensor& x : inputs_of(*base.step)) {
    Aval a = graph::aval(x);
    if (batched[like.size()]) a.shape.insert(0, size);
    like.push_back(graph::placeholder(a));
  }
  loop.step = std::make_shared<Subgraph>(
      graph::capture([&](const Tensors& x) { return over_batch(base.step, batched, base.carries, x); }, like));
  assert(loop.step->captured.empty());
}

Tensors BatchedLoop::inputs(std::span<const Tensor> x, const Which& has) const {
  Tensors all(x.begin(), x.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!batched[i]) continue;
    all[i] = with_batch(all[i], has[i], size);
    if (loop.is_x(i)) all[i] = move_axis(all[i], 0, 1);
  }
  return all;
}

}  // namespace detail

namespace {

std::int64_t length_of(const Tensors& x, std::optional<std::int64_t> length) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i].rank() == 0) fail("scan: x ", i, " is a scalar; it must have an axis of steps in front");
    const std::int64_t mine = x[i].shape()[0];
    if (length && *length != mine)
      fail("scan: x ", i, " of shape ", x[i].shape(), " has ", mine, " entries along its first axis where ", *length,
           " steps are due");
    length = mine;
  }
  if (!length) fail("scan: give x with an axis of steps, or length");
  if (*length < 0) fail("scan: length ", *length, " is negative");
  return *length;
}

}  // namespace

ScanResult scan(const ScanBody& body, const Tensors& initial, const Tensors& x, std::optional<std::int64_t> given,
                const ScanOptions& options) {
  detail::ScanLoop loop;
  loop.carries = initial.size();
  loop.xs = x.size();
  loop.length = length_of(x, given);
  loop.reverse = options.reverse;
  loop.stored_states = options.stored_states.value_or(detail::default_states(loop.length));
  if (loop.stored_states < 1)
    fail("scan: stored_states is ", loop.stored_states, "; at least 1 state besides the first must be held");
  Tensors entries;
  for (const Tensor& t : x) {
    graph::Aval one = graph::aval(t);
    one.shape.erase(0);
    entries.push_back(graph::placeholder(one));
  }
  const auto carries = static_cast<std::ptrdiff_t>(loop.carries);
  const Function step = [&](const Tensors& a) {
    ScanStep next = body({a.begin(), a.begin() + carries}, {a.begin() + carries, a.end()});
    if (next.carry.size() != initial.size())
      fail("scan: the body returns a carry of ", next.carry.size(), " tensors where ", initial.size(), " are due");
    next.carry.insert(next.carry.end(), next.y.begin(), next.y.end());
    return next.carry;
  };
  Tensors inputs = initial;
  loop.step = std::make_shared<graph::Subgraph>(detail::steady("scan", step, inputs, entries));
  inputs.insert(inputs.end(), x.begin(), x.end());
  inputs.insert(inputs.end(), loop.step->captured.begin(), loop.step->captured.end());
  const Tensors results = detail::run_scan(loop, inputs);
  return {{results.begin(), results.begin() + carries}, {results.begin() + carries, results.end()}};
}

}  // namespace terrella
