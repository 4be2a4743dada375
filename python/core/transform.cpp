// Derivatives and batches of Python functions. The interpreter is released while the core works, and taken back for
// each call of the function.
#include "core/transform.h"

#include <variant>

#include "core/error.h"
#include "core/ops.h"
#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using Numbers = std::variant<int, std::vector<int>>;

std::vector<std::size_t> positions(const char* operation, const Numbers& argnums, std::size_t count) {
  const auto* one = std::get_if<int>(&argnums);
  std::vector<std::size_t> chosen;
  for (const int i : one ? std::vector<int>{*one} : std::get<std::vector<int>>(argnums)) {
    const auto n = static_cast<int>(count);
    if (i < -n || i >= n)
      fail(operation, ": argument ", i, " does not exist; the function was called with ", count, " positional ones");
    chosen.push_back(static_cast<std::size_t>(i < 0 ? i + n : i));
  }
  if (chosen.empty()) fail(operation, ": argnums names no argument");
  return chosen;
}

// One derivative for argnums=0, a tuple of them for argnums=(0, 1).
py::object chosen(const Numbers& argnums, const py::list& derivatives) {
  return std::holds_alternative<int>(argnums) ? py::object(derivatives[0]) : py::object(py::tuple(derivatives));
}

void check_any(const char* operation, const Call& call) {
  if (call.leaves().empty())
    fail(operation,
         ": the arguments to differentiate hold no floating tensor, array or number (integers have no derivative)");
}

