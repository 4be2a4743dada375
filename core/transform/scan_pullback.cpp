// The pullback of a scan: forward once, with some states held, then backward; what lies between held states is computed
// again. See scan.h for its derivatives.
#include <algorithm>
#include <cassert>

#include "core/backend/backend.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/transform/binomial.h"
#include "core/transform/scan.h"
#include "core/transform/scan_state.h"

namespace terrella::detail {
namespace {

using graph::RuleContext;
using graph::Subgraph;
using State = std::vector<Array>;

std::size_t count(const Which& which) { return static_cast<std::size_t>(std::count(which.begin(), which.end(), true)); }

/// Inputs: those of the loop, then cotangents of the results `seeded`. Results: cotangents of the inputs `needed`.
class ScanPullback final : public graph::Op {
 public:
  ScanPullback(const ScanLoop& loop, Which needed, Which varied, Which seeded)
      : loop_(loop), needed_(std::move(needed)), varied_(std::move(varied)), seeded_(std::move(seeded)) {
    advance_ = std::make_shared<Subgraph>(graph::capture(
        [&](const Tensors& x) {
          Tensors y = graph::play(*loop.step, x);
          y.resize(loop.carries, Tensor::none());
          return y;
        },
        inputs_of(*loop.step)));
    pull_ = std::make_shared<Subgraph>(graph::capture([&](const Tensors& x) { return pulled(x); }, pull_arguments()));
    assert(advance_->captured.empty() && pull_->captured.empty());
  }
  std::string_view name() const override { return "scan_pullback"; }

  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    const std::size_t inputs = loop_.inputs();
    // What pull_ is played on: inputs of the step; cotangents of varied carries, of seeded y; sums for constants.
    State arguments(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(inputs));
    std::size_t seed = inputs;
    for (std::size_t i = 0; i < loop_.carries; ++i) {
      if (varied_[i]) arguments.push_back(seeded_[i] ? in[seed] : backend.zeros(in[i].dtype, in[i].shape));
      if (seeded_[i]) ++seed;
    }
    const std::size_t y_begin = arguments.size(), y_seeds = seed;
    for (; seed < in.size(); ++seed) arguments.push_back(in[seed]);
    const std::size_t sums_begin = arguments.size();
    for (std::size_t i = loop_.constants_begin(); i < inputs; ++i)
      if (needed_[i]) arguments.push_back(backend.zeros(in[i].dtype, in[i].shape));
    std::vector<Array*> rows;
    for (std::size_t i = 0, k = 0; i < inputs; ++i) {
      if (!needed_[i]) continue;
      if (loop_.is_x(i)) {
        out[k] = backend.empty(out[k].dtype, out[k].shape);
        rows.push_back(&out[k]);
      }
      ++k;
    }

    State step(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(inputs));
    const auto advance = [&](State state, std::int64_t from, std::int64_t to) {
      for (std::int64_t i = from; i < to && loop_.carries > 0; ++i) {
        check_interrupt();
        std::move(state.begin(), state.end(), step.begin());
        for (std::size_t k = loop_.carries; k < loop_.constants_begin(); ++k) step[k] = entry(in[k], loop_.place(i));
        state = graph::run(*advance_, step);
      }
      std::fill_n(step.begin(), loop_.carries, Array{});
      for (Array& a : state) a = compact(backend, a);
      return state;
    };
    const auto visit = [&](std::int64_t i, const State& state) {
      check_interrupt();
      const std::int64_t at = loop_.place(i);
      std::copy(state.begin(), state.end(), arguments.begin());
      for (std::size_t k = loop_.carries; k < loop_.constants_begin(); ++k) arguments[k] = entry(in[k], at);
      for (std::size_t k = y_begin; k < sums_begin; ++k) arguments[k] = entry(in[y_seeds + k - y_begin], at);
      State back = graph::run(*pull_, arguments);
      std::fill_n(arguments.begin(), loop_.carries, Array{});
      std::size_t k = 0;
      for (std::size_t a = inputs; a < y_begin; ++a) arguments[a] = std::move(back[k++]);
      for (const Array* row : rows) backend.copy_into(back[k++], entry(*row, at));
      for (std::size_t a = sums_begin; a < arguments.size(); ++a) arguments[a] = std::move(back[k++]);
    };
    visit_backward(loop_.length, loop_.stored_states,
                   State(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(loop_.carries)), advance, visit);

