// Steps of minimisers over nests of tensors.
#include "core/error.h"
#include "core/optimize/adam.h"
#include "python/core/tensor.h"
#include "python/core/tree.h"

namespace terrella::python {
namespace {

Tensors leaves_like(const py::object& skeleton, const py::object& nest, const char* what) {
  Tensors leaves;
  match(skeleton, nest, what, leaves);
  for (const Tensor& leaf : leaves)
    if (!leaf.defined()) fail(what, " holds None where a tensor belongs");
  return leaves;
}

py::object built(const py::object& skeleton, const Tensors& leaves) {
  std::size_t next = 0;
  return rebuild(skeleton, leaves, next);
}

py::dict state_of(const py::object& skeleton, const optimize::AdamState& state) {
  py::dict nest;
  nest["step"] = py::cast(state.step);
  nest["mean"] = built(skeleton, state.mean);
  nest["square"] = built(skeleton, state.square);
  return nest;
}

py::object entry(const py::dict& state, const char* key) {
  if (!state.contains(key)) fail("adam: the state has no '", key, "'; begin with adam_start(parameters)");
  return state[key];
}

py::tuple python_adam(const py::object& parameters, const py::object& gradients, const py::dict& state,
                      const optimize::AdamOptions& options) {
  Tensors x;
  const py::object skeleton = flatten(parameters, Leaves::floats, x);
  const Tensors g = leaves_like(skeleton, gradients, "adam: gradients");
  const optimize::AdamState before{entry(state, "step").cast<Tensor>(),
                                   leaves_like(skeleton, entry(state, "mean"), "adam: state['mean']"),
                                   leaves_like(skeleton, entry(state, "square"), "adam: state['square']")};
  const optimize::AdamStep next = [&] {
    const py::gil_scoped_release unlocked;
    return optimize::adam(x, g, before, options);
  }();
  return py::make_tuple(built(skeleton, next.parameters), state_of(skeleton, next.state));
}

}  // namespace

void bind_optimize(py::module_& parent) {
  py::module_ m = parent.def_submodule("optimize", "Steps of minimisers over nests of tensors.");
  m.def(
      "adam_start",
      [](const py::object& parameters) {
        Tensors x;
        const py::object skeleton = flatten(parameters, Leaves::floats, x);
        return state_of(skeleton, optimize::adam_start(x));
      },
      "parameters"_a, "The state before the first step of adam: a dict of step, mean and square.");
  m.def(
      "adam",
      [](const py::object& parameters, const py::object& gradients, const py::dict& state, const Operand& learning_rate,
         double beta1, double beta2, double epsilon, double weight_decay) {
        return python_adam(parameters, gradients, state, {learning_rate.value, beta1, beta2, epsilon, weight_decay});
      },
      "parameters"_a, "gradients"_a, "state"_a, "learning_rate"_a = 1e-3, py::kw_only(), "beta1"_a = 0.9,
      "beta2"_a = 0.999, "epsilon"_a = 1e-8, "weight_decay"_a = 0.0,
      R"(One step of Adam over all tensors of a nest, as one fused job; alone or inside of a compiled function.

parameters : nest (tuples, lists, dicts) of float32 and float64 tensors; floats in it are float64
gradients  : built like parameters
state      : of adam_start or of the step before
learning_rate : a number or a scalar tensor; it may change from step to step, and compiles nothing anew where it is an
             argument of the compiled function
returns    : (parameters, state) after the step
raises     : ValueError where nests, shapes or dtypes differ, and for options that no step can have

Kingma & Ba (2015), algorithm 1; weight_decay as Loshchilov & Hutter (2019).
>>> x = tl.tensor([1.0, -2.0])
>>> state = tl.optimize.adam_start(x)
>>> x, state = tl.optimize.adam(x, 2 * x, state, learning_rate=0.1)
>>> x
tensor([ 0.9, -1.9]))");
}

}  // namespace terrella::python