std::vector<int> all_of(const Tensors& leaves) {
  std::vector<int> numbers(leaves.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
  return numbers;
}

py::object value_and_gradient(const py::function& f, const Numbers& argnums, bool has_aux, bool with_value,
                              const py::args& args, const py::kwargs& kwargs) {
  Call call(f, args, kwargs, Leaves::floats, positions("grad", argnums, args.size()));
  check_any("grad", call);
  if (has_aux) call.set_has_aux("grad");
  call.set_single("grad");
  const ValueAndGrad result = [&] {
    const py::gil_scoped_release unlocked;
    return value_and_grad_of(call.function(), all_of(call.leaves()))(call.leaves());
  }();
  const py::object gradient = chosen(argnums, call.derivatives(result.gradient));
  if (!with_value) return has_aux ? py::object(py::make_tuple(gradient, call.aux())) : gradient;
  const py::object value = call.value(result.value);
  return py::make_tuple(has_aux ? py::object(py::make_tuple(value, call.aux())) : value, gradient);
}

py::cpp_function gradient(const py::function& f, const Numbers& argnums, bool has_aux, bool with_value) {
  return {[=](const py::args& args, const py::kwargs& kwargs) {
            return value_and_gradient(f, argnums, has_aux, with_value, args, kwargs);
          },
          py::name(with_value ? "value_and_grad_of_function" : "grad_of_function")};
}

py::tuple python_vjp(const py::function& f, const py::args& primals) {
  const Call call(f, primals, py::kwargs(), Leaves::floats);
  check_any("vjp", call);
  const Vjp result = [&] {
    const py::gil_scoped_release unlocked;
    return vjp(call.function(), call.leaves());
  }();
  const py::cpp_function pullback(
      [call, back = result.pullback](const py::object& cotangent) {
        const Tensors given = call.match_value(cotangent, "vjp: cotangent");
        const Tensors found = [&] {
          const py::gil_scoped_release unlocked;
          return back(given);
        }();
        return py::tuple(call.derivatives(found));
      },
      py::name("pullback"), "cotangent"_a);
  return py::make_tuple(call.value(result.value), pullback);
}

py::args as_args(py::handle nests, const char* what) {
  if (!PyTuple_Check(nests.ptr()) && !PyList_Check(nests.ptr()))
    fail(what, " must be a tuple, one entry for each argument");
  return py::args(py::tuple(py::reinterpret_borrow<py::object>(nests)));
}

py::tuple python_jvp(const py::function& f, const py::object& primals, const py::object& tangents) {
  const Call call(f, as_args(primals, "jvp: primals"), py::kwargs(), Leaves::floats);
  check_any("jvp", call);
  const Tensors directions = call.match_arguments(tangents, "jvp: tangents");
  const Jvp result = [&] {
    const py::gil_scoped_release unlocked;
    return jvp(call.function(), call.leaves(), directions);
  }();
  return py::make_tuple(call.value(result.value), call.value(result.tangent));
}

py::tuple python_jet(const py::function& f, const py::object& primals, const py::sequence& series) {
  const Call call(f, as_args(primals, "jet: primals"), py::kwargs(), Leaves::floats);
  check_any("jet", call);
  std::vector<Tensors> derivatives;
  for (std::size_t k = 0; k < series.size(); ++k)
    derivatives.push_back(call.match_arguments(py::object(series[k]), "jet: series[" + std::to_string(k) + "]"));
  const Jet result = [&] {
    const py::gil_scoped_release unlocked;
    return jet(call.function(), call.leaves(), derivatives);
  }();
  py::list found;
  for (const Tensors& order : result.series) found.append(call.value(order));
  return py::make_tuple(call.value(result.value), found);
}

Mode mode_of(const std::string& mode) {
  if (mode != "reverse" && mode != "forward") fail("jacobian: mode '", mode, "' is neither 'reverse' nor 'forward'");
  return mode == "reverse" ? Mode::reverse : Mode::forward;
}

py::cpp_function python_jacobian(const py::function& f, const Numbers& argnums, const std::string& mode) {
  return {[=, way = mode_of(mode)](const py::args& args, const py::kwargs& kwargs) {
            Call call(f, args, kwargs, Leaves::floats, positions("jacobian", argnums, args.size()));
            check_any("jacobian", call);
            call.set_single("jacobian");
            Tensors blocks;
            {
              const py::gil_scoped_release unlocked;
              for (const int i : all_of(call.leaves()))
                blocks.push_back(jacobian_of(call.function(), call.leaves(), i, way));
            }
            return chosen(argnums, call.derivatives(blocks));
          },
          py::name("jacobian_of_function")};
}

// f as a function of one tensor, its argument argnum.
Call of_one(const char* operation, const py::function& f, int argnum, const py::args& args, const py::kwargs& kwargs) {
  Call call(f, args, kwargs, Leaves::floats, positions(operation, argnum, args.size()));
  if (call.leaves().size() != 1)
    fail(operation, ": argument ", argnum, " must be one tensor, not a nest of ", call.leaves().size());
  call.set_single(operation);
  return call;
}

py::cpp_function python_hessian(const py::function& f, int argnum) {
  return {[=](const py::args& args, const py::kwargs& kwargs) {
            const Call call = of_one("hessian", f, argnum, args, kwargs);
            const py::gil_scoped_release unlocked;
            return hessian_of(call.function(), call.leaves()[0]);
          },
          py::name("hessian_of_function")};
}

py::object python_hvp(const py::function& f, const py::object& x, const py::object& v) {
  Call call(f, py::args(py::make_tuple(x)), py::kwargs(), Leaves::floats);
  check_any("hvp", call);
  call.set_single("hvp");
  const Tensors directions = call.match_arguments(py::make_tuple(v), "hvp: v");
  const Tensors product = [&] {
    const py::gil_scoped_release unlocked;
    return jvp(grad_of(call.function(), all_of(call.leaves())), call.leaves(), directions).tangent;
  }();
  return call.derivatives(product)[0];
}

py::cpp_function python_vmap(const py::function& f, const py::object& in_axes, const py::object& out_axes) {
  return {[=](const py::args& args, const py::kwargs& kwargs) {
            const Call call(f, args, kwargs, Leaves::arrays);
            const auto axes = call.argument_axes(in_axes);
            Tensors results = [&] {
              const py::gil_scoped_release unlocked;
              return vmap_of(call.function(), axes)(call.leaves());
            }();
            const auto places = call.value_axes(out_axes);
            for (std::size_t i = 0; i < results.size(); ++i) {
              if (!places[i]) fail("vmap: out_axes must be integers; every result has the mapped axis");
              results[i] = move_axis(results[i], 0, *places[i]);
            }
            return call.value(results);
          },
          py::name("vmap_of_function")};
}

py::cpp_function python_checkpoint(const py::function& f) {
  return {[=](const py::args& args, const py::kwargs& kwargs) {
            const Call call(f, args, kwargs, Leaves::arrays);
            const Tensors results = [&] {
              const py::gil_scoped_release unlocked;
              return checkpoint_of(call.function())(call.leaves());
            }();
            return call.value(results);
          },
          py::name("checkpoint_of_function")};
}

py::object python_stop_gradient(const py::object& x) {
  Tensors leaves;
  const py::object skeleton = flatten(x, Leaves::arrays, leaves);
  for (Tensor& leaf : leaves) leaf = stop_gradient(leaf);
  std::size_t next = 0;
  return rebuild(skeleton, leaves, next);
}

}  // namespace