    std::size_t k = 0, carry = inputs, sum = sums_begin;
    for (std::size_t i = 0; i < inputs; ++i) {
      const bool is_carry = i < loop_.carries;
      const std::size_t mine = is_carry ? (varied_[i] ? carry++ : 0) : 0;
      if (!needed_[i]) continue;
      if (is_carry) out[k] = arguments[mine];
      if (i >= loop_.constants_begin()) out[k] = arguments[sum++];
      ++k;
    }
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const std::size_t inputs = loop_.inputs();
    const Tensors g = seeds(node.inputs.subspan(inputs)), h = seeds(t.subspan(inputs));
    const Which moves = defined(t.first(inputs));
    const Tensors x(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(inputs));
    if (!detail::any(moves)) return chosen(pull_back_scan(loop_, x, h, needed_), needed_);
    return tangent_pullback(TangentLoop(loop_, moves), x, t.first(inputs), h, g, needed_);
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> w, const std::vector<bool>& wanted) const override {
    const std::size_t inputs = loop_.inputs();
    const Tensors x(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(inputs));
    Tensors directions(inputs, Tensor::none());
    for (std::size_t i = 0, k = 0; i < inputs; ++i)
      if (needed_[i]) directions[i] = w[k++];
    const TangentLoop along(loop_, defined(directions));
    Tensors result(node.inputs.size(), Tensor::none());
    const Which seeds_wanted(wanted.begin() + static_cast<std::ptrdiff_t>(inputs), wanted.end());
    if (detail::any(seeds_wanted)) {
      const Tensors y = run_scan(along.loop, along.inputs(x, directions));
      for (std::size_t i = 0, k = 0; i < seeded_.size(); ++i) {
        if (!seeded_[i]) continue;
        if (seeds_wanted[k] && along.moved[i]) result[inputs + k] = y[along.result_tangent_place[i]];
        ++k;
      }
    }
    const Which inputs_wanted(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(inputs));
    if (detail::any(inputs_wanted)) {
      const Tensors none(seeded_.size(), Tensor::none());
      const Tensors parts =
          tangent_pullback(along, x, directions, none, seeds(node.inputs.subspan(inputs)), inputs_wanted);
      for (std::size_t i = 0, k = 0; i < inputs; ++i)
        if (inputs_wanted[i]) result[i] = parts[k++];
    }
    return result;
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    const std::size_t inputs = loop_.inputs();
    const Which has(batched.begin(), batched.begin() + static_cast<std::ptrdiff_t>(inputs));
    // What is needed has a cotangent for each element of the batch.
    Which differs = has;
    for (std::size_t i = 0; i < inputs; ++i) differs[i] = has[i] || needed_[i];
    const BatchedLoop all(loop_, differs, size);
    Tensors g(seeded_.size(), Tensor::none());
    for (std::size_t i = 0, k = inputs; i < seeded_.size(); ++i) {
      if (!seeded_[i]) continue;
      g[i] = with_batch(in[k], batched[k], size);
      if (i >= loop_.carries) g[i] = move_axis(g[i], 0, 1);
      ++k;
    }
    const Tensors x = all.inputs(in.first(inputs), has);
    const Tensors parts = pull_back_scan(all.loop, x, g, needed_);
    Tensors result;
    for (std::size_t i = 0; i < inputs; ++i) {
      if (!needed_[i]) continue;
      const Tensor part = parts[i].defined() ? parts[i] : zeros_like(x[i]);
      result.push_back(loop_.is_x(i) ? move_axis(part, 1, 0) : part);
    }
    return result;
  }

 private:
  Which active() const {
    Which which = needed_;
    for (std::size_t i = 0; i < loop_.carries; ++i) which[i] = varied_[i];
    return which;
  }

