#include "core/optimize/adam.h"

#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/jit.h"
#include "core/ops.h"

namespace terrella::optimize {
namespace {

constexpr std::size_t scalars = 6;  // in front of the tensors: step, then the options

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

/// (step, options, parameters, gradients, means, squares) -> (step, parameters, means, squares)
Tensors stepped(const Tensors& in) {
  const std::size_t n = (in.size() - scalars) / 4;
  const Tensor step = in[0] + 1, &rate = in[1], &beta1 = in[2], &beta2 = in[3], &epsilon = in[4], &decay = in[5];
  const Tensor correction1 = 1.0 / (1.0 - power(beta1, step)), correction2 = 1.0 / (1.0 - power(beta2, step));
  Tensors parameters, means, squares;
  for (std::size_t i = 0; i < n; ++i) {
    const Tensor &x = in[scalars + i], &g = in[scalars + n + i];
    const auto as_x = [&](const Tensor& number) { return cast(number, x.dtype()); };
    const Tensor mean = as_x(beta1) * in[scalars + 2 * n + i] + as_x(1.0 - beta1) * g;
    const Tensor square = as_x(beta2) * in[scalars + 3 * n + i] + as_x(1.0 - beta2) * (g * g);
    const Tensor move = mean * as_x(correction1) / (sqrt(square * as_x(correction2)) + as_x(epsilon));
    parameters.push_back(x - as_x(rate) * move - as_x(rate * decay) * x);
    means.push_back(mean);
    squares.push_back(square);
  }
  Tensors all = {step};
  for (const Tensors* part : {&parameters, &means, &squares}) all.insert(all.end(), part->begin(), part->end());
  return all;
}

}  // namespace

AdamState adam_start(const Tensors& parameters) {
  AdamState state;
  state.step = full({}, 0.0, DType::f64);  // as steps return it: a function of the state is compiled once
  for (const Tensor& x : parameters) {
    state.mean.push_back(zeros_like(x));
    state.square.push_back(zeros_like(x));
  }
  return state;
}

AdamStep adam(const Tensors& parameters, const Tensors& gradients, const AdamState& state, const AdamOptions& options) {
  check(options);
  check(parameters, gradients, state);
  static const Jit compiled{Function(stepped)};
  Tensors in = {cast(state.step, DType::f64), cast(reshape(options.learning_rate, {}), DType::f64)};
  for (const double option : {options.beta1, options.beta2, options.epsilon, options.weight_decay})
    in.push_back(full({}, option, DType::f64));
  for (const Tensors* part : {&parameters, &gradients, &state.mean, &state.square})
    in.insert(in.end(), part->begin(), part->end());
  const Tensors out = compiled(in);
  const auto part = [&, n = parameters.size()](std::size_t k) {
    const auto first = out.begin() + 1 + static_cast<std::ptrdiff_t>(k * n);
    return Tensors(first, first + static_cast<std::ptrdiff_t>(n));
  };
  return {part(0), {out[0], part(1), part(2)}};
}

}  // namespace terrella::optimize
