// while_loop: two subgraphs, run in turn. Forward mode carries the tangents along; a batch runs until all are done.
#include "core/control.h"
#include "core/error.h"
#include "core/graph/subgraph.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/transform/parts.h"
#include "core/transform/steady.h"

namespace terrella {
namespace {

using detail::Which;
using graph::RuleContext;
using graph::Subgraph;

/// Splits [carry.., constants of the condition.., constants of the body..].
struct Layout {
  std::size_t carries, condition_constants, body_constants;

  template <class T>
  std::vector<T> condition(const std::vector<T>& x) const {
    return {x.begin(), x.begin() + at(carries + condition_constants)};
  }
  template <class T>
  std::vector<T> body(const std::vector<T>& x) const {
    std::vector<T> mine(x.begin(), x.begin() + at(carries));
    mine.insert(mine.end(), x.begin() + at(carries + condition_constants), x.end());
    return mine;
  }
  static std::ptrdiff_t at(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }
};

class While final : public graph::Op {
 public:
  While(Subgraph condition, Subgraph body)
      : condition_(std::make_shared<Subgraph>(std::move(condition))),
        body_(std::make_shared<Subgraph>(std::move(body))),
        layout_{body_->placeholders.size(), condition_->captured.size(), body_->captured.size()} {}
  std::string_view name() const override { return "while_loop"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const std::vector<Array> all(in.begin(), in.end());
    std::vector<Array> test = layout_.condition(all), step = layout_.body(all);
    while (graph::leaf(graph::run(*condition_, test)[0]).item<bool>()) {
      check_interrupt();
      std::vector<Array> next = graph::run(*body_, step);
      for (std::size_t i = 0; i < next.size(); ++i) test[i] = step[i] = std::move(next[i]);
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::move(step[i]);
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Which moves = layout_.body(detail::defined(t));
    spread(moves, true);
    const std::size_t count = layout_.carries;
    const Tensors x = layout_.body(Tensors(node.inputs.begin(), node.inputs.end()));
    const Tensors tangents = detail::with_zeros(layout_.body(Tensors(t.begin(), t.end())), x);
    const Tensors test_constants = layout_.condition(Tensors(node.inputs.begin(), node.inputs.end()));
    const Which carry_moves(moves.begin(), moves.begin() + Layout::at(count));
    const auto first = [count](const Tensors& carry) {
      return Tensors(carry.begin(), carry.begin() + Layout::at(count));
    };
    const Function condition = [&](const Tensors& carry) {
      Tensors inputs = test_constants;
      std::copy(carry.begin(), carry.begin() + Layout::at(count), inputs.begin());
      return graph::play(*condition_, inputs);
    };
    const Function body = [&](const Tensors& carry) {
      Tensors inputs = x, directions = tangents;
      for (std::size_t i = 0, k = count; i < count; ++i) {
        inputs[i] = carry[i];
        if (moves[i]) directions[i] = carry[k++];
      }
      const Jvp step = terrella::jvp(detail::of_chosen(detail::playing(body_), inputs, moves),
                                     detail::chosen(inputs, moves), detail::chosen(directions, moves));
      Tensors next = step.value;
      for (const Tensor& moved : detail::chosen(step.tangent, carry_moves)) next.push_back(moved);
      return next;
    };
    Tensors start = first(x);
    for (const Tensor& moved : detail::chosen(first(tangents), carry_moves)) start.push_back(moved);
    const Tensors end = while_loop(condition, body, start);
    Tensors result(count, Tensor::none());
    for (std::size_t i = 0, k = count; i < count; ++i)
      if (moves[i]) result[i] = end[k++];
    return result;
  }

  Tensors vjp(const RuleContext&, std::span<const Tensor>, const std::vector<bool>&) const override {
    fail(
        "while_loop: no derivative in reverse mode (grad, vjp), which needs the states of all steps, and their number "
        "is not known; use scan() with a length, and where() for what ends earlier, forward mode (jvp), or "
        "stop_gradient() of the result where no derivative is meant");
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& mapped, std::int64_t size) const override {
    const Tensors all(in.begin(), in.end());
    Which batched(mapped);
    Which body_batched = layout_.body(batched);
    spread(body_batched, false);
    std::copy(body_batched.begin(), body_batched.begin() + Layout::at(layout_.carries), batched.begin());
    const bool by_element = detail::reached(*condition_, layout_.condition(batched), false)[0];
    for (std::size_t i = 0; i < layout_.carries; ++i)
      body_batched[i] = batched[i] = by_element || size == 0 || batched[i];

    const auto joined = [this](const Tensors& carry, Tensors inputs) {
      std::copy(carry.begin(), carry.begin() + Layout::at(layout_.carries), inputs.begin());
      return inputs;
    };
    const Function test = [&](const Tensors& carry) {
      const Which axes = layout_.condition(batched);
      const Tensors inputs = joined(carry, layout_.condition(all));
      return by_element ? vmap_of(detail::playing(condition_), detail::first_axes(axes))(inputs)
                        : graph::play(*condition_, inputs);
    };
    const Function step = [&](const Tensors& carry) {
      return detail::over_batch(body_, body_batched, layout_.carries, joined(carry, layout_.body(all)));
    };
    Tensors start;
    for (std::size_t i = 0; i < layout_.carries; ++i)
      start.push_back(batched[i] ? detail::with_batch(in[i], mapped[i], size) : in[i]);
    Tensors end;
    if (by_element) {
      // One more carry, in front: which elements are still active. The others keep their values.
      start.insert(start.begin(), cast(test(start)[0], DType::boolean));
      const Function condition = [](const Tensors& carry) { return Tensors{terrella::any(carry[0])}; };
      const Function body = [&](const Tensors& carry) {
        const Tensors now(carry.begin() + 1, carry.end());
        Tensors next = step(now);
        for (std::size_t i = 0; i < next.size(); ++i) {
          Shape shape = {size};
          while (shape.rank() < next[i].rank()) shape.push_back(1);
          next[i] = where(reshape(carry[0], shape), next[i], now[i]);
        }
        next.insert(next.begin(), logical_and(carry[0], cast(test(next)[0], DType::boolean)));
        return next;
      };
      end = while_loop(condition, body, start);
      end.erase(end.begin());
    } else {
      end = while_loop(test, step, start);
    }
    for (std::size_t i = 0; i < end.size(); ++i) end[i] = detail::with_batch(end[i], batched[i], size);
    return end;
  }

  static Tensors make(const Function& condition, const Function& body, Tensors carry) {
    Subgraph step = detail::steady("while_loop", body, carry, {});
    Subgraph test = graph::capture(condition, carry);
    if (test.outputs.size() != 1 || test.outputs[0].size() != 1)
      fail("while_loop: the condition must return one element, not ", test.outputs.size(), " tensors",
           test.outputs.empty() ? std::string() : text(" (the first of shape ", test.outputs[0].shape(), ")"),
           "; use all() or any()");
    Tensors inputs = carry;
    inputs.insert(inputs.end(), test.captured.begin(), test.captured.end());
    inputs.insert(inputs.end(), step.captured.begin(), step.captured.end());
    std::vector<graph::Aval> avals;
    for (const Tensor& y : carry) avals.push_back(graph::aval(y));
    return graph::make_tuple(std::make_shared<While>(std::move(test), std::move(step)), inputs, avals);
  }

 private:
  /// A carry that a step makes depend on what is marked is marked too.
  void spread(Which& body_inputs, bool derivatives) const {
    detail::settle(*body_, body_inputs, layout_.carries, derivatives);
  }

  std::shared_ptr<const Subgraph> condition_, body_;
  Layout layout_;
};

}  // namespace

Tensors while_loop(const Function& condition, const Function& body, const Tensors& initial) {
  return While::make(condition, body, initial);
}

}  // namespace terrella