  Tensors pull_arguments() const {
    Tensors like = inputs_of(*loop_.step);
    const Tensors x = like;
    for (std::size_t i = 0; i < loop_.carries; ++i)
      if (varied_[i]) like.push_back(x[i]);
    for (std::size_t i = loop_.carries; i < seeded_.size(); ++i)
      if (seeded_[i]) like.push_back(loop_.step->outputs[i]);
    for (std::size_t i = loop_.constants_begin(); i < x.size(); ++i)
      if (needed_[i]) like.push_back(x[i]);
    return like;
  }

  /// One step backward: cotangents of varied carries, of needed x, and the sums for needed constants with this step's.
  Tensors pulled(const Tensors& a) const {
    const std::size_t inputs = loop_.inputs();
    const Tensors x(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(inputs));
    std::size_t next = inputs;
    Tensors g(seeded_.size(), Tensor::none());
    for (std::size_t i = 0; i < g.size(); ++i)
      if (i < loop_.carries ? varied_[i] : seeded_[i]) g[i] = a[next++];
    const Which with = active();
    Tensors y = terrella::vjp(of_chosen(playing(loop_.step), x, with), chosen(x, with)).pullback(g);
    for (std::size_t i = 0, k = 0; i < inputs; ++i) {
      if (!with[i]) continue;
      if (i >= loop_.constants_begin()) y[k] = a[next++] + y[k];
      ++k;
    }
    return y;
  }

  /// Cotangents (or their tangents) for all results of the loop.
  Tensors seeds(std::span<const Tensor> given) const {
    Tensors g(seeded_.size(), Tensor::none());
    for (std::size_t i = 0, k = 0; i < seeded_.size(); ++i)
      if (seeded_[i]) g[i] = given[k++];
    return g;
  }

  /// What the tangent loop pulls back to the inputs `wanted` of the loop, zeros included: h for the results, g for
  /// their tangents.
  static Tensors tangent_pullback(const TangentLoop& along, const Tensors& x, std::span<const Tensor> t,
                                  const Tensors& h, const Tensors& g, const Which& wanted) {
    Tensors cotangents(along.loop.step->outputs.size(), Tensor::none());
    for (std::size_t i = 0; i < g.size(); ++i) {
      cotangents[along.result_place[i]] = h[i];
      if (along.moved[i]) cotangents[along.result_tangent_place[i]] = g[i];
    }
    const Tensors inputs = along.inputs(x, t);
    Which needed(inputs.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) needed[along.input_place[i]] = wanted[i];
    const Tensors parts = pull_back_scan(along.loop, inputs, cotangents, needed);
    Tensors result;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i]) result.push_back(parts[along.input_place[i]]);
    return result;
  }

  ScanLoop loop_;
  Which needed_, varied_, seeded_;  // inputs; carries whose cotangents matter; results
  std::shared_ptr<const Subgraph> advance_, pull_;
};

}  // namespace

Tensors pull_back_scan(const ScanLoop& loop, const Tensors& inputs, std::span<const Tensor> cotangents,
                       const Which& needed) {
  Which varied = needed;
  Which seeded = settle(*loop.step, varied, loop.carries, true);
  for (std::size_t i = 0; i < seeded.size(); ++i)
    seeded[i] = cotangents[i].defined() && (i < loop.carries ? varied[i] : seeded[i]);
  Tensors result(inputs.size(), Tensor::none());
  if (count(seeded) == 0 || count(needed) == 0) return result;
  varied.resize(loop.carries);
  std::vector<graph::Aval> avals;
  for (const Tensor& x : chosen(inputs, needed)) avals.push_back(graph::aval(x));
  Tensors all = inputs;
  for (const Tensor& g : chosen(cotangents, seeded)) all.push_back(g);
  const Tensors parts =
      graph::make_tuple(std::make_shared<ScanPullback>(loop, needed, std::move(varied), std::move(seeded)), all, avals);
  for (std::size_t i = 0, k = 0; i < needed.size(); ++i)
    if (needed[i]) result[i] = parts[k++];
  return result;
}

}  // namespace terrella::detail
