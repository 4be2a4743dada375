// Where in Python operations are made, and the search for NaN; see terrella/_debug.py.
#include "core/debug.h"

#include <string>

#include "python/core/tensor.h"

namespace terrella::python {
namespace {

// "model.py:12 in forward: y = tl.log(x)": the innermost frame of this thread that is not of this package.
std::string python_line() {
  if (!Py_IsInitialized()) return {};
  const py::gil_scoped_acquire locked;
  if (PyEval_GetFrame() == nullptr) return {};
  const py::error_scope kept;
  try {
    return py::module_::import("terrella._debug").attr("line_of_caller")().cast<std::string>();
  } catch (py::error_already_set&) { return {}; }  // no line is no reason to fail
}

}  // namespace

void bind_debug(py::module_& m) {
  locate_caller = &python_line;
  m.def(
      "_set_debug_mode", [](int mode) { return static_cast<int>(set_debug_mode(static_cast<Debug>(mode))); }, "mode"_a);
}

}  // namespace terrella::python
