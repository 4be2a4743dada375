// python/core/object.h: the Python object of a Tensor. Made, read and freed some thousand times a millisecond, so that
// it goes past pybind11's look-ups of types and instances.
#pragma once
#include <pybind11/pybind11.h>

#include "core/tensor.h"

namespace terrella::python {

namespace py = pybind11;

/// The class Tensor, once it is bound.
inline PyTypeObject* tensor_type = nullptr;

/// A new Python object that holds x.
py::handle new_object(Tensor x);

/// The tensor that an object of just the class Tensor holds; null for anything else.
inline const Tensor* exact_tensor(PyObject* object) {
  if (Py_TYPE(object) != tensor_type) return nullptr;
  return static_cast<const Tensor*>(reinterpret_cast<py::detail::instance*>(object)->simple_value_holder[0]);
}

/// What frees the objects of the class; for pybind11 when it makes the class.
void set_up_type(PyHeapTypeObject* type);

/// Runs work(), which returns a new reference; what it throws becomes Python's error. For functions that Python calls
/// without pybind11 between them.
template <class Work>
PyObject* guarded(const Work& work) noexcept {
  try {
    return work();
  } catch (py::error_already_set& error) { error.restore(); } catch (...) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

}  // namespace terrella::python

namespace pybind11::detail {

template <>
class type_caster<terrella::Tensor> : public type_caster_base<terrella::Tensor> {
 public:
  bool load(handle source, bool convert) {
    value = const_cast<terrella::Tensor*>(terrella::python::exact_tensor(source.ptr()));
    return value || type_caster_base::load(source, convert);
  }
  static handle cast(terrella::Tensor x, return_value_policy, handle) {
    return terrella::python::new_object(std::move(x));
  }
};

}  // namespace pybind11::detail
