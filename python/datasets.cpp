// python/datasets.cpp: surveys and sites. Arrays are read-only views of the C++ values, which live as long as the
// views.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <variant>

#include "core/error.h"
#include "datasets/edi/edi.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/read.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/survey.h"
#include "datasets/write.h"
#include "python/arrays.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;

// A getter of a field with one element a period, of these dimensions; None where the site has none of it.
template <class T, auto field>
auto getter(std::vector<py::ssize_t> row) {
  return [row](const py::object& self) -> std::optional<py::array_t<T>> {
    const auto& values = self.cast<const Site&>().*field;
    if (values.empty()) return std::nullopt;
    std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(values.size())};
    shape.insert(shape.end(), row.begin(), row.end());
    return view<T>(values, shape, self);
  };
}

Site make_site(std::string name, const Array<double>& period, const std::optional<Array<Complex>>& z,
               const std::optional<Array<double>>& z_error, const std::optional<Array<bool>>& z_masked,
               const std::optional<Array<Complex>>& tipper, const std::optional<Array<double>>& tipper_error,
               const std::optional<Array<bool>>& tipper_masked,
               const std::optional<Array<Complex>>& inverse_signal_power,
               const std::optional<Array<Complex>>& residual_covariance, double latitude, double longitude,
               double elevation, double rotation) {
  Site site;
  site.name = std::move(name);
  site.latitude = latitude;
  site.longitude = longitude;
  site.elevation = elevation;
  site.rotation = rotation;
  site.period = copy<double>("Site: period", std::optional(period), {-1});
  site.z = copy<Impedance>("Site: z", z, {-1, 2, 2});
  site.z_error = copy<ImpedanceError>("Site: z_error", z_error, {-1, 2, 2});
  site.z_masked = copy<std::array<bool, 4>>("Site: z_masked", z_masked, {-1, 2, 2});
  site.tipper = copy<Tipper>("Site: tipper", tipper, {-1, 2});
  site.tipper_error = copy<TipperError>("Site: tipper_error", tipper_error, {-1, 2});
  site.tipper_masked = copy<std::array<bool, 2>>("Site: tipper_masked", tipper_masked, {-1, 2});
  site.inverse_signal_power = copy<InverseSignalPower>("Site: inverse_signal_power", inverse_signal_power, {-1, 2, 2});
  site.residual_covariance = copy<ResidualCovariance>("Site: residual_covariance", residual_covariance, {-1, 3, 3});
  if (!z_error) site.z_error.assign(site.z.size(), {not_a_number, not_a_number, not_a_number, not_a_number});
  if (!tipper_error) site.tipper_error.assign(site.tipper.size(), {not_a_number, not_a_number});
  site.provenance.format = "python";
  site.provenance.units = "ohm";
  validate(Survey{"", {site}});
  return site;
}

const Site& site_named(const Survey& survey, const std::string& name) {
  const auto found =
      std::find_if(survey.sites.begin(), survey.sites.end(), [&](const Site& s) { return s.name == name; });
  if (found == survey.sites.end())
    throw py::key_error("no site '" + name + "' among " + std::to_string(survey.sites.size()));
  return *found;
}

const Site& site_at(const Survey& survey, py::ssize_t index) {
  const auto n = static_cast<py::ssize_t>(survey.sites.size());
  if (index < -n || index >= n)
    throw py::index_error("site " + std::to_string(index) + " of a survey of " + std::to_string(n));
  return survey.sites[static_cast<std::size_t>(index < 0 ? index + n : index)];
}

py::tuple sites_of(const py::object& self) {
  const auto& sites = self.cast<const Survey&>().sites;
  py::tuple result(sites.size());
  for (std::size_t i = 0; i < sites.size(); ++i)
    result[i] = py::cast(sites[i], py::return_value_policy::reference_internal, self);
  return result;
}

void bind_provenance(py::module_& m) {
  py::class_<Repair>(m, "Repair", "Something in a file that was wrong or missing and was mended by a stated rule.")
      .def_readonly("line", &Repair::line, "Line of the file, from 1; 0 where lines mean nothing.")
      .def_readonly("rule", &Repair::rule, "Short and countable, for example 'negative-variance'.")
      .def_readonly("detail", &Repair::detail, "What stood there and what was made of it.")
      .def("__repr__", [](const Repair& r) { return text("Repair(line=", r.line, ", rule='", r.rule, "')"); });
  py::class_<Provenance>(m, "Provenance", "Where the numbers of a site come from and what was done to them.")
      .def_readonly("path", &Provenance::path, "File, as given to the reader.")
      .def_readonly("format", &Provenance::format, "'edi-z', 'edi-spectra', 'edi-rho-phase', ...")
      .def_readonly("units", &Provenance::units, "Of the impedance as it stood in the file.")
      .def_readonly("sign", &Provenance::sign, "Time factor as it stood in the file: '+' for exp(+iwt), or '-'.")
      .def_readonly("program", &Provenance::program, "That wrote the file, where it says so.")
      .def_readonly("repairs", &Provenance::repairs, "list of Repair")
      .def_readonly("history", &Provenance::history, "Operations since, for example 'rotate 30'.");
}

