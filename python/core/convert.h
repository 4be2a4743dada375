// python/core/convert.h: Python values as arguments of the core and back: operands, shapes, axes, dtypes, numpy arrays.
#pragma once
#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "core/ops/reduce.h"
#include "core/tensor.h"
#include "python/core/object.h"

namespace terrella::python {

using namespace pybind11::literals;

/// Whatever an operation may wait for (threads, other evaluations), it never waits holding the interpreter.
using Unlocked = py::call_guard<py::gil_scoped_release>;

/// What an operation takes: a Tensor, a Python number (weak), or what to_tensor() makes a tensor of.
struct Operand {
  Tensor value = Tensor::none();
};
/// A shape, or one extent.
struct Extents {
  Shape value;
};
/// axis=None, an int, or a sequence of ints.
struct AxisChoice {
  bool all = true;
  Axes axes;
};

/// The tensor that an object is, of the class Tensor or one derived from it; null for anything else.
const Tensor* as_tensor(py::handle value);

/// The tensor of a number, a nest of lists, an array, or anything with __array__ or __dlpack__. copy: no value shares
/// memory that nobody can write, false always shares or fails, true always copies.
Tensor to_tensor(py::handle data, std::optional<DType> dtype = {}, std::optional<bool> copy = {});
/// Numbers become weak scalars, all else what to_tensor() makes of it; none() for what cannot be a tensor.
Tensor to_operand(py::handle value);
/// A read-only view of the evaluated tensor, which lives as long as the view.
py::array to_numpy(const Tensor& x);
/// Address of the evaluated, row-major data.
const void* data_of(const Tensor& x);

py::dtype numpy_dtype(DType dtype);
/// Of anything that numpy takes for a dtype; fails naming those that exist.
DType to_dtype(py::handle dtype);
py::tuple to_tuple(const Shape& shape);

/// A tensor around memory of a Python object that must not be written; the object is kept alive.
Tensor borrowed(void* data, DType dtype, const Shape& shape, const Shape& strides, py::object owner);
/// tl.from_dlpack, without a copy.
Tensor from_dlpack(const py::object& x);

}  // namespace terrella::python

namespace pybind11::detail {

template <>
struct type_caster<terrella::python::Operand> {
  PYBIND11_TYPE_CASTER(terrella::python::Operand, const_name("terrella._terrella.Tensor | numpy.typing.ArrayLike"));
  bool load(handle source, bool) {
    value.value = terrella::python::to_operand(source);
    return value.value.defined();
  }
};

template <>
struct type_caster<terrella::python::Extents> {
  PYBIND11_TYPE_CASTER(terrella::python::Extents, const_name("int | collections.abc.Sequence[int]"));
  bool load(handle source, bool);
};

template <>
struct type_caster<terrella::python::AxisChoice> {
  PYBIND11_TYPE_CASTER(terrella::python::AxisChoice, const_name("int | collections.abc.Sequence[int] | None"));
  bool load(handle source, bool);
};

template <>
struct type_caster<terrella::DType> {
  PYBIND11_TYPE_CASTER(terrella::DType, const_name("numpy.typing.DTypeLike"));
  bool load(handle source, bool) {
    if (source.is_none()) return false;
    value = terrella::python::to_dtype(source);
    return true;
  }
  static handle cast(terrella::DType dtype, return_value_policy, handle) {
    return terrella::python::numpy_dtype(dtype).release();
  }
};

}  // namespace pybind11::detail
