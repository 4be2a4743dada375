// python/bindings.h: what each binding file adds to the module; python/module.cpp calls them, left to right in the
// tree.
#pragma once
#include <pybind11/pybind11.h>

namespace terrella::python {

void bind_errors(pybind11::module_& m);
void bind_core(pybind11::module_& m);
void bind_datasets(pybind11::module_& m);
void bind_tensor_file(pybind11::module_& m);
void bind_elec(pybind11::module_& m);
void bind_inversion(pybind11::module_& m);
void bind_invert_1d(pybind11::module_& m);
void bind_synthetic(pybind11::module_& m);
void bind_viz(pybind11::module_& m);

}  // namespace terrella::python
