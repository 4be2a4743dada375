#include "python/core/convert.h"

#include <algorithm>
#include <memory>
#include <string>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/ops.h"

namespace terrella::python {
namespace {

// kind and size of an element, as numpy names them.
struct Element {
  char kind;
  py::ssize_t size;
  bool operator==(const Element&) const = default;
};
Element element(const py::dtype& dtype) { return {dtype.kind(), dtype.itemsize()}; }

std::optional<DType> exact_dtype(Element e) {
  for (int i = 0; i < dtype_count; ++i) {
    const auto d = static_cast<DType>(i);
    const char kind = d == DType::boolean ? 'b' : is_integer(d) ? 'i' : is_complex(d) ? 'c' : 'f';
    if (e == Element{kind, static_cast<py::ssize_t>(size_of(d))}) return d;
  }
  return std::nullopt;
}

// The dtype that holds every value of a smaller one.
std::optional<DType> wider_dtype(Element e) {
  if ((e.kind == 'i' || e.kind == 'u') && e.size <= 2) return DType::i32;
  if (e == Element{'u', 4}) return DType::i64;
  if (e == Element{'f', 2}) return DType::f32;
  return std::nullopt;
}

[[noreturn]] void no_dtype(const py::handle& dtype) {
  fail("tensor: dtype ", py::str(dtype).cast<std::string>(),
       " has no counterpart; use bool, int32, int64, float32, float64, complex64 or complex128");
}

bool is_native(const py::dtype& dtype) { return dtype.attr("isnative").cast<bool>(); }

// Whether nobody can write the memory behind a buffer's exporter. Terrella's own values are never written.
bool frozen_exporter(py::handle exporter) {
  if (exporter.is_none()) return true;
  if (std::string(Py_TYPE(exporter.ptr())->tp_name).starts_with("terrella.")) return true;
  Py_buffer buffer;
  if (!PyObject_CheckBuffer(exporter.ptr())) return false;
  if (PyObject_GetBuffer(exporter.ptr(), &buffer, PyBUF_WRITABLE) == 0) {
    PyBuffer_Release(&buffer);
    return false;
  }
  PyErr_Clear();
  return true;
}

bool frozen(const py::array& array) {
  py::object now = array;
  while (py::isinstance<py::array>(now)) {
    if (py::reinterpret_borrow<py::array>(now).writeable()) return false;
    now = now.attr("base");
  }
  return frozen_exporter(now);
}

Tensor of_array(py::array array, std::optional<bool> copy) {
  std::optional<DType> dtype = exact_dtype(element(array.dtype()));
  if (!dtype || !is_native(array.dtype())) {
    if (!dtype) dtype = wider_dtype(element(array.dtype()));
    if (!dtype) no_dtype(array.dtype());
    if (copy == false)
      fail("tensor: dtype ", py::str(array.dtype()).cast<std::string>(), " must be converted; copy=False forbids it");
    array = array.attr("astype")(numpy_dtype(*dtype)).cast<py::array>();
  }
  Shape shape, strides;
  bool shareable = (array.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_) != 0;
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    shape.push_back(array.shape(i));
    shareable &= array.strides(i) % array.itemsize() == 0;
    strides.push_back(array.strides(i) / array.itemsize());
  }
  if (!shareable) {
    if (copy == false) fail("tensor: the array is not aligned to its elements; copy=False forbids a copy");
    return of_array(array.attr("copy")("C").cast<py::array>(), copy);
  }
  if (!copy && frozen(array)) copy = false;
  const Tensor shared = borrowed(const_cast<void*>(array.data()), *dtype, shape, strides, array);
  if (copy == false) return shared;
  const bool row_major = (array.flags() & py::array::c_style) != 0;
  const py::gil_scoped_release unlocked;
  return with_type(*dtype, [&](auto t) {
    const auto values = shared.data<decltype(t)>();  // what was strided is now a row-major copy already
    return row_major ? Tensor::from(values, shape) : shared;
  });
}

bool is_numpy(py::handle x) {
  static const py::handle generic = py::module_::import("numpy").attr("generic").cast<py::object>().release();
  return py::isinstance<py::array>(x) || py::isinstance(x, generic);
}

bool is_sequence(py::handle x) { return PyList_Check(x.ptr()) || PyTuple_Check(x.ptr()); }

// Refuses lists deeper than numpy's own limit; a list may hold itself.
void check_depth(int depth) {
  constexpr int deepest = 64;
  if (depth > deepest) fail("tensor: lists are nested deeper than ", deepest, " levels, or one holds itself");
}

bool holds_tensor(py::handle nest, int depth = 0) {
  if (!is_sequence(nest)) return as_tensor(nest);
  check_depth(depth);
  const auto items = py::reinterpret_borrow<py::sequence>(nest);
  return std::any_of(items.begin(), items.end(), [&](py::handle item) { return holds_tensor(item, depth + 1); });
}

// Tensors in a nest of lists are joined as tensors, so that derivatives flow through.
Tensor stacked(py::handle nest, int depth = 0) {
  if (!is_sequence(nest)) return to_operand(nest);
  check_depth(depth);
  Tensors parts;
  for (const py::handle item : py::reinterpret_borrow<py::sequence>(nest)) {
    parts.push_back(stacked(item, depth + 1));
    if (!parts.back().defined()) fail("tensor: a list of tensors holds a ", Py_TYPE(item.ptr())->tp_name);
  }
  return stack(parts);
}

py::array numpy_array(py::handle data) {
  try {
    return py::module_::import("numpy").attr("asarray")(data).cast<py::array>();
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError)) throw;
    fail("tensor: ", py::str(error.value()).cast<std::string>());  // ragged lists and the like, in numpy's words
  }
}

