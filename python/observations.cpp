// python/observations.cpp: data as inversion codes take them. Arrays are read-only views of the rows, which live as
// long as the views.
#include <fmt/format.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <optional>

#include "core/error.h"
#include "datasets/observations/observations.h"
#include "datasets/observations/survey.h"
#include "datasets/read.h"
#include "python/arrays.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;
using Path = std::filesystem::path;

// A getter of one member of all rows, in their memory.
template <class T, T Observation::*member>
auto column() {
  return [](const py::object& self) {
    const auto& rows = self.cast<const Observations&>().rows;
    const T* const first = rows.empty() ? nullptr : &(rows.front().*member);
    py::array_t<T> array({static_cast<py::ssize_t>(rows.size())}, {static_cast<py::ssize_t>(sizeof(Observation))},
                         first, self);
    array.attr("setflags")("write"_a = false);
    return array;
  };
}

py::object names_of(const Observations& observations) {
  py::list names;
  for (const Observation& row : observations.rows) names.append(info(row.quantity).name);
  const py::object array = py::module_::import("numpy").attr("array")(names, "dtype"_a = "U16");
  array.attr("setflags")("write"_a = false);
  return array;
}

Observations make(std::vector<ObservationSite> sites, const Array<std::int64_t>& site, const Array<double>& period,
                  const py::object& quantity, const Array<Complex>& value, const std::optional<Array<double>>& error,
                  const std::optional<Array<bool>>& masked, std::string name) {
  Observations made;
  made.name = std::move(name);
  made.sites = std::move(sites);
  made.blocks.emplace_back();
  made.provenance.format = "python";
  const auto number = copy<std::int64_t>("Observations: site", std::optional(site), {-1});
  const auto n = static_cast<py::ssize_t>(number.size());
  const auto periods = copy<double>("Observations: period", std::optional(period), {n});
  const auto values = copy<Complex>("Observations: value", std::optional(value), {n});
  const auto errors = copy<double>("Observations: error", error, {n});
  std::vector<std::uint8_t> masks;
  if (masked) {
    if (masked->ndim() != 1 || masked->size() != n) fail("Observations: masked must have shape (", n, ",)");
    masks.assign(masked->data(), masked->data() + n);
  }
  std::vector<std::string> names;
  if (py::isinstance<py::str>(quantity))
    names.assign(number.size(), quantity.cast<std::string>());
  else
    for (const py::handle word : quantity) names.push_back(py::str(word).cast<std::string>());
  if (names.size() != number.size())
    fail("Observations: ", names.size(), " quantities for ", number.size(), " rows; give one a row, or one for all");
  for (std::size_t i = 0; i < number.size(); ++i) {
    const auto which = quantity_named(names[i]);
    if (!which) fail("Observations: row ", i, " is of an unknown quantity '", names[i], "'; see tl.quantities()");
    if (number[i] < 0 || number[i] >= static_cast<std::int64_t>(made.sites.size()))
      fail("Observations: row ", i, " is of site ", number[i], " of ", made.sites.size());
    Observation row;
    row.site = static_cast<std::uint32_t>(number[i]);
    row.period = periods[i];
    row.quantity = *which;
    row.value = values[i];
    row.error = row.error_imaginary = errors.empty() ? not_a_number : errors[i];
    row.masked = !masks.empty() && masks[i] != 0;
    made.rows.push_back(row);
  }
  validate(made);
  return made;
}

Observations with_masked(Observations observations, const Array<bool>& masked) {
  if (masked.ndim() != 1 || static_cast<std::size_t>(masked.size()) != observations.rows.size())
    fail("with_masked: masked must have shape (", observations.rows.size(), ",), one for each row");
  for (std::size_t i = 0; i < observations.rows.size(); ++i) observations.rows[i].masked = masked.data()[i];
  return observations;
}

void bind_site(py::module_& m) {
  py::class_<ObservationSite>(m, "ObservationSite", "A place where data for an inversion code were taken.")
      .def(py::init([](std::string name, double y, double z, double x, double latitude, double longitude, double tilt) {
             ObservationSite site;
             site.name = std::move(name);
             site.x = x, site.y = y, site.z = z;
             site.latitude = latitude, site.longitude = longitude;
             site.tilt = tilt;
             return site;
           }),
           "name"_a, "y"_a = not_a_number, "z"_a = 0.0, "x"_a = 0.0, "latitude"_a = not_a_number,
           "longitude"_a = not_a_number, "tilt"_a = 0.0)
      .def_readonly("name", &ObservationSite::name)
      .def_readonly("latitude", &ObservationSite::latitude, "degrees north, NaN if unknown")
      .def_readonly("longitude", &ObservationSite::longitude, "degrees east, NaN if unknown")
      .def_readonly("x", &ObservationSite::x, "m, north, or along strike")
      .def_readonly("y", &ObservationSite::y, "m, east, or along the profile")
      .def_readonly("z", &ObservationSite::z, "m, positive down")
      .def_readonly("rotation", &ObservationSite::rotation, "azimuth of the data's x axis, degrees")
      .def_readonly("tilt", &ObservationSite::tilt, "slope of the sensors along y, degrees, positive down")
      .def("__repr__", [](const ObservationSite& site) {
        return text("ObservationSite('", site.name, "', y=", site.y, ", z=", site.z, ")");
      });
}

}  // namespace