void bind_site(py::module_& m) {
  py::class_<Site>(m, "Site", R"(One magnetotelluric sounding: a value, whose arrays are read-only.

Impedance Z = E/H in ohm, time factor exp(+iwt), x north, y east, z down. Errors are standard errors of the real part
and, equally, of the imaginary part. NaN where a value is missing.)")
      .def(py::init(&make_site), "name"_a, "period"_a, py::kw_only(), "z"_a = py::none(), "z_error"_a = py::none(),
           "z_masked"_a = py::none(), "tipper"_a = py::none(), "tipper_error"_a = py::none(),
           "tipper_masked"_a = py::none(), "inverse_signal_power"_a = py::none(), "residual_covariance"_a = py::none(),
           "latitude"_a = not_a_number, "longitude"_a = not_a_number, "elevation"_a = 0.0, "rotation"_a = 0.0,
           R"(A site of arrays, which are copied.

period : array [n], s, positive, ascending
z, z_error : arrays [n, 2, 2], ohm
tipper, tipper_error : arrays [n, 2]
z_masked, tipper_masked : bool arrays of the same shapes, True where a value is not to be used
inverse_signal_power, residual_covariance : complex arrays [n, 2, 2] of hx, hy, (A/m)^-2, and [n, 3, 3] of ex, ey
    (V/m) and hz (A/m), NaN where a channel was not measured; both or none
latitude, longitude : degrees; elevation : m; rotation : azimuth of x, degrees clockwise from north
raises : ValueError where shapes disagree, periods do not ascend or an error is negative)")
      .def_readonly("name", &Site::name)
      .def_readonly("latitude", &Site::latitude, "degrees north, NaN if unknown")
      .def_readonly("longitude", &Site::longitude, "degrees east, -180 .. 180, NaN if unknown")
      .def_readonly("elevation", &Site::elevation, "m above sea level")
      .def_readonly("rotation", &Site::rotation, "azimuth of x, degrees clockwise from geographic north")
      .def_property_readonly(
          "period",
          [](const py::object& self) {
            const auto& period = self.cast<const Site&>().period;
            return view<double>(period, {static_cast<py::ssize_t>(period.size())}, self);
          },
          "array [n], s, ascending")
      .def_property_readonly("z", getter<Complex, &Site::z>({2, 2}), "complex array [n, 2, 2], ohm, or None")
      .def_property_readonly("z_error", getter<double, &Site::z_error>({2, 2}), "array [n, 2, 2], ohm, or None")
      .def_property_readonly("z_masked", getter<bool, &Site::z_masked>({2, 2}), "bool array [n, 2, 2], or None")
      .def_property_readonly("tipper", getter<Complex, &Site::tipper>({2}), "complex array [n, 2], or None")
      .def_property_readonly("tipper_error", getter<double, &Site::tipper_error>({2}), "array [n, 2], or None")
      .def_property_readonly("tipper_masked", getter<bool, &Site::tipper_masked>({2}), "bool array [n, 2], or None")
      .def_property_readonly("inverse_signal_power", getter<Complex, &Site::inverse_signal_power>({2, 2}),
                             "complex array [n, 2, 2] of hx, hy, (A/m)^-2, or None where the file gives none")
      .def_property_readonly("residual_covariance", getter<Complex, &Site::residual_covariance>({3, 3}),
                             "complex array [n, 3, 3] of ex, ey (V/m) and hz (A/m), or None; with S the inverse signal "
                             "power, E[dZ_ij conj(dZ_kl)] = N_ik S_jl")
      .def_readonly("provenance", &Site::provenance, "where the numbers come from")
      .def("rotate_to", py::overload_cast<const Site&, double>(&rotate_to), "azimuth"_a,
           "The site with its x axis at that azimuth, degrees clockwise from geographic north; errors come from the "
           "covariances where the site has them, else they are propagated as if components were independent.")
      .def("__repr__", [](const Site& site) {
        return text("Site('", site.name, "', ", site.periods(), " periods", site.has_impedance() ? ", z" : "",
                    site.has_tipper() ? ", tipper" : "", ")");
      });
}

void bind_survey(py::module_& m) {
  py::class_<Survey>(m, "Survey", "Soundings that belong together. Sites may have different periods.")
      .def(py::init([](std::vector<Site> sites, std::string name) {
             Survey survey{std::move(name), std::move(sites)};
             validate(survey);
             return survey;
           }),
           "sites"_a, "name"_a = "")
      .def_readonly("name", &Survey::name)
      .def_property_readonly("sites", sites_of, "tuple of Site")
      .def("__len__", [](const Survey& survey) { return survey.sites.size(); })
      .def("__getitem__", &site_at, "index"_a, py::return_value_policy::reference_internal)
      .def("__getitem__", &site_named, "name"_a, py::return_value_policy::reference_internal)
      .def("__iter__", [](const py::object& self) { return py::iter(sites_of(self)); })
      .def("rotate_to", py::overload_cast<const Survey&, double>(&rotate_to), "azimuth"_a,
           "All sites with their x axis at that azimuth, degrees clockwise from geographic north.")
      .def(
          "to_xarray",
          [](const py::object& self, double tolerance) {
            return py::module_::import("terrella._xarray").attr("survey_to_xarray")(self, tolerance);
          },
          "tolerance"_a = 1e-6, R"(The survey as one xarray.Dataset, by copy. Needs the package xarray.

tolerance : periods of different sites that agree within this fraction share a row
returns   : dims station, period, output (ex, ey), input (hx, hy); variables z, z_error (ohm), tipper, tipper_error
            (no unit; those without output), NaN where a site has no such period or the value is masked)")
      .def("_repr_html_",
           [](const py::object& self) { return py::module_::import("terrella._html").attr("survey_to_html")(self); })
      .def("__repr__", [](const Survey& survey) {
        return text("Survey(", survey.name.empty() ? "" : "'" + survey.name + "', ", survey.sites.size(), " sites)");
      });
}

