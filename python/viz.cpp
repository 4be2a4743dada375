// python/viz.cpp: results as tables, sites along a profile.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "python/bindings.h"
#include "viz/csv.h"
#include "viz/profile.h"

namespace py = pybind11;

namespace terrella::python {

using namespace pybind11::literals;
using Path = std::filesystem::path;

void bind_viz(py::module_& m) {
  const py::call_guard<py::gil_scoped_release> unlocked;
  m.def(
      "write_section_csv",
      [](const inversion::Result& result, const Path& path) { viz::write_section_csv(result, path.string()); },
      "result"_a, "path"_a, unlocked,
      R"(Writes the models of a result as CSV: one row a site and layer, with positions (m), elevations, depths, ohm m.

The columns bear their units; a value that is not known is an empty field. The file replaces one that is there, whole.
raises : ValueError for results without layers or of disagreeing sizes, TerrellaError where the file cannot be written)");
  m.def(
      "write_fit_csv",
      [](const inversion::Result& result, const Path& path) { viz::write_fit_csv(result, path.string()); }, "result"_a,
      "path"_a, unlocked,
      "Writes observed and predicted impedances, apparent resistivities and phases with their errors as CSV: one row a "
      "site and "
      "period.");
  m.def(
      "_profile_of",
      [](const std::vector<double>& latitude, const std::vector<double>& longitude) {
        viz::Profile profile = viz::profile_of(latitude, longitude);
        return py::make_tuple(std::move(profile.order), std::move(profile.distance), profile.placed);
      },
      "latitude"_a, "longitude"_a);
  m.def(
      "_column_edges", [](const std::vector<double>& distance) { return viz::column_edges(distance); }, "distance"_a);
}

}  // namespace terrella::python
