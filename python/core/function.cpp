#include "python/core/function.h"

#include <algorithm>

#include "core/error.h"

namespace terrella::python {

// Destroyed wherever the last node of a graph that knows the function is: under the interpreter lock.
struct Call::State {
  py::function f;
  py::list arguments;  // skeletons of those that are followed, values of the others
  py::kwargs kwargs;
  std::vector<std::size_t> followed;
  py::object value = py::none(), aux = py::none();  // of the last call, value as a skeleton
  const char* aux_of = nullptr;
  const char* single_of = nullptr;
};

Held hold(py::object object) {
  return {object.release().ptr(), [](PyObject* p) {
            const py::gil_scoped_acquire gil;
            Py_DECREF(p);
          }};
}

Call::Call(const py::function& f, const py::args& args, const py::kwargs& kwargs, Leaves kind,
           std::vector<std::size_t> followed)
    : state_(std::make_unique<State>(State{f, py::list(args), kwargs, std::move(followed)}).release(), [](State* s) {
        const py::gil_scoped_acquire gil;
        const std::unique_ptr<State> freed(s);
      }) {
  if (state_->followed.empty())
    for (std::size_t i = 0; i < args.size(); ++i) state_->followed.push_back(i);
  for (const std::size_t i : state_->followed) state_->arguments[i] = flatten(args[i], kind, leaves_);
}

void Call::set_has_aux(const char* operation) { state_->aux_of = operation; }
void Call::set_single(const char* operation) { state_->single_of = operation; }

Function Call::function() const {
  return [state = state_](const Tensors& x) {
    const py::gil_scoped_acquire gil;
    State& s = *state;
    py::list arguments = s.arguments.attr("copy")();
    std::size_t next = 0;
    for (const std::size_t i : s.followed) arguments[i] = rebuild(s.arguments[i], x, next);
    py::object value = s.f(*arguments, **s.kwargs);
    if (s.aux_of) {
      if (!PyTuple_Check(value.ptr()) || py::len(value) != 2)
        fail(s.aux_of, ": with has_aux=True the function returns (value, aux), not a ", Py_TYPE(value.ptr())->tp_name);
      s.aux = value[py::int_(1)];
      value = value[py::int_(0)];
    }
    Tensors leaves;
    s.value = flatten(value, Leaves::numbers, leaves);
    if (s.single_of &&
        (leaves.size() != 1 || PyTuple_Check(value.ptr()) || PyList_Check(value.ptr()) || PyDict_Check(value.ptr())))
      fail(s.single_of, ": the function must return one tensor, not a ", Py_TYPE(value.ptr())->tp_name,
           "; use has_aux=True or vjp() where there is more to return");
    if (leaves.empty()) fail("the function returned ", py::repr(value).cast<std::string>(), ", which holds no tensor");
    return leaves;
  };
}

py::object Call::argument(std::size_t i, const Tensors& leaves) const {
  std::size_t next = 0;
  for (std::size_t k = 0; k < i; ++k) (void)rebuild(state_->arguments[state_->followed[k]], leaves, next);
  return rebuild(state_->arguments[state_->followed[i]], leaves, next);
}

py::object Call::value(const Tensors& leaves) const {
  std::size_t next = 0;
  return rebuild(state_->value, leaves, next);
}

py::object Call::aux() const { return state_->aux; }
std::size_t Call::arguments() const { return state_->followed.size(); }

py::list Call::derivatives(const Tensors& leaves) const {
  py::list all;
  std::size_t next = 0;
  for (const std::size_t i : state_->followed) all.append(rebuild(state_->arguments[i], leaves, next, py::none()));
  return all;
}

Tensors Call::match_value(py::handle nest, const std::string& what) const {
  Tensors leaves;
  match(state_->value, nest, what, leaves);
  return leaves;
}

Tensors Call::match_arguments(py::handle nests, const std::string& what) const {
  if ((!PyTuple_Check(nests.ptr()) && !PyList_Check(nests.ptr())) || py::len(nests) != arguments())
    fail(what, ": give a tuple of ", arguments(), ", one for each argument");
  Tensors leaves;
  for (std::size_t i = 0; i < arguments(); ++i)
    match(state_->arguments[state_->followed[i]], py::object(nests[py::int_(i)]), what + " " + std::to_string(i),
          leaves);
  return leaves;
}

std::vector<std::optional<int>> Call::value_axes(py::handle spec) const {
  std::vector<std::optional<int>> axes;
  axes_of(state_->value, spec, "vmap: out_axes", axes);
  return axes;
}

std::vector<std::optional<int>> Call::argument_axes(py::handle spec) const {
  const bool each = PyTuple_Check(spec.ptr()) || PyList_Check(spec.ptr());
  if (each && py::len(spec) != arguments())
    fail("vmap: in_axes has ", py::len(spec), " entries for ", arguments(), " arguments");
  std::vector<std::optional<int>> axes;
  for (std::size_t i = 0; i < arguments(); ++i)
    axes_of(state_->arguments[state_->followed[i]],
            each ? py::object(spec[py::int_(i)]) : py::reinterpret_borrow<py::object>(spec),
            "vmap: in_axes of argument " + std::to_string(i), axes);
  return axes;
}

Function function_of_one(const py::function& f) {
  return [f = hold(f)](const Tensors& x) -> Tensors {
    const py::gil_scoped_acquire gil;
    const py::object y = object_of(f)(x.at(0));
    const Tensor value = to_operand(y);
    if (!value.defined()) fail("check: the function must return a tensor, not a ", Py_TYPE(y.ptr())->tp_name);
    return {value};
  };
}

}  // namespace terrella::python
