#include "core/optimize/adam.h"

#include <cmath>
#include <utility>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/ops.h"
#include "core/optimize/adam_op.h"

namespace terrella::optimize {
namespace {

void check(const Tensors& parameters, const Tensors& gradients, const AdamState& state) {
  const std::size_t n = parameters.size();
  if (gradients.size() != n || state.mean.size() != n || state.square.size() != n)
    fail("adam: ", n, " parameters, ", gradients.size(), " gradients, ", state.mean.size(), " and ",
         state.square.size(), " tensors of state; give one of each, and adam_start(parameters) at first");
  for (std::size_t i = 0; i < n; ++i) {
    if (!is_real_floating(parameters[i].dtype()))
      fail("adam: parameter ", i, " is ", name(parameters[i].dtype()), "; it must be f32 or f64");
    for (const Tensor& t : {gradients[i], state.mean[i], state.square[i]})
      if (!(t.shape() == parameters[i].shape()) || t.dtype() != parameters[i].dtype())
        fail("adam: parameter ", i, " is ", name(parameters[i].dtype()), ' ', parameters[i].shape(),
             ", but its gradient or state ", name(t.dtype()), ' ', t.shape());
  }
}

void check(const AdamOptions& o) {
  if (o.learning_rate.size() != 1 || is_complex(o.learning_rate.dtype()) || o.learning_rate.dtype() == DType::boolean)
    fail("adam: the learning rate is ", name(o.learning_rate.dtype()), ' ', o.learning_rate.shape(),
         "; it must be one real number");
  if (o.learning_rate.evaluated() && !std::isfinite(o.learning_rate.item()))
    fail("adam: the learning rate is ", o.learning_rate.item(), "; it must be finite");
  for (const auto& [option, value] : {std::pair("beta1", o.beta1), {"beta2", o.beta2}})
    if (!(value >= 0 && value < 1)) fail("adam: ", option, " is ", value, "; it must be at least 0 and less than 1");
  for (const auto& [option, value] : {std::pair("epsilon", o.epsilon), {"weight_decay", o.weight_decay}})
    if (!(value >= 0 && std::isfinite(value)))
      fail("adam: ", option, " is ", value, "; it must be 0 or more, and finite");
}

/// In memory of their own, as all later states are: one number seen everywhere would have to be written out first.
Tensor zeros_for(const Tensor& x) {
  if (x.node()->symbolic) return zeros_like(x);  // a constant of a function that is being compiled: small
  return graph::leaf(default_backend().zeros(x.dtype(), x.shape()));
}

}  // namespace

AdamState adam_start(const Tensors& parameters) {
  AdamState state;
  state.step = full({}, 0.0, DType::f64);  // as steps return it: a function of the state is compiled once
  for (const Tensor& x : parameters) {
    state.mean.push_back(zeros_for(x));
    state.square.push_back(zeros_for(x));
  }
  return state;
}

AdamStep adam(const Tensors& parameters, const Tensors& gradients, const AdamState& state, const AdamOptions& options) {
  check(options);
  check(parameters, gradients, state);
  const Tensor step = cast(state.step, DType::f64) + 1;
  const Tensor rate = cast(reshape(options.learning_rate, {}), DType::f64);
  const auto started = [&](double beta) { return 1.0 - power(full({}, beta, DType::f64), step); };
  Tensors in = {rate / started(options.beta1), 1.0 / sqrt(started(options.beta2)),
                options.weight_decay == 0 ? full({}, 1.0, DType::f64) : 1.0 - rate * options.weight_decay};
  for (const Tensors* part : {&parameters, &gradients, &state.mean, &state.square})
    in.insert(in.end(), part->begin(), part->end());
  const Tensors out = adam_step({options.beta1, options.beta2, options.epsilon}, std::move(in));
  const auto part = [&, n = parameters.size()](std::size_t k) {
    const auto first = out.begin() + static_cast<std::ptrdiff_t>(k * n);
    return Tensors(first, first + static_cast<std::ptrdiff_t>(n));
  };
  return {part(0), {step, part(1), part(2)}};
}

}  // namespace terrella::optimize
