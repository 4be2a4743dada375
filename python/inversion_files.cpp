// python/inversion_files.cpp: models of Occam1D, Occam2D and MARE2DEM.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "core/error.h"
#include "datasets/mare2dem/mare2dem.h"
#include "datasets/occam1d/occam1d.h"
#include "datasets/occam2d/occam2d.h"
#include "python/arrays.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;
using Path = std::filesystem::path;

py::array_t<double> array_of(const std::vector<double>& values) {
  return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

void bind_mare2dem(py::module_& m) {
  py::class_<Mare2demModel>(m, "Mare2demModel", "Polygons and resistivities of MARE2DEM. y along the profile, z down.")
      .def_property_readonly(
          "regions", [](const Mare2demModel& model) { return model.resistivity.regions.size(); }, "Number of regions.")
      .def_property_readonly(
          "anisotropy", [](const Mare2demModel& model) { return model.resistivity.anisotropy; },
          "'isotropic', 'triaxial', 'tix', 'tiy' or 'tiz'")
      .def_property_readonly(
          "settings",
          [](const Mare2demModel& model) {
            py::dict settings;
            for (const Entry& entry : model.resistivity.entries) settings[py::str(entry.key)] = entry.value;
            return settings;
          },
          "What the file says besides, as texts.")
      .def(
          "resistivity_at",
          [](const Mare2demModel& model, const Array<double>& y, const Array<double>& z, std::size_t component) {
            if (y.size() != z.size()) fail("resistivity_at: ", y.size(), " y and ", z.size(), " z");
            std::vector<PlanePoint> points(static_cast<std::size_t>(y.size()));
            for (std::size_t i = 0; i < points.size(); ++i) points[i] = {y.data()[i], z.data()[i]};
            std::vector<double> found;
            {
              const py::gil_scoped_release unlocked;
              found = resistivity_at(model, points, component);
            }
            py::array_t<double> result(std::vector<py::ssize_t>(y.shape(), y.shape() + y.ndim()));
            std::copy(found.begin(), found.end(), result.mutable_data());
            return result;
          },
          "y"_a, "z"_a, "component"_a = 0, R"(Resistivity (ohm m) of the regions that hold points; NaN outside.

y, z      : arrays of one shape, m
component : of an anisotropic model, from 0)")
      .def(
          "section",
          [](const Mare2demModel& model, const Mesh2D& mesh, std::size_t component) {
            return section_of(model, mesh, component);
          },
          "mesh"_a, "component"_a = 0, py::call_guard<py::gil_scoped_release>(),
          R"(The model on a mesh: each cell has the resistivity at its middle.

mesh    : Mesh2D
returns : ResistivityModel
raises  : MeshError where a cell lies outside of the polygons)")
      .def("__repr__", [](const Mare2demModel& model) {
        return text("Mare2demModel(", model.resistivity.regions.size(), " regions)");
      });
  m.def(
      "read_mare2dem_model", [](const Path& path) { return read_mare2dem_model(path.string()); }, "path"_a,
      py::call_guard<py::gil_scoped_release>(),
      "Reads a .resistivity file of MARE2DEM and the .poly file that it names, which must lie beside it.");
}

}  // namespace

void bind_inversion_files(py::module_& m) {
  bind_mare2dem(m);
  m.def(
      "read_occam2d_section",
      [](const Path& path, double air, double sea) {
        return read_occam2d_section(path.string(), {.air = air, .sea = sea});
      },
      "path"_a, py::kw_only(), "air"_a = Occam2dFixed{}.air, "sea"_a = Occam2dFixed{}.sea,
      py::call_guard<py::gil_scoped_release>(),
      R"(The section of an iteration or startup file of Occam2D, with the model and mesh files that it names beside it.

air, sea : ohm m, of mesh cells that the files give no number for
returns  : ResistivityModel, y in the coordinate of the data's offsets
raises   : FormatError, also where the files do not fit each other)");
  m.def(
      "read_occam1d_layers",
      [](const Path& model, const Path& iteration, double surface) {
        const LayeredEarth earth =
            layered_earth(read_occam1d_model(model.string()), read_occam_iteration(iteration.string()), surface);
        return py::make_tuple(array_of(earth.resistivity), array_of(earth.thickness));
      },
      "model"_a, "iteration"_a, "surface"_a = 0.0, R"(Layers of an iteration of Occam1D, as impedance_1d takes them.

surface : m, depth of the ground's surface; what ends above it is left out
returns : resistivity [n] (ohm m, the last is the half-space), thickness [n - 1] (m))");
}

}  // namespace terrella::python