using Path = std::filesystem::path;
using Paths = std::variant<Path, std::vector<Path>>;

std::vector<std::string> names(const Paths& paths) {
  if (const auto* path = std::get_if<Path>(&paths)) return {path->string()};
  std::vector<std::string> result;
  for (const Path& path : std::get<std::vector<Path>>(paths)) result.push_back(path.string());
  return result;
}

void bind_files(py::module_& m) {
  const py::call_guard<py::gil_scoped_release> unlocked;
  py::class_<Unreadable>(m, "Unreadable", "A file that could not be read.")
      .def_readonly("path", &Unreadable::path)
      .def_readonly("line", &Unreadable::line, "From 1; 0 where no line is to blame.")
      .def_readonly("message", &Unreadable::message, "What is wrong, without path and line.")
      .def("__repr__", [](const Unreadable& u) { return FormatError(u.path, u.line, u.message).what(); });
  py::class_<Reading>(m, "Reading", "What read_readable found.")
      .def_readonly("survey", &Reading::survey, "The sites that could be read.")
      .def_readonly("unreadable", &Reading::unreadable, "list of Unreadable, the files that could not.");
  m.def(
      "read", [](const Paths& paths) { return read(names(paths)); }, "paths"_a, unlocked,
      R"(The soundings of files, of whatever known format.

paths   : a path, folder or glob such as "line/*.edi", or a list of them
returns : Survey, its sites in the order of the arguments, those of a folder or glob in natural order (kap3, kap12)
raises  : FormatError that names every file that cannot be read; .path and .line are the first's)");
  m.def(
      "read_readable", [](const Paths& paths) { return read_readable(names(paths)); }, "paths"_a, unlocked,
      "Like read, but lists what cannot be read instead of raising: returns a Reading.");
  m.def(
      "write",
      [](const std::variant<Survey, Site>& what, const Path& path, const std::string& format) {
        const auto* const site = std::get_if<Site>(&what);
        std::vector<Path> written;
        for (const std::string& file :
             write(site ? Survey{"", {*site}} : std::get<Survey>(what), path.string(), format))
          written.emplace_back(file);
        return written;
      },
      "survey"_a, "path"_a, "format"_a = "", unlocked,
      R"(Writes a Survey or a Site in any format that can be written.

path    : a file, whose extension names the format; without an extension that is known, a folder of one file a site
format  : name of the format where the extension does not tell ("edi", "hdf5", ...; formats() lists them)
returns : list of the paths written

Files appear whole or not at all and replace those that are there; nothing is written unless all sites can be.
raises : ValueError for an unknown format and for sites that the format cannot hold, ResourceError where the disk
         refuses)");
  m.def(
      "formats",
      [] {
        py::list table;
        for (const Format& format : formats())
          table.append(py::dict("name"_a = format.name, "title"_a = format.title, "extensions"_a = format.extensions,
                                "reads"_a = format.read != nullptr, "writes"_a = format.writes()));
        return table;
      },
      R"(The file formats: a list of dicts.

name, title : the word for it ("edi"), and how it is called
extensions  : ".h5 .hdf5"; the first is given to files that are written
reads       : True where read() takes soundings from it
writes      : True where write() writes it)");
  m.def(
      "write_edi", [](const Site& site, const Path& path) { write_edi(site, path.string()); }, "site"_a, "path"_a,
      unlocked,
      R"(Writes one site as a SEG EDI file: mV/km/nT, exp(+iwt), variances. NaN and masked values become EMPTY.

The file appears whole or not at all and replaces one that is there.
raises : ValueError for a site that EDI cannot hold, ResourceError where the disk refuses)");
  m.def(
      "write_hdf5", [](const Survey& survey, const Path& path) { write_hdf5(survey, path.string()); }, "survey"_a,
      "path"_a, unlocked, R"(Writes a survey as an HDF5 file that xarray opens and read() reads back to the last bit.

The file appears whole or not at all and replaces one that is there.
raises : ResourceError where the disk refuses)");
}

}  // namespace

void bind_datasets(py::module_& m) {
  bind_provenance(m);
  bind_site(m);
  bind_survey(m);
  bind_files(m);
}

}  // namespace terrella::python
