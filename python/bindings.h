// python/bindings.h: what each binding file adds to the module; python/module.cpp calls them, left to right in the
// tree.
#pragma once
#include <pybind11/pybind11.h>

namespace terrella::python {

void bind_errors(pybind11::module_& m);
void bind_core(pybind11::module_& m);
void bind_datasets(pybind11::module_& m);
void bind_observations(pybind11::module_& m);
void bind_resistivity_model(pybind11::module_& m);
void bind_topography(pybind11::module_& m);
void bind_inversion_files(pybind11::module_& m);
void bind_tensor_file(pybind11::module_& m);
void bind_edits(pybind11::module_& m);
void bind_pipeline(pybind11::module_& m);
void bind_ensemble(pybind11::module_& m);
void bind_elec(pybind11::module_& m);
void bind_mt2d(pybind11::module_& m);
void bind_analysis(pybind11::module_& m);
void bind_inversion(pybind11::module_& m);
void bind_result_2d(pybind11::module_& m);
void bind_invert_1d(pybind11::module_& m);
void bind_invert_2d(pybind11::module_& m);
void bind_synthetic(pybind11::module_& m);
void bind_viz(pybind11::module_& m);

}  // namespace terrella::python
