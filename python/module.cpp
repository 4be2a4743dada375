// python/module.cpp: the extension module terrella._terrella, which the package terrella shows to users.
#include "python/bindings.h"

PYBIND11_MODULE(_terrella, m) {
  m.doc() = "Compiled part of terrella; import terrella instead.";
  m.attr("__version__") = TERRELLA_VERSION;
  terrella::python::bind_errors(m);
  terrella::python::bind_datasets(m);
  terrella::python::bind_inversion(m);
  terrella::python::bind_invert_1d(m);
}
