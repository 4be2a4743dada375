// DLPack both ways. A tensor's memory is never written: versioned capsules say so by a flag, the older ones cannot and
// carry a copy.
#include "python/core/dlpack.h"

#include <array>
#include <memory>

#include "core/error.h"
#include "core/ops.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using namespace dlpack;

DataType type_of(DType d) {
  const TypeCode code = d == DType::boolean ? type_bool
                        : is_integer(d)     ? type_int
                        : is_complex(d)     ? type_complex
                                            : type_float;
  return {code, static_cast<std::uint8_t>(8 * size_of(d)), 1};
}

DType to_dtype(DataType type) {
  for (int i = 0; i < dtype_count; ++i) {
    const DataType known = type_of(static_cast<DType>(i));
    if (known.code == type.code && known.bits == type.bits && type.lanes == 1) return static_cast<DType>(i);
  }
  throw py::buffer_error(
      text("from_dlpack: no dtype here for type code ", int{type.code}, " of ", int{type.bits}, " bits and ",
           type.lanes, " lanes; convert it first to bool, int32, int64, float32, float64, complex64 or complex128"));
}

// What an exported capsule keeps alive.
template <class M>
struct Export {
  Tensor owner;
  std::array<std::int64_t, max_rank> shape{}, strides{};
  M managed{};
};

template <class M>
py::object exported(const Tensor& x, const char* name, std::uint64_t flags) {
  auto e = std::make_unique<Export<M>>();
  e->owner = x;
  const Shape strides = row_major_strides(x.shape());
  std::copy(x.shape().begin(), x.shape().end(), e->shape.begin());
  std::copy(strides.begin(), strides.end(), e->strides.begin());
  e->managed.tensor = {x.size() == 0 ? nullptr : const_cast<void*>(data_of(x)),  // as the standard has it
                       {device_cpu, 0},
                       x.rank(),
                       type_of(x.dtype()),
                       e->shape.data(),
                       e->strides.data(),
                       0};
  e->managed.context = e.get();
  e->managed.deleter = [](M* m) { const std::unique_ptr<Export<M>> freed(static_cast<Export<M>*>(m->context)); };
  if constexpr (requires { e->managed.flags; }) {
    e->managed.version = version;
    e->managed.flags = flags;
  }
  PyObject* capsule = PyCapsule_New(&e->managed, name, [](PyObject* self) {
    // A consumer renames the capsule and calls the deleter itself.
    for (const char* unused : {"dltensor", "dltensor_versioned"}) {
      if (!PyCapsule_IsValid(self, unused)) continue;
      M* m = static_cast<M*>(PyCapsule_GetPointer(self, unused));
      m->deleter(m);
    }
  });
  if (!capsule) throw py::error_already_set();
  (void)e.release();
  return py::reinterpret_steal<py::object>(capsule);
}

Tensor copied(const Tensor& x) {
  (void)data_of(x);
  return with_type(x.dtype(), [&](auto t) { return Tensor::from(x.data<decltype(t)>(), x.shape()); });
}

py::object to_dlpack(const Tensor& x, const py::object& stream, const py::object& max_version, const py::object& device,
                     std::optional<bool> copy) {
  if (!stream.is_none()) throw py::buffer_error("__dlpack__: a tensor on the cpu has no stream; leave stream=None");
  if (!device.is_none() && device.cast<std::pair<int, int>>() != std::pair<int, int>(device_cpu, 0))
    throw py::buffer_error(
        "__dlpack__: the tensor is on the cpu, device (1, 0), and cannot be exported to another device");
  const bool versioned =
      !max_version.is_none() && max_version.cast<std::pair<std::uint32_t, std::uint32_t>>().first >= 1;
  if (versioned) {
    const bool fresh = copy.value_or(false);
    return exported<ManagedVersioned>(fresh ? copied(x) : x, "dltensor_versioned",
                                      fresh ? flag_is_copied : flag_read_only);
  }
  if (copy == false)
    throw py::buffer_error(
        "__dlpack__: capsules before DLPack 1.0 cannot say that memory is read-only; ask with "
        "max_version=(1, 0), or let it be copied");
  return exported<Managed>(copied(x), "dltensor", 0);
}

// A capsule taken over: the view in it, what frees it, and whether it is a copy that nobody else has.
struct Import {
  TensorView view;
  py::object owner;
  bool copied = false;
};

template <class M>
Import taken(const py::object& capsule, const char* name, const char* used) {
  M* managed = static_cast<M*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (!managed) throw py::error_already_set();
  if constexpr (requires { managed->version; }) {
    if (managed->version.major != version.major)
      throw py::buffer_error(text("from_dlpack: DLPack ", managed->version.major, '.', managed->version.minor,
                                  " was given where 1.x was asked for"));
  }
  if (PyCapsule_SetName(capsule.ptr(), used) != 0) throw py::error_already_set();
  const py::capsule owner(managed, [](void* p) {
    auto* m = static_cast<M*>(p);
    if (m->deleter) m->deleter(m);
  });
  Import import{managed->tensor, owner};
  if constexpr (requires { managed->flags; }) import.copied = (managed->flags & flag_is_copied) != 0;
  return import;
}

