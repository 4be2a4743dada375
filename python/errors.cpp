// python/errors.cpp: C++ exceptions as those of terrella/errors.py. Wrong arguments (std::invalid_argument) become
// ValueError and std::bad_alloc MemoryError by pybind11 itself.
#include "core/error.h"
#include "core/interrupt.h"

#include <utility>

#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

void raise(const char* type, const std::exception& error) {
  PyErr_SetString(py::module_::import("terrella.errors").attr(type).ptr(), error.what());
}

void raise(const FormatError& error) {
  const py::object type = py::module_::import("terrella.errors").attr("FormatError");
  PyErr_SetObject(type.ptr(), type(error.what(), error.path(), error.line()).ptr());
}

void translate(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const FormatError& error) { raise(error); } catch (const UnitError& error) {
    raise("UnitError", error);
  } catch (const MeshError& error) { raise("MeshError", error); } catch (const SolveError& error) {
    raise("SolveError", error);
  } catch (const ResourceError& error) { raise("ResourceError", error); } catch (const Error& error) {
    raise("TerrellaError", error);
  } catch (const Interruption&) { PyErr_SetNone(PyExc_KeyboardInterrupt); }
}

}  // namespace

void bind_errors(py::module_&) { py::register_local_exception_translator(&translate); }

}  // namespace terrella::python
