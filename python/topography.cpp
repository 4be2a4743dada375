// python/topography.cpp: heights of the ground, and positions in other coordinate reference systems.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "core/error.h"
#include "datasets/topography/topography.h"
#include "python/arrays.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;
using Path = std::filesystem::path;

std::vector<MapPoint> points_of(const Array<double>& x, const Array<double>& y, const char* function) {
  if (x.size() != y.size()) fail(function, ": ", x.size(), " x and ", y.size(), " y");
  std::vector<MapPoint> points(static_cast<std::size_t>(x.size()));
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = {x.data()[i], y.data()[i]};
  return points;
}

py::array_t<double> shaped(const std::vector<double>& values, const Array<double>& like) {
  py::array_t<double> result(std::vector<py::ssize_t>(like.shape(), like.shape() + like.ndim()));
  std::copy(values.begin(), values.end(), result.mutable_data());
  return result;
}

py::tuple transformed(const Array<double>& x, const Array<double>& y, const std::string& from, const std::string& to) {
  std::vector<MapPoint> points = points_of(x, y, "transform");
  {
    const py::gil_scoped_release unlocked;
    points = transform(points, from, to);
  }
  std::vector<double> east, north;
  for (const MapPoint& point : points) east.push_back(point.x), north.push_back(point.y);
  return py::make_tuple(shaped(east, x), shaped(north, y));
}

void bind_class(py::module_& m) {
  py::class_<Topography>(m, "Topography", R"(Heights of the ground: a grid, or scattered points.

x is east or longitude, y north or latitude, elevation in m up, NaN where there are no data. `crs` is empty where no file
says it; assign it then, for example "EPSG:4326".)")
      .def(py::init([](const Array<double>& x, const Array<double>& y, const Array<double>& elevation,
                       const std::string& crs) {
             Topography t;
             t.kind = elevation.ndim() == 2 ? Topography::Kind::grid : Topography::Kind::points;
             if (elevation.ndim() == 2 && (elevation.shape(0) != y.size() || elevation.shape(1) != x.size()))
               fail("Topography: elevation must have shape (", y.size(), ", ", x.size(), ")");
             t.x.assign(x.data(), x.data() + x.size());
             t.y.assign(y.data(), y.data() + y.size());
             t.elevation.assign(elevation.data(), elevation.data() + elevation.size());
             t.crs = crs;
             if (!crs.empty()) crs_name(crs);
             validate(t);
             return t;
           }),
           "x"_a, "y"_a, "elevation"_a, "crs"_a = "",
           R"(A topography of arrays, which are copied.

x, y      : arrays [nx], [ny], ascending, with elevation [ny, nx]; or [n], with elevation [n]
elevation : m, up, NaN where there are no data)")
      .def_property_readonly(
          "x",
          [](const py::object& self) {
            const auto& x = self.cast<const Topography&>().x;
            return view<double>(x, {static_cast<py::ssize_t>(x.size())}, self);
          },
          "array [nx], or [n] of scattered points")
      .def_property_readonly(
          "y",
          [](const py::object& self) {
            const auto& y = self.cast<const Topography&>().y;
            return view<double>(y, {static_cast<py::ssize_t>(y.size())}, self);
          },
          "array [ny] from south to north, or [n]")
      .def_property_readonly(
          "elevation",
          [](const py::object& self) {
            const auto& t = self.cast<const Topography&>();
            const auto ny = static_cast<py::ssize_t>(t.y.size()), nx = static_cast<py::ssize_t>(t.x.size());
            return view<double>(
                t.elevation,
                t.kind == Topography::Kind::grid ? std::vector<py::ssize_t>{ny, nx} : std::vector<py::ssize_t>{nx},
                self);
          },
          "array [ny, nx] or [n], m, up")
      .def_property_readonly(
          "is_grid", [](const Topography& t) { return t.kind == Topography::Kind::grid; },
          "False for scattered points.")
      .def_property(
          "crs", [](const Topography& t) { return t.crs; },
          [](Topography& t, const std::string& crs) {
            if (!crs.empty()) crs_name(crs);
            t.crs = crs;
          },
          "EPSG code, PROJ string or WKT; empty if unknown.")
      .def_readonly("path", &Topography::path, "File, as given to the reader.")
      .def_readonly("format", &Topography::format, "'esri-ascii', 'netcdf-3', 'geotiff', 'xyz'")
      .def_readonly("repairs", &Topography::repairs, "list of Repair")
      .def(
          "at",
          [](const Topography& t, const Array<double>& x, const Array<double>& y, const std::string& crs) {
            const std::vector<MapPoint> points = points_of(x, y, "Topography.at");
            std::vector<double> heights;
            {
              const py::gil_scoped_release unlocked;
              heights = elevation_at(t, points, crs);
            }
            return shaped(heights, x);
          },
          "x"_a, "y"_a, "crs"_a = "", R"(Heights at points: bilinear in a grid, linear in triangles of scattered points.

x, y    : arrays of one shape, of the system `crs`; empty: the topography's own
returns : m, up, of that shape; NaN outside and where there are no data)")
      .def(
          "profile",
          [](const Topography& t, std::array<double, 2> start, std::array<double, 2> end, std::size_t count,
             const std::string& crs) {
            const ElevationProfile p = elevation_profile(t, {start[0], start[1]}, {end[0], end[1]}, count, crs);
            return py::make_tuple(py::array_t<double>(static_cast<py::ssize_t>(count), p.distance.data()),
                                  py::array_t<double>(static_cast<py::ssize_t>(count), p.elevation.data()));
          },
          "start"_a, "end"_a, "count"_a, "crs"_a = "",
          R"(Heights at `count` places along the line from `start` to `end`, (x, y) each: straight, or the geodesic where the
system is geographic.

returns : distance from the start (m where the system is geographic), elevation (m))")
      .def("__repr__", [](const Topography& t) {
        return t.kind == Topography::Kind::grid ? text("Topography(", t.y.size(), " x ", t.x.size(), " nodes)")
                                                : text("Topography(", t.x.size(), " points)");
      });
}

}  // namespace

