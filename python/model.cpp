// python/model.cpp: resistivity models of inversion codes. Arrays are read-only views of the C++ values.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "core/error.h"
#include "datasets/model/format.h"
#include "python/arrays.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;

template <class Mesh, auto axis>
auto edges() {
  return [](const py::object& self) {
    const auto& values = self.cast<const Mesh&>().*axis;
    return view<double>(values, {static_cast<py::ssize_t>(values.size())}, self);
  };
}

std::vector<py::ssize_t> shape_of(const ResistivityModel& model) {
  if (const auto* const section = std::get_if<Mesh2D>(&model.mesh))
    return {static_cast<py::ssize_t>(section->nz()), static_cast<py::ssize_t>(section->ny())};
  if (const auto* const block = std::get_if<Mesh3D>(&model.mesh))
    return {static_cast<py::ssize_t>(block->nz()), static_cast<py::ssize_t>(block->ny()),
            static_cast<py::ssize_t>(block->nx())};
  return {static_cast<py::ssize_t>(model.resistivity.size())};
}

Storage storage_of(const std::string& name) {
  for (const Storage storage : {Storage::resistivity, Storage::ln_resistivity, Storage::log10_resistivity,
                                Storage::conductivity, Storage::ln_conductivity, Storage::log10_conductivity})
    if (name == name_of(storage)) return storage;
  fail("ResistivityModel: storage '", name, "' should be resistivity or conductivity, or ln or log10 of one");
}

ResistivityModel make_model(const std::variant<Mesh2D, Mesh3D>& mesh, const Array<double>& resistivity,
                            const std::string& storage) {
  ResistivityModel model;
  std::visit([&](const auto& m) { model.mesh = m; }, mesh);
  model.storage = storage_of(storage);
  model.resistivity.resize(std::visit([](const auto& m) { return m.cells(); }, mesh));
  model.resistivity = copy<double>("ResistivityModel: resistivity", std::optional(resistivity), shape_of(model));
  model.format = "python";
  validate(model);
  return model;
}

void bind_meshes(py::module_& m) {
  py::class_<Mesh2D>(m, "Mesh2D", "A section: edges of cells along the profile (y) and down (z), in m. A value.")
      .def(py::init([](std::vector<double> y, std::vector<double> z) {
             Mesh2D mesh{std::move(y), std::move(z)};
             terrella::validate(mesh);
             return mesh;
           }),
           "y"_a, "z"_a, "Edges, strictly ascending; n + 1 edges bound n cells. raises : MeshError")
      .def_property_readonly("y", edges<Mesh2D, &Mesh2D::y>(), "array [ny + 1], m")
      .def_property_readonly("z", edges<Mesh2D, &Mesh2D::z>(), "array [nz + 1], m, down")
      .def_property_readonly(
          "shape", [](const Mesh2D& s) { return std::pair(s.nz(), s.ny()); }, "(nz, ny)")
      .def("__eq__", [](const Mesh2D& a, const Mesh2D& b) { return a == b; })
      .def("__repr__", [](const Mesh2D& s) { return text("Mesh2D(", s.ny(), " x ", s.nz(), " cells)"); });
  py::class_<Mesh3D>(m, "Mesh3D", "A block: edges of cells along x (north), y (east) and z (down), in m. A value.")
      .def(py::init([](std::vector<double> x, std::vector<double> y, std::vector<double> z, double rotation) {
             Mesh3D mesh{std::move(x), std::move(y), std::move(z), rotation};
             terrella::validate(mesh);
             return mesh;
           }),
           "x"_a, "y"_a, "z"_a, "rotation"_a = 0.0,
           "Edges, strictly ascending; rotation is the azimuth of x in degrees. raises : MeshError")
      .def_property_readonly("x", edges<Mesh3D, &Mesh3D::x>(), "array [nx + 1], m")
      .def_property_readonly("y", edges<Mesh3D, &Mesh3D::y>(), "array [ny + 1], m")
      .def_property_readonly("z", edges<Mesh3D, &Mesh3D::z>(), "array [nz + 1], m, down")
      .def_readonly("rotation", &Mesh3D::rotation, "azimuth of x, degrees clockwise from geographic north")
      .def_property_readonly(
          "shape", [](const Mesh3D& b) { return std::tuple(b.nz(), b.ny(), b.nx()); }, "(nz, ny, nx)")
      .def("__eq__", [](const Mesh3D& a, const Mesh3D& b) { return a == b; })
      .def("__repr__",
           [](const Mesh3D& b) { return text("Mesh3D(", b.nx(), " x ", b.ny(), " x ", b.nz(), " cells)"); });
  py::class_<PointMesh>(m, "PointMesh", "Triangles, tetrahedra or hexahedra between points.")
      .def_property_readonly(
          "points",
          [](const py::object& self) {
            const auto& points = self.cast<const PointMesh&>().points;
            return view<double>(points, {static_cast<py::ssize_t>(points.size()), 3}, self);
          },
          "array [n, 3]: x, y, z in m, z down")
      .def_property_readonly(
          "corners",
          [](const py::object& self) {
            const auto& mesh = self.cast<const PointMesh&>();
            return view<std::uint32_t>(
                mesh.corners, {static_cast<py::ssize_t>(mesh.cells()), static_cast<py::ssize_t>(mesh.shape)}, self);
          },
          "array [cells, 3, 4 or 8] of numbers of points");
}

}  // namespace