void bind_observations(py::module_& m) {
  bind_site(m);
  py::class_<Observations>(m, "Observations",
                           R"(Data as inversion codes take them: rows of site, period, quantity, value and error.

Arrays are read-only, one entry a row, in the order of the file. quantities() lists what can be observed, with units.)")
      .def(py::init(&make), "sites"_a, "site"_a, "period"_a, "quantity"_a, "value"_a, "error"_a = py::none(),
           "masked"_a = py::none(), "name"_a = "", R"(Data of arrays, which are copied.

sites    : list of ObservationSite
site     : ints [n], which of them
period   : array [n], s
quantity : names [n] of quantities(), or one for all rows: 'log10_rho_TE', 'phase_TM', 'Zxy', ...
value    : array [n], in the unit of the quantity; complex for impedances and tippers
error    : array [n], standard error of the real and of the imaginary part; NaN or None where there is none
masked   : bools [n], True where a row is not to be used
raises   : ValueError that names the row

>>> sites = [tl.ObservationSite("A", y=0.0), tl.ObservationSite("B", y=1000.0)]
>>> tl.Observations(sites, [0, 1], [1.0, 1.0], "phase_TE", [45.0, 44.0], [1.0, 1.0])
Observations(2 sites, 2 rows: phase_TE))")
      .def_readonly("name", &Observations::name)
      .def_property_readonly(
          "sites",
          [](const py::object& self) {
            const auto& sites = self.cast<const Observations&>().sites;
            py::tuple all(sites.size());
            for (std::size_t i = 0; i < sites.size(); ++i)
              all[i] = py::cast(sites[i], py::return_value_policy::reference_internal, self);
            return all;
          },
          "tuple of ObservationSite")
      .def("__len__", [](const Observations& o) { return o.rows.size(); })
      .def_property_readonly("site", column<std::uint32_t, &Observation::site>(), "ints [row], index into sites")
      .def_property_readonly("period", column<double, &Observation::period>(), "array [row], s")
      .def_property_readonly("quantity", &names_of, "names [row]")
      .def_property_readonly("value", column<Complex, &Observation::value>(),
                             "complex array [row], in the unit of the quantity; real quantities have no imaginary part")
      .def_property_readonly("error", column<double, &Observation::error>(),
                             "array [row], standard error of the real part; NaN where there is none")
      .def_property_readonly("error_imaginary", column<double, &Observation::error_imaginary>(),
                             "array [row], of the imaginary part")
      .def_property_readonly("masked", column<bool, &Observation::masked>(),
                             "bools [row], True where a row is not to be used")
      .def_readonly("provenance", &Observations::provenance, "where the numbers come from")
      .def("with_masked", &with_masked, "masked"_a, "The same data with these masks, bools [row].")
      .def(
          "to_survey",
          [](const Observations& o) {
            SurveyOfObservations made = survey_of(o);
            return py::make_tuple(std::move(made.survey), made.lost);
          },
          "The Survey of the impedances and tippers, and a list of what it cannot hold.")
      .def("__repr__", [](const Observations& o) {
        std::string names;
        for (const Quantity q : quantities_of(o)) names += (names.empty() ? "" : ", ") + std::string(info(q).name);
        return text("Observations(", o.sites.size(), " sites, ", o.rows.size(), " rows: ", names, ")");
      });
  m.def(
      "read_observations", [](const Path& path) { return observations_of_file(path.string()); }, "path"_a,
      py::call_guard<py::gil_scoped_release>(),
      R"(The data of a file for inversion codes (Occam2D, MARE2DEM, ModEM, COPROD2, ...) as they stand there.

returns : Observations; read() makes soundings of the same file instead
raises  : FormatError where the file is of another kind or damaged)");
  m.def(
      "quantities",
      [] {
        py::list all;
        for (const QuantityInfo& q : datasets::quantities())
          all.append(py::dict("name"_a = q.name, "unit"_a = q.unit, "complex"_a = q.is_complex));
        return all;
      },
      "What can be observed: a list of dicts of name, unit, complex.");
}

}  // namespace terrella::python