void bind_topography(py::module_& m) {
  bind_class(m);
  const py::call_guard<py::gil_scoped_release> unlocked;
  m.def(
      "read_topography",
      [](const Path& path, const std::string& crs, const std::string& variable) {
        return read_topography(path.string(), {.crs = crs, .variable = variable});
      },
      "path"_a, "crs"_a = "", "variable"_a = "", unlocked,
      R"(Reads an ESRI ASCII grid (with the .prj beside it), a netCDF-3 or GMT grid, a GeoTIFF or XYZ text.

crs      : taken where the file states none
variable : of a netCDF file that holds several grids
raises   : FormatError)");
  m.def(
      "write_esri_ascii", [](const Topography& t, const Path& path) { write_esri_ascii(t, path.string()); },
      "topography"_a, "path"_a, unlocked, R"(Writes a grid of square cells, and its system into a .prj file beside it.

raises : ValueError for what the format cannot hold)");
  m.def(
      "write_xyz", [](const Topography& t, const Path& path) { write_xyz(t, path.string()); }, "topography"_a, "path"_a,
      unlocked, "Writes one 'x y elevation' a line, NaN where there are no data.");
  m.def("transform", &transformed, "x"_a, "y"_a, "source"_a, "target"_a,
        R"(Positions of one coordinate reference system in another, by PROJ.

x, y           : arrays of one shape; x is east or longitude, y north or latitude, whatever the order of the system's axes
source, target : "EPSG:4326", "EPSG:32611", PROJ strings, WKT
returns        : x, y
raises         : ValueError for systems that PROJ does not know and places that it cannot transform

>>> x, y = tl.transform([9.0], [0.0], "EPSG:4326", "EPSG:32632")
>>> int(x[0].item() + 0.5)
500000
)");
  m.def("utm_crs", &utm_crs, "longitude"_a, "latitude"_a, R"(The UTM zone on WGS 84 that holds a place, as an EPSG code.

>>> tl.utm_crs(-110.5, 44.6)
'EPSG:32612'
)");
}

}  // namespace terrella::python