void bind_transforms(py::module_& m) {
  m.def(
      "grad",
      [](const py::function& f, const Numbers& argnums, bool has_aux) { return gradient(f, argnums, has_aux, false); },
      "f"_a, "argnums"_a = 0, py::kw_only(), "has_aux"_a = false,
      R"(The function that returns the gradient of f, a real scalar.

f       : function of tensors, numbers, and nests (tuples, lists, dicts) of them; may return (value, aux) with has_aux
argnums : position of the argument to differentiate, or several, which give a tuple of gradients
returns : function of the same arguments; the gradient is built like the argument, None where it holds no tensor
raises  : ValueError where f returns anything but one real scalar, or an argument to differentiate is no floating one

For complex arguments the gradient is dL/dre + i dL/dim (PyTorch's convention; JAX gives the conjugate).

>>> tl.grad(lambda x: x**3)(2.0)
tensor(12.))");
  m.def(
      "value_and_grad",
      [](const py::function& f, const Numbers& argnums, bool has_aux) { return gradient(f, argnums, has_aux, true); },
      "f"_a, "argnums"_a = 0, py::kw_only(), "has_aux"_a = false,
      R"(The function that returns (value, gradient) of f; see grad.

With has_aux: ((value, aux), gradient).

>>> tl.value_and_grad(lambda x: x**3)(2.0)
(tensor(8.), tensor(12.)))");
  m.def("vjp", &python_vjp, "f"_a, R"(The value of f at the arguments, and the map from its cotangents to theirs.

returns : (value, pullback); pullback(cotangent like value) is a tuple, one cotangent for each argument, and may be called
          again and again. For Re<a,b> = Re sum conj(a) b: the pullback of a linear map is its Hermitian adjoint.

>>> value, pullback = tl.vjp(tl.sin, 0.0)
>>> pullback(2.0)
(tensor(2.),))");
  m.def("jvp", &python_jvp, "f"_a, "primals"_a, "tangents"_a, R"(The value of f and its derivative along the tangents.

primals, tangents : tuples, one entry for each argument, built alike
returns           : (value, tangent)

>>> tl.jvp(tl.sin, (0.0,), (2.0,))
(tensor(0.), tensor(2.)))");
  m.def("jet", &python_jet, "f"_a, "primals"_a, "series"_a,
        R"(Taylor mode: the value of f and its derivatives along a curve x(t), all orders at once.

primals : tuple, x(0) of each argument
series  : [first, second, ...]: the derivatives of the arguments with respect to t at 0, each a tuple built like
          primals, None for zero. Derivatives, not Taylor coefficients, which are these over k!
returns : (value, [first, second, ...]), the derivatives of f(x(t)), each built like the value
raises  : ValueError where a derivative has another shape than its argument

Costs far less than nested jvp from order 2 on; the result can be differentiated, by the weights of a network for
example, and mapped.

>>> u, (u_x, u_xx) = tl.jet(tl.sin, (0.5,), [(1.0,), (None,)])
>>> float(u + u_xx)
0.0)");
  m.def("jacobian", &python_jacobian, "f"_a, "argnums"_a = 0, "mode"_a = "reverse",
        R"(The function that returns d f / d argument: the shape of the result, then that of the argument.

f    : returns one tensor; real, or holomorphic in a complex argument
mode : "reverse" runs one pullback for each result, "forward" one tangent for each entry of the argument, in one batch

>>> tl.jacobian(lambda x: x * x)(tl.tensor([1.0, 2.0]))
tensor([[2., 0.],
        [0., 4.]]))");
  m.def("hessian", &python_hessian, "f"_a, "argnum"_a = 0,
        R"(The function that returns the second derivatives of f, a real scalar: the shape of the argument twice.

>>> tl.hessian(lambda x: x[0] * x[1] ** 2)(tl.tensor([1.0, 2.0]))
tensor([[0., 4.],
        [4., 2.]]))");
  m.def("hvp", &python_hvp, "f"_a, "x"_a, "v"_a,
        R"(Hessian of f at x times v, at the price of a gradient; v is built like x.

>>> tl.hvp(lambda x: tl.sum(x**3), tl.tensor([1.0, 2.0]), tl.tensor([1.0, 1.0]))
tensor([ 6., 12.]))");
  m.def("vmap", &python_vmap, "f"_a, "in_axes"_a = 0, "out_axes"_a = 0,
        R"(f over one more axis of its arguments, as one batch.

in_axes  : where arguments have that axis: an int or None (the same for all) for every argument, or a tuple with one
           entry for each, itself an int, None, or a nest of them
out_axes : where results get it
raises   : ValueError where extents differ, or f branches on values: use where()

>>> tl.vmap(tl.dot, in_axes=(0, None))(tl.eye(2), tl.tensor([3.0, 4.0]))
tensor([3., 4.]))");
  m.def("checkpoint", &python_checkpoint, "f"_a,
        "f, whose intermediate results are not kept for derivatives but computed again when needed.");
  m.def("stop_gradient", &python_stop_gradient, "x"_a, "x, a tensor or a nest, through which no derivative flows.");
}

}  // namespace terrella::python