void bind_resistivity_model(py::module_& m) {
  const py::call_guard<py::gil_scoped_release> unlocked;
  bind_meshes(m);
  py::class_<ResistivityModel>(m, "ResistivityModel", "Resistivities of the cells of a mesh: a value.")
      .def(py::init(&make_model), "mesh"_a, "resistivity"_a, py::kw_only(), "storage"_a = "ln resistivity",
           R"(A model of an array, which is copied.

mesh : Mesh2D or Mesh3D
resistivity : array [nz, ny] or [nz, ny, nx], ohm m, positive
storage : how write() keeps it where the format has a choice
raises : ValueError where the shapes disagree or a resistivity is not positive)")
      .def_property_readonly(
          "mesh", [](const ResistivityModel& model) { return model.mesh; }, "Mesh2D, Mesh3D or PointMesh")
      .def_property_readonly(
          "resistivity",
          [](const py::object& self) {
            const auto& model = self.cast<const ResistivityModel&>();
            return view<double>(model.resistivity, shape_of(model), self);
          },
          "array [nz, ny], [nz, ny, nx] or [cells], ohm m")
      .def_property_readonly(
          "air",
          [](const ResistivityModel& model) -> py::object {
            if (model.kind.empty()) return py::none();
            py::array_t<bool> air(shape_of(model));
            for (std::size_t i = 0; i < model.kind.size(); ++i) air.mutable_data()[i] = model.kind[i] == Cell::air;
            return air;
          },
          "bool array, True in air, or None where the file does not say what a cell is")
      .def_property_readonly(
          "storage", [](const ResistivityModel& model) { return name_of(model.storage); },
          "how the file keeps it: 'ln resistivity', 'conductivity' ...")
      .def_readonly("path", &ResistivityModel::path, "file, as given to the reader")
      .def_readonly("format", &ResistivityModel::format, "'modem-model', 'wsinv3dmt-model' ...")
      .def_readonly("header", &ResistivityModel::header, "comment lines of the file")
      .def_readonly("repairs", &ResistivityModel::repairs, "list of Repair")
      .def(
          "write",
          [](const ResistivityModel& model, const std::filesystem::path& path, const std::string& format) {
            write_model(model, path.string(), format);
          },
          "path"_a, "format"_a = "", unlocked,
          "Writes the model; the extension of `path` names the format unless `format` does. raises : ValueError where "
          "the format cannot hold it")
      .def("__repr__", [](const ResistivityModel& model) { return "ResistivityModel(" + description(model) + ")"; });
  m.def(
      "read_model", [](const std::filesystem::path& path) { return read_model(path.string()); }, "path"_a, unlocked,
      R"(A resistivity model of any known format; content decides, not the name.

path : file of ModEM (.rho, .ws), WSINV3DMT, Mackie, COPROD2 (.mod) or FEMTIC (resistivity_block, mesh.dat beside it)
returns : ResistivityModel
raises : FormatError with .path and .line)");
}

}  // namespace terrella::python
