// The class Tensor: what it is, how it becomes numbers and arrays, and the function tensor().
#include "python/core/tensor.h"

#include <pybind11/complex.h>

#include <atomic>
#include <chrono>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/trace.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/outer_lock.h"
#include "python/bindings.h"
#include "python/core/tree.h"
#include "python/long_call.h"

namespace terrella::python {
namespace {

// The value of one element as the Python number of its dtype.
py::object number(const Tensor& x) {
  if (x.size() != 1) fail("item: shape ", x.shape(), " has ", x.size(), " elements; item() needs exactly one");
  const void* data = data_of(x);
  return with_type(x.dtype(), [&](auto t) -> py::object { return py::cast(*static_cast<const decltype(t)*>(data)); });
}

template <class Number>
Number converted(const Tensor& x) {
  if (std::is_same_v<Number, py::float_> && is_complex(x.dtype()))
    throw py::type_error("float() of a complex tensor; use .real, .imag or abs()");
  if (std::is_same_v<Number, py::int_> && is_complex(x.dtype()))
    throw py::type_error("int() of a complex tensor; use .real, .imag or abs()");
  return Number(number(x));
}

std::string shown(const Tensor& x) {
  const std::string what = py::str(numpy_dtype(x.dtype()));
  if (x.node()->symbolic)
    return text("tensor(<traced>, shape=", py::repr(to_tuple(x.shape())).cast<std::string>(), ", dtype=", what, ")");
  const py::module_ numpy = py::module_::import("numpy");
  const std::string values =
      numpy.attr("array2string")(to_numpy(x), "separator"_a = ", ", "prefix"_a = "tensor(").cast<std::string>();
  const bool plain =
      x.dtype() == DType::f64 || x.dtype() == DType::i64 || x.dtype() == DType::c128 || x.dtype() == DType::boolean;
  return "tensor(" + values + (plain && x.size() > 0 ? "" : ", dtype=" + what) + ")";
}

py::buffer_info buffer_of(const Tensor& x) {
  const void* data = nullptr;
  try {
    data = data_of(x);
  } catch (const py::error_already_set& error) {
    if (error.matches(PyExc_KeyboardInterrupt))
      PyErr_SetInterrupt();  // numpy forgets errors here and asks __array__ next
    throw;
  }
  const auto size = static_cast<py::ssize_t>(size_of(x.dtype()));
  std::vector<py::ssize_t> shape, strides;
  for (const std::int64_t s : row_major_strides(x.shape())) strides.push_back(s * size);
  for (const std::int64_t e : x.shape()) shape.push_back(e);
  const std::string format = with_type(x.dtype(), [](auto t) { return py::format_descriptor<decltype(t)>::format(); });
  return {const_cast<void*>(data), size, format, x.rank(), shape, strides, /*readonly=*/true};
}

py::object as_array(const Tensor& x, const py::object& dtype, std::optional<bool> copy) {
  const py::array view = to_numpy(x);
  if (!dtype.is_none() && !view.dtype().equal(py::dtype::from_args(dtype))) {
    if (copy == false) fail("__array__: another dtype needs a copy, which copy=False forbids");
    return view.attr("astype")(dtype);
  }
  return copy.value_or(false) ? view.attr("copy")() : py::object(view);
}

// numpy's functions on tensors, see terrella/_numpy.py.
py::object numpy_ufunc(const py::object&, const py::object& ufunc, const std::string& method, const py::args& inputs,
                       const py::kwargs& options) {
  return py::module_::import("terrella._numpy").attr("array_ufunc")(ufunc, method, inputs, options);
}
py::object numpy_function(const py::object&, const py::object& function, const py::object&, const py::tuple& arguments,
                          const py::dict& options) {
  return py::module_::import("terrella._numpy").attr("array_function")(function, arguments, options);
}

std::uint64_t main_thread = 0;

// Lets Ctrl-C stop long evaluations: asks Python for signals a few times a second, on its main thread. Long calls ask
// themselves; their work is done by threads that are none of Python's.
void check_signals() {
  static std::atomic<std::chrono::steady_clock::time_point> last{};
  if (stopping > 0 && !PyGILState_GetThisThreadState()) throw Stopped();
  if (PyThread_get_thread_ident() != main_thread) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last.load(std::memory_order_relaxed) < std::chrono::milliseconds(50)) return;
  last.store(now, std::memory_order_relaxed);
  const py::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

// Python's lock, as evaluations let go of it.
const OuterLock interpreter_lock{
    []() -> void* { return Py_IsInitialized() && PyGILState_Check() ? PyEval_SaveThread() : nullptr; },
    [](void* thread) { PyEval_RestoreThread(static_cast<PyThreadState*>(thread)); }};

PyMethodDef eval_method{"eval",
                        [](PyObject* self, PyObject*) {
                          return guarded([&] {
                            if (const Tensor* const x = exact_tensor(self)) x->eval();
                            return Py_NewRef(self);
                          });
                        },
                        METH_NOARGS,
                        "eval(self: terrella._terrella.Tensor) -> terrella._terrella.Tensor\n\n"
                        "Runs what is needed to hold the values; returns the tensor."};

void bind_conversions(py::class_<Tensor>& tensor) {
  tensor.attr("eval") = py::reinterpret_steal<py::object>(PyDescr_NewMethod(tensor_type, &eval_method));
  tensor.def("item", &number, "The one element as a Python number; ValueError where there are more.")
      .def("numpy", &to_numpy, "The values as a read-only numpy array on the tensor's own memory.")
      .def(
          "tolist", [](const Tensor& x) { return to_numpy(x).attr("tolist")(); },
          "The values as nested lists of numbers.")
      .def(
          "astype", [](const Tensor& x, DType dtype) { return cast(x, dtype); }, "dtype"_a, Unlocked(),
          "With another dtype, as in C++: complex to real takes the real part, to bool asks x != 0.")
      .def_buffer(&buffer_of)
      .def("__array__", &as_array, "dtype"_a = py::none(), py::kw_only(), "copy"_a = py::none())
      .def("__array_ufunc__", &numpy_ufunc)
      .def("__array_function__", &numpy_function)
      .def("__bool__", [](const Tensor& x) { return x.item<bool>(); })
      .def("__float__", &converted<py::float_>)
      .def("__int__", &converted<py::int_>)
      .def("__complex__", [](const Tensor& x) { return number(x).cast<std::complex<double>>(); })
      .def("__index__",
           [](const Tensor& x) {
             if (!is_integer(x.dtype()) || x.rank() != 0)
               throw py::type_error("only a tensor of one integer and no axes can be an index");
             return number(x);
           })
      .def("__copy__", [](const py::object& self) { return self; })
      .def(
          "__deepcopy__", [](const py::object& self, const py::object&) { return self; }, "memo"_a)
      .def("__repr__", &shown);
}

Tensor transposed(const Tensor& x) { return transpose(x); }

void bind_properties(py::class_<Tensor>& tensor) {
  tensor
      .def_property_readonly(
          "shape", [](const Tensor& x) { return py::typing::Tuple<int, py::ellipsis>(to_tuple(x.shape())); },
          "tuple of int")
      .def_property_readonly(
          "dtype", [](const Tensor& x) { return numpy_dtype(x.dtype()); }, "numpy dtype")
      .def_property_readonly(
          "ndim", [](const Tensor& x) { return x.rank(); }, "number of axes")
      .def_property_readonly(
          "size", [](const Tensor& x) { return x.size(); }, "number of elements")
      .def_property_readonly("nbytes",
                             [](const Tensor& x) { return static_cast<std::size_t>(x.size()) * size_of(x.dtype()); })
      .def_property_readonly(
          "device", [](const Tensor&) { return "cpu"; }, "where the values are")
      .def_property_readonly("T", &transposed, "with its axes reversed")
      .def_property_readonly("mT", &matrix_transpose, "with its last two axes swapped")
      .def_property_readonly("real", &real, "real part")
      .def_property_readonly("imag", &imag, "imaginary part");
}

constexpr const char* tensor_help = R"(An array that never changes, of a dtype on a device, with derivatives.

Operations are lazy: they build a graph, which runs when values are asked for (numpy(), float(), print, eval()).
numpy's rules hold for broadcasting, indexing and the meaning of functions. Made by tensor(), zeros(), linspace() ...

>>> x = tl.tensor([1.0, 2.0, 3.0])
>>> x * x
tensor([1., 4., 9.])
>>> tl.grad(lambda t: tl.sum(t * t))(x)
tensor([2., 4., 6.]))";

constexpr const char* make_help =
    R"(A tensor of numbers, nested lists, arrays, or anything with __dlpack__ or __array__.

data    : values; a list that holds tensors is joined with stack(), so that derivatives flow
dtype   : wanted dtype; by default that of the data, of Python numbers int64, float64, complex128 or bool
copy    : None shares memory that nobody can write (read-only arrays) and copies the rest; False always shares, and
          fails where it cannot: do not write to the array while the tensor is in use; True copies
raises  : ValueError for dtypes that do not exist here (strings, uint64, float128), ragged lists, and complex data as
          a real dtype

8 and 16 bit integers become int32, uint32 int64, float16 float32. A bare Python number in an operation, 2.0 * x, adopts
the precision of x; tensor(2.0) has a dtype of its own.

>>> tl.tensor([[1, 2], [3, 4]], dtype=tl.float32)
tensor([[1., 2.],
        [3., 4.]], dtype=float32))";

}  // namespace

