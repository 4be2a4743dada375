#include "core/optimize/adam_op.h"

#include <utility>

#include "core/backend/backend.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella::optimize {
namespace {

using graph::RuleContext;

/// The step as graph: what the kernels of the backend compute, for the rules.
Tensors formula(const AdamNumbers& numbers, const Tensors& in) {
  const AdamPlaces places = AdamPlaces::of_inputs(in.size());
  Tensors out(3 * places.tensors, Tensor::none());
  for (std::size_t i = 0; i < places.tensors; ++i) {
    const auto [x, g, m, s] = places.read(i);
    const auto number = [&, at = x](std::size_t k) {
      Shape shape = in[k].shape();
      while (shape.rank() < in[at].rank()) shape.push_back(1);
      return cast(reshape(in[k], shape), in[at].dtype());
    };
    const Tensor rate = number(0), correction = number(1), keep = number(2);
    const Tensor mean = numbers.beta1 * in[m] + (1 - numbers.beta1) * in[g];
    const Tensor square = numbers.beta2 * in[s] + (1 - numbers.beta2) * (in[g] * in[g]);
    const auto [new_x, new_m, new_s] = places.written(i);
    out[new_x] = keep * in[x] - mean / (sqrt(square) * correction + numbers.epsilon) * rate;
    out[new_m] = mean;
    out[new_s] = square;
  }
  return out;
}

class AdamOp final : public graph::Op {
 public:
  explicit AdamOp(const AdamNumbers& numbers) : numbers_(numbers) {}
  std::string_view name() const override { return "adam"; }
  bool in_place() const override { return true; }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool same_as(const Op& other) const override {
    const auto* adam = dynamic_cast<const AdamOp*>(&other);
    return adam && adam->numbers_ == numbers_;
  }

  void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const override {
    backend.adam(numbers_, inputs, outputs);
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> tangents) const override {
    return terrella::jvp(step(), {node.inputs.begin(), node.inputs.end()}, {tangents.begin(), tangents.end()}).tangent;
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> cotangents, const std::vector<bool>&) const override {
    return terrella::vjp(step(), {node.inputs.begin(), node.inputs.end()})
        .pullback({cotangents.begin(), cotangents.end()});
  }

  /// Rate, correction and keep stay single numbers while they can: then a batch is but larger tensors.
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const override {
    bool rows = inputs[0].rank() > 0;
    for (std::size_t k = 0; k < AdamPlaces::numbers; ++k) rows |= batched[k];
    Tensors all;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      Shape shape = inputs[k].shape();
      if (!batched[k] && (rows || k >= AdamPlaces::numbers)) shape.insert(0, size);
      all.push_back(broadcast_to(inputs[k], shape));
    }
    return adam_step(numbers_, std::move(all));
  }

 private:
  Function step() const {
    return [numbers = numbers_](const Tensors& in) { return formula(numbers, in); };
  }

  AdamNumbers numbers_;
};

}  // namespace

Tensors adam_step(const AdamNumbers& numbers, Tensors inputs) {
  const AdamPlaces places = AdamPlaces::of_inputs(inputs.size());
  std::vector<graph::Aval> avals(3 * places.tensors);
  for (std::size_t i = 0; i < places.tensors; ++i)
    for (const std::size_t k : places.written(i)) avals[k] = graph::aval(inputs[places.read(i)[0]]);
  return graph::make_tuple(std::make_shared<const AdamOp>(numbers), std::move(inputs), avals);
}

}  // namespace terrella::optimize