Tensor of_any(py::handle data, std::optional<bool> copy) {
  if (py::isinstance<Tensor>(data)) return data.cast<const Tensor&>();
  if (is_sequence(data) && holds_tensor(data)) return stacked(data);
  if (!is_numpy(data) && py::hasattr(data, "__dlpack__")) {
    const Tensor shared = from_dlpack(py::reinterpret_borrow<py::object>(data));
    if (copy == false) return shared;
    return with_type(shared.dtype(), [&](auto t) { return Tensor::from(shared.data<decltype(t)>(), shared.shape()); });
  }
  if (copy == false && !is_numpy(data) && !PyObject_CheckBuffer(data.ptr()) && !py::hasattr(data, "__array__"))
    fail("tensor: a ", Py_TYPE(data.ptr())->tp_name, " has no memory to share; leave copy=False out");
  return of_array(numpy_array(data), copy);
}

}  // namespace

Tensor borrowed(void* data, DType dtype, const Shape& shape, const Shape& strides, py::object owner) {
  auto buffer = std::make_unique<Buffer>();
  buffer->data = data;
  buffer->bytes = static_cast<std::size_t>(shape.size()) * size_of(dtype);
  buffer->owner = owner.release().ptr();
  buffer->release = [](Buffer* b) {
    const std::unique_ptr<Buffer> freed(b);
    if (!Py_IsInitialized()) return;  // a tensor of static storage: its owner has gone with the interpreter
    const py::gil_scoped_acquire gil;
    Py_DECREF(static_cast<PyObject*>(b->owner));
  };
  Array array;
  array.buffer = BufferPointer(buffer.release());
  array.dtype = dtype;
  array.shape = shape;
  array.strides = strides;
  return Tensor::from(std::move(array));
}

Tensor to_tensor(py::handle data, std::optional<DType> dtype, std::optional<bool> copy) {
  const Tensor x = of_any(data, copy);
  if (!dtype || *dtype == x.dtype()) return x;
  if (copy == false)
    fail("tensor: ", name(x.dtype()), " as ", name(*dtype), " must be converted; copy=False forbids it");
  if (is_complex(x.dtype()) && !is_complex(*dtype) && *dtype != DType::boolean)
    fail("tensor: complex data as ", name(*dtype), " would lose their imaginary parts; use real() or abs()");
  return cast(x, *dtype);
}