// Producers from before 1.0 know no options at all, those from before 2023.12 of the array standard only the first.
py::object capsule_of(const py::object& x, bool to_cpu, std::optional<bool> copy) {
  const py::dict first("max_version"_a = py::make_tuple(version.major, version.minor));
  const auto all = first.attr("copy")().cast<py::dict>();
  if (to_cpu) all["dl_device"] = py::make_tuple(int{device_cpu}, 0);
  if (copy) all["copy"] = *copy;
  for (const py::dict& options : {all, first}) {
    try {
      return x.attr("__dlpack__")(**options);
    } catch (py::error_already_set& error) {
      if (!error.matches(PyExc_TypeError)) throw;
    }
  }
  return x.attr("__dlpack__")();
}

Import import_from(const py::object& x, bool to_cpu, std::optional<bool> copy) {
  const py::object capsule = capsule_of(x, to_cpu, copy);
  if (PyCapsule_IsValid(capsule.ptr(), "dltensor_versioned"))
    return taken<ManagedVersioned>(capsule, "dltensor_versioned", "used_dltensor_versioned");
  if (PyCapsule_IsValid(capsule.ptr(), "dltensor")) return taken<Managed>(capsule, "dltensor", "used_dltensor");
  throw py::buffer_error("from_dlpack: __dlpack__() returned no unused DLPack capsule");
}

}  // namespace

namespace {

bool is_cpu(const py::object& device) {
  if (py::isinstance<py::str>(device)) return device.cast<std::string>() == "cpu";
  return py::isinstance<py::tuple>(device) && device.equal(py::make_tuple(int{device_cpu}, 0));
}

Tensor imported(const py::object& x, const py::object& device, std::optional<bool> copy) {
  if (!device.is_none() && !is_cpu(device))
    throw py::buffer_error(
        text("from_dlpack: device ", py::repr(device).cast<std::string>(), "; tensors are on 'cpu', which is (1, 0)"));
  if (py::isinstance<Tensor>(x)) return copy == true ? copied(x.cast<Tensor>()) : x.cast<Tensor>();
  if (!py::hasattr(x, "__dlpack__"))
    throw py::type_error(text("from_dlpack: a ", Py_TYPE(x.ptr())->tp_name, " has no __dlpack__"));
  const Import import = import_from(x, !device.is_none(), copy);
  if (import.copied && copy == false)
    throw py::buffer_error("from_dlpack: the producer made a copy, which copy=False forbids");
  const TensorView& view = import.view;
  if (view.device.type != device_cpu)
    throw py::buffer_error(
        text("from_dlpack: the data are on device type ", view.device.type, "; copy them to the cpu first"));
  if (view.rank < 0 || view.rank > max_rank)
    throw py::buffer_error(text("from_dlpack: ", view.rank, " axes; a tensor has at most ", max_rank));
  const DType dtype = to_dtype(view.dtype);
  Shape shape, strides;
  for (int i = 0; i < view.rank; ++i) {
    if (view.shape[i] < 0) throw py::buffer_error(text("from_dlpack: extent ", view.shape[i], " on axis ", i));
    shape.push_back(view.shape[i]);
  }
  if (view.strides)
    strides = Shape(std::span<const std::int64_t>(view.strides, static_cast<std::size_t>(view.rank)));
  else
    strides = row_major_strides(shape);
  char* data = static_cast<char*>(view.data) + view.byte_offset;
  if (shape.size() == 0) return zeros(shape, dtype);
  const std::size_t alignment = is_complex(dtype) ? size_of(dtype) / 2 : size_of(dtype);
  if (reinterpret_cast<std::uintptr_t>(data) % alignment != 0)
    throw py::buffer_error("from_dlpack: the data are not aligned to their elements; copy them first");
  const Tensor shared = borrowed(data, dtype, shape, strides, import.owner);
  return copy == true && !import.copied ? copied(shared) : shared;
}

}  // namespace

Tensor from_dlpack(const py::object& x) { return imported(x, py::none(), std::nullopt); }

void bind_dlpack(py::module_& m, py::class_<Tensor>& tensor) {
  tensor
      .def("__dlpack__", &to_dlpack, py::kw_only(), "stream"_a = py::none(), "max_version"_a = py::none(),
           "dl_device"_a = py::none(), "copy"_a = py::none(),
           R"(A DLPack capsule. From version 1.0 on it shares the memory, marked read-only; older ones get a copy.)")
      .def("__dlpack_device__", [](const Tensor&) { return std::pair<int, int>(device_cpu, 0); });
  m.def("from_dlpack", &imported, "x"_a, py::pos_only(), py::kw_only(), "device"_a = py::none(), "copy"_a = py::none(),
        R"(A tensor that shares the memory of an array of numpy, torch, jax or whatever else has __dlpack__.

x      : array; do not write to it while the tensor is in use
device : 'cpu' asks the producer to bring data of another device there; None takes them where they are
copy   : True copies, False never does, None shares where it can
raises : BufferError where device, dtype, alignment or copy=False forbid it, TypeError without __dlpack__

DLPack 1.x, and the capsules before it.

>>> import numpy as np
>>> tl.from_dlpack(np.arange(3.0))
tensor([0., 1., 2.]))");
}

}  // namespace terrella::python
