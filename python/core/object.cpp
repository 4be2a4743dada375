#include "python/core/object.h"

#include <memory>

namespace terrella::python {
namespace {

using py::detail::instance;

// The tensor lies in the object, where pybind11 would put the pointer that owns it.
Tensor* place_of(instance* object) { return reinterpret_cast<Tensor*>(&object->simple_value_holder[1]); }
static_assert(sizeof(Tensor) == sizeof(void*) && alignof(Tensor) <= alignof(void*));

void free_object(PyObject* self) {
  auto* const object = reinterpret_cast<instance*>(self);
  if (object->simple_layout && object->simple_value_holder[0]) {
    std::destroy_at(place_of(object));
    object->simple_value_holder[0] = nullptr;
  }
  if (Py_TYPE(self) != tensor_type || object->weakrefs || object->has_patients)
    return py::detail::pybind11_object_dealloc(self);
  PyObject_Free(self);
  Py_DECREF(tensor_type);
}

}  // namespace

py::handle new_object(Tensor x) {
  PyObject* const self = tensor_type->tp_alloc(tensor_type, 0);
  if (!self) throw py::error_already_set();
  auto* const object = reinterpret_cast<instance*>(self);
  object->simple_layout = true;  // and not owned: pybind11 leaves the tensor to free_object()
  object->simple_value_holder[0] = new (place_of(object)) Tensor(std::move(x));
  return self;
}

void set_up_type(PyHeapTypeObject* type) { type->ht_type.tp_dealloc = free_object; }

}  // namespace terrella::python