const Tensor* as_tensor(py::handle value) {
  if (const Tensor* tensor = exact_tensor(value.ptr())) return tensor;
  return PyObject_TypeCheck(value.ptr(), tensor_type) ? &value.cast<const Tensor&>() : nullptr;
}

Tensor to_operand(py::handle value) {
  PyObject* const p = value.ptr();
  if (const Tensor* tensor = as_tensor(value)) return *tensor;
  if (PyBool_Check(p)) return Tensor(p == Py_True);
  if (PyFloat_CheckExact(p)) return Tensor(PyFloat_AS_DOUBLE(p));
  if (PyLong_Check(p)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(p, &overflow);
    if (overflow != 0) fail("tensor: the integer ", py::str(value).cast<std::string>(), " does not fit into 64 bits");
    return Tensor(static_cast<std::int64_t>(number));
  }
  if (is_numpy(value)) return of_array(numpy_array(value), std::nullopt);
  if (PyFloat_Check(p)) return Tensor(PyFloat_AS_DOUBLE(p));
  if (PyComplex_Check(p)) return Tensor(std::complex<double>(PyComplex_RealAsDouble(p), PyComplex_ImagAsDouble(p)));
  if (is_sequence(value) || py::hasattr(value, "__dlpack__") || py::hasattr(value, "__array__") ||
      (PyObject_CheckBuffer(p) && !PyBytes_Check(p)))
    return of_any(value, std::nullopt);
  return Tensor::none();
}

const void* data_of(const Tensor& x) {
  const py::gil_scoped_release unlocked;
  return with_type(x.dtype(), [&](auto t) -> const void* { return x.data<decltype(t)>().data(); });
}

py::array to_numpy(const Tensor& x) {
  const void* data = data_of(x);
  const Shape& shape = x.shape();
  const py::array view(numpy_dtype(x.dtype()), std::vector<py::ssize_t>(shape.begin(), shape.end()), data, py::cast(x));
  view.attr("setflags")("write"_a = false);
  return view;
}

py::dtype numpy_dtype(DType dtype) {
  return with_type(dtype, [](auto t) { return py::dtype::of<decltype(t)>(); });
}

DType to_dtype(py::handle given) {
  const py::dtype dtype = py::dtype::from_args(py::reinterpret_borrow<py::object>(given));
  const std::optional<DType> exact = exact_dtype(element(dtype));
  if (!exact || !is_native(dtype)) no_dtype(dtype);
  return *exact;
}

py::tuple to_tuple(const Shape& shape) {
  py::tuple result(static_cast<std::size_t>(shape.rank()));
  for (int i = 0; i < shape.rank(); ++i) result[static_cast<std::size_t>(i)] = py::int_(shape[i]);
  return result;
}

}  // namespace terrella::python

namespace pybind11::detail {
namespace {

// Integers of an int or a sequence of ints; false for anything else.
bool integers(handle source, std::vector<std::int64_t>& numbers) {
  if (PyIndex_Check(source.ptr()) && !isinstance<array>(source)) {
    numbers.push_back(source.attr("__index__")().cast<std::int64_t>());
    return true;
  }
  if (!isinstance<sequence>(source) || isinstance<str>(source)) return false;
  for (const handle item : reinterpret_borrow<sequence>(source)) {
    if (!PyIndex_Check(item.ptr())) return false;
    numbers.push_back(item.attr("__index__")().cast<std::int64_t>());
  }
  return true;
}

}  // namespace

bool type_caster<terrella::python::Extents>::load(handle source, bool) {
  std::vector<std::int64_t> extents;
  if (!integers(source, extents)) return false;
  value.value = terrella::Shape(extents);
  return true;
}

bool type_caster<terrella::python::AxisChoice>::load(handle source, bool) {
  value.axes.clear();
  value.all = source.is_none();
  return value.all || integers(source, value.axes);
}

}  // namespace pybind11::detail
