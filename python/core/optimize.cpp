// Steps of minimisers over nests of tensors.
#include "core/error.h"
#include "core/ops.h"
#include "core/optimize/adam.h"
#include "core/optimize/lbfgs.h"
#include "python/core/function.h"
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

/// One column of the history.
template <class Number>
Tensor column(const optimize::Summary& s, Number optimize::Iteration::*of) {
  std::vector<double> numbers;
  for (const optimize::Iteration& row : s.state.history) numbers.push_back(static_cast<double>(row.*of));
  return Tensor(numbers);
}

void bind_summary(py::module_& m) {
  using optimize::Summary;
  py::class_<Summary>(m, "Summary", "The end of a minimisation: the best point found, and why it ended there.")
      .def_property_readonly(
          "x", [](const Summary& s) { return s.state.x; }, "The best point.")
      .def_property_readonly(
          "value", [](const Summary& s) { return s.state.value; }, "What was minimised, there.")
      .def_property_readonly("converged", &Summary::converged, "Whether it is a minimum, to the tolerances.")
      .def_readonly("message", &Summary::message, "The reason to stop, with its numbers.")
      .def_readonly("evaluations", &Summary::evaluations, "Values computed, each with its gradient.")
      .def_property_readonly(
          "iterations", [](const Summary& s) { return s.state.iteration; }, "Finished iterations.")
      .def_property_readonly(
          "values", [](const Summary& s) { return column(s, &optimize::Iteration::value); },
          "Value after each iteration, that of the start first.")
      .def_property_readonly(
          "gradients", [](const Summary& s) { return column(s, &optimize::Iteration::gradient); },
          "Largest component of the gradient after each iteration, that of the start first.")
      .def("__repr__", [](const Summary& s) {
        return text("Summary(value ", s.state.value, " after ", s.state.iteration, " iterations: ", s.message, ")");
      });
}

optimize::Summary python_lbfgs(const py::function& f, const Operand& start, int max_iterations, int memory,
                               const optimize::Tolerances& tolerances, const py::object& callback) {
  if (is_complex(start.value.dtype()))
    fail("lbfgs: the start is ", name(start.value.dtype()), "; give real and imaginary part as real numbers");
  optimize::LbfgsOptions options;
  options.max_iterations = max_iterations;
  options.memory = memory;
  options.tolerances = tolerances;
  const optimize::Objective objective = optimize::objective_of(function_of_one(f));
  optimize::Progress progress = [&](const optimize::State& state) {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (callback.is_none()) return true;
    const py::object answer = callback(state.iteration, state.x, state.value);
    return answer.is_none() || answer.cast<bool>();
  };
  const py::gil_scoped_release unlocked;
  return optimize::minimize_lbfgs(objective, {.x = terrella::cast(start.value, DType::f64)}, options, progress);
}

}  // namespace

void bind_optimize(py::module_& parent) {
  py::module_ m =
      parent.def_submodule("optimize", "Minimisers of functions, and steps of minimisers over nests of tensors.");
  bind_summary(m);
  m.def(
      "lbfgs",
      [](const py::function& f, const Operand& start, int max_iterations, int memory, double gradient, double step,
         double value, const py::object& callback) {
        return python_lbfgs(f, start, max_iterations, memory, {gradient, step, value}, callback);
      },
      "f"_a, "start"_a, py::kw_only(), "max_iterations"_a = 200, "memory"_a = 10, "gradient"_a = 1e-8, "step"_a = 1e-12,
      "value"_a = 1e-12, "callback"_a = py::none(),
      R"(Minimises f from start, by gradients in reverse mode: L-BFGS with a strong Wolfe line search.

f        : function of one tensor to a real number; jit(f) is one as well
start    : float64 of any shape
memory   : pairs of steps and changes of the gradient that stand for the curvature
gradient : it ends where the largest component of the gradient is that of the start times this,
step     : the step is that small beside x,
value    : or an iteration lowers the value by that small a part
callback : called as callback(iteration, x, value) at the start and after each iteration; ends the minimisation by returning False
returns  : Summary; no exception where it does not converge
raises   : ValueError where f does not give a real number

Nocedal (1980); Nocedal & Wright (2006), algorithm 7.5.
>>> tl.optimize.lbfgs(lambda x: tl.sum((x - 3) ** 2), [0.0, 1.0]).x
tensor([3., 3.]))");
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
