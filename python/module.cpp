// python/module.cpp: the extension module terrella._terrella, which the package terrella shows to users.
#include "python/bindings.h"

namespace py = pybind11;

namespace {

// __all__ of a module and of those below it: what is public and no module.
void list_names(const py::module_& m) {
  py::list names;
  for (const auto& [name, value] : m.attr("__dict__").cast<py::dict>()) {
    if (name.cast<std::string>().starts_with("_")) continue;
    if (py::isinstance<py::module_>(value))
      list_names(py::reinterpret_borrow<py::module_>(value));
    else
      names.append(name);
  }
  names.attr("sort")();
  m.attr("__all__") = names;
}

}  // namespace

PYBIND11_MODULE(_terrella, m) {
  m.doc() = "Compiled part of terrella; import terrella instead.";
  m.attr("__version__") = TERRELLA_VERSION;
  terrella::python::bind_errors(m);
  terrella::python::bind_core(m);
  terrella::python::bind_datasets(m);
  terrella::python::bind_observations(m);
  terrella::python::bind_resistivity_model(m);
  terrella::python::bind_topography(m);
  terrella::python::bind_inversion_files(m);
  terrella::python::bind_tensor_file(m);
  terrella::python::bind_edits(m);
  terrella::python::bind_pipeline(m);
  terrella::python::bind_ensemble(m);
  terrella::python::bind_elec(m);
  terrella::python::bind_mt2d(m);
  terrella::python::bind_analysis(m);
  terrella::python::bind_inversion(m);
  terrella::python::bind_result_2d(m);
  terrella::python::bind_invert_1d(m);
  terrella::python::bind_invert_2d(m);
  terrella::python::bind_synthetic(m);
  terrella::python::bind_viz(m);
  list_names(m);
}