void bind_core(py::module_& m) {
  py::class_<Tensor> tensor(m, "Tensor", py::buffer_protocol(), py::custom_type_setup(set_up_type), tensor_help);
  tensor_type = reinterpret_cast<PyTypeObject*>(tensor.ptr());
  bind_properties(tensor);
  bind_conversions(tensor);
  bind_operators(tensor);
  bind_index(m, tensor);
  bind_dlpack(m, tensor);
  m.def("tensor", &to_tensor, "data"_a, "dtype"_a = py::none(), py::kw_only(), "copy"_a = py::none(), make_help);
  bind_elementwise(m);
  bind_reductions(m, tensor);
  bind_shapes(m, tensor);
  bind_creation(m);
  bind_random(m);
  bind_linalg(m);
  bind_fft(m);
  bind_sparse(m);
  bind_krylov(m);
  bind_implicit(m);
  bind_conv(m);
  bind_transforms(m);
  bind_jit(m);
  bind_optimize(m);
  bind_custom_rule(m);
  bind_control(m);
  bind_checks(m);
  bind_debug(m);
  bind_profile(m);
  m.attr("float32") = numpy_dtype(DType::f32);
  m.attr("float64") = numpy_dtype(DType::f64);
  m.attr("complex64") = numpy_dtype(DType::c64);
  m.attr("complex128") = numpy_dtype(DType::c128);
  m.attr("int32") = numpy_dtype(DType::i32);
  m.attr("int64") = numpy_dtype(DType::i64);
  m.attr("bool_") = numpy_dtype(DType::boolean);
  m.def(
      "eval",
      [](py::object nest) {
        Tensors leaves;
        flatten(nest, Leaves::arrays, leaves);
        {
          const py::gil_scoped_release unlocked;
          eval(leaves);
        }
        return nest;
      },
      "nest"_a,
      "Runs what is needed to hold the values of all tensors in a nest of tuples, lists and dicts; returns the nest.");
  m.def("set_threads", &cpu::set_threads, "threads"_a, Unlocked(),
        "Threads that evaluation uses at most, 0 for all of the machine; returns the former setting. Results do not "
        "depend on it.");
  m.def("threads", &cpu::threads, "Threads that evaluation uses at most.");
  m.def("_is_followed", [](const Tensor& x) { return x.node()->symbolic || graph::followed(*x.node()); });
  m.def(
      "devices", [] { return std::vector<std::string>{"cpu"}; }, "Devices that tensors can be on.");
  main_thread = py::module_::import("threading").attr("main_thread")().attr("ident").cast<std::uint64_t>();
  interrupt_check = &check_signals;
  outer_lock = &interpreter_lock;
}

}  // namespace terrella::python
