// python/result_2d.cpp: results of two-dimensional inversions. Arrays are read-only views of the C++ value.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cmath>
#include <filesystem>
#include <optional>
#include <variant>

#include "core/error.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/result_file.h"
#include "python/arrays.h"
#include "python/bindings.h"
#include "viz/mt2d/csv.h"
#include "viz/mt2d/fitted.h"
#include "viz/mt2d/section_view.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace inversion;
using namespace pybind11::literals;
using Path = std::filesystem::path;
using Shape = std::vector<py::ssize_t>;
using Doubles = Array<double>;
using Complexes = Array<std::complex<double>>;

py::ssize_t size(std::size_t n) { return static_cast<py::ssize_t>(n); }

/// A getter of an array of the elements, None where it was not computed.
template <auto field>
auto elements_getter() {
  return [](const py::object& self) -> std::optional<py::array_t<double>> {
    const auto& model = self.cast<const SectionModel&>();
    if ((model.*field).empty()) return std::nullopt;
    return view<double>(model.*field, {size(model.rows), size(model.columns)}, self);
  };
}

/// A getter of sections of log10 resistivity, [n, row, column], None where there are none.
template <auto field>
auto sections_getter() {
  return [](const py::object& self) -> std::optional<py::array_t<double>> {
    const auto& result = self.cast<const Result2d&>();
    const auto rows = size(result.model.rows), columns = size(result.model.columns);
    if ((result.*field).empty()) return std::nullopt;
    return view<double>(result.*field, {size((result.*field).size()) / (rows * columns), rows, columns}, self);
  };
}

SectionModel make_model(const Doubles& y, const Doubles& z, const Doubles& resistivity,
                        const std::optional<Array<std::int64_t>>& cell, const std::optional<Doubles>& resistivity_y,
                        const std::optional<Doubles>& resistivity_z, const std::optional<Doubles>& error,
                        const std::optional<Doubles>& sensitivity, const std::optional<Doubles>& depth,
                        std::size_t sea_rows) {
  SectionModel model;
  model.sea_rows = sea_rows;
  model.resistivity = copy<double>("SectionModel: resistivity", std::optional(resistivity), {-1, -1});
  const Shape shape = {resistivity.shape(0), resistivity.shape(1)};
  model.rows = static_cast<std::size_t>(shape[0]), model.columns = static_cast<std::size_t>(shape[1]);
  model.y = copy<double>("SectionModel: y", std::optional(y), {shape[1] + 1});
  model.z = copy<double>("SectionModel: z", std::optional(z), {shape[0] + 1, shape[1] + 1});
  model.resistivity_y = copy<double>("SectionModel: resistivity_y", resistivity_y, shape);
  model.resistivity_z = copy<double>("SectionModel: resistivity_z", resistivity_z, shape);
  model.log10_resistivity_error = copy<double>("SectionModel: log10_resistivity_error", error, shape);
  model.sensitivity = copy<double>("SectionModel: sensitivity", sensitivity, shape);
  model.depth_of_investigation = copy<double>("SectionModel: depth_of_investigation", depth, {shape[1]});
  model.cell = copy<std::int64_t>("SectionModel: cell", cell, shape);
  if (!cell)
    for (std::size_t i = 0; i < model.resistivity.size(); ++i) model.cell.push_back(static_cast<std::int64_t>(i));
  return model;
}

Result2d make_result(datasets::Observations data, const Complexes& predicted, SectionModel model, double azimuth,
                     std::string config, std::string stopped, bool converged) {
  Result2d result;
  result.data = std::move(data);
  result.predicted =
      copy<std::complex<double>>("Result2d: predicted", std::optional(predicted), {size(result.data.rows.size())});
  result.model = std::move(model);
  result.azimuth = azimuth;
  result.config = std::move(config);
  result.stopped = std::move(stopped);
  result.converged = converged;
  validate(result);
  double sum = 0, count = 0;
  const auto residual = residuals(result);
  for (std::size_t i = 0; i < residual.size(); ++i)
    if (!std::isnan(residual[i].real())) {
      sum += std::norm(residual[i]);
      count += datasets::info(result.data.rows[i].quantity).is_complex ? 2 : 1;
    }
  result.rms = std::sqrt(sum / count);
  return result;
}

py::array_t<double> resistivity_at(const SectionModel& model, const Doubles& y, const Doubles& z) {
  if (y.size() != z.size()) fail("resistivity_at: ", y.size(), " y and ", z.size(), " z");
  py::array_t<double> found(Shape(y.shape(), y.shape() + y.ndim()));
  for (py::ssize_t i = 0; i < y.size(); ++i) {
    const std::size_t element = viz::element_at(model, y.data()[i], z.data()[i]);
    found.mutable_data()[i] = element < viz::elements(model) ? model.resistivity[element] : datasets::not_a_number;
  }
  return found;
}

void bind_model(py::module_& m) {
  py::class_<SectionModel>(m, "SectionModel",
                           "A resistivity section of quadrilaterals from the ground, or the surface of the sea, down. "
                           "y along the profile, z down.")
      .def(py::init(&make_model), "y"_a, "z"_a, "resistivity"_a, py::kw_only(), "cell"_a = py::none(),
           "resistivity_y"_a = py::none(), "resistivity_z"_a = py::none(), "log10_resistivity_error"_a = py::none(),
           "sensitivity"_a = py::none(), "depth_of_investigation"_a = py::none(), "sea_rows"_a = 0,
           "A section of arrays, which are copied; shapes as in the properties below. Without `cell` each element is "
           "one.")
      .def_property_readonly(
          "y",
          [](const py::object& self) {
            const auto& model = self.cast<const SectionModel&>();
            return view<double>(model.y, {size(model.y.size())}, self);
          },
          "array [column + 1], m along the profile, of the lines between columns")
      .def_property_readonly(
          "z",
          [](const py::object& self) {
            const auto& model = self.cast<const SectionModel&>();
            return view<double>(model.z, {size(model.rows + 1), size(model.columns + 1)}, self);
          },
          "array [row + 1, column + 1], m, depths of the corners, positive down; row sea_rows is the ground")
      .def_readonly("sea_rows", &SectionModel::sea_rows, "rows of water on top; 0 without a sea")
      .def_property_readonly("resistivity", elements_getter<&SectionModel::resistivity>(),
                             "array [row, column], ohm m; along strike where it is anisotropic")
      .def_property_readonly("resistivity_y", elements_getter<&SectionModel::resistivity_y>(),
                             "array [row, column], ohm m, along the profile; None where isotropic")
      .def_property_readonly("resistivity_z", elements_getter<&SectionModel::resistivity_z>(),
                             "array [row, column], ohm m, downwards; None where isotropic")
      .def_property_readonly(
          "cell",
          [](const py::object& self) {
            const auto& model = self.cast<const SectionModel&>();
            return view<std::int64_t>(model.cell, {size(model.rows), size(model.columns)}, self);
          },
          "ints [row, column], what the inversion sought: elements of one cell share a resistivity; -1 where it was "
          "held")
      .def_property_readonly("log10_resistivity_error", elements_getter<&SectionModel::log10_resistivity_error>(),
                             "array [row, column], linearised standard error in decades, NaN where held, or None")
      .def_property_readonly("sensitivity", elements_getter<&SectionModel::sensitivity>(),
                             "array [row, column], root of the sum over data of (d residual / d ln rho)^2, divided by "
                             "the area in km^2, or None")
      .def_property_readonly(
          "depth_of_investigation",
          [](const py::object& self) -> std::optional<py::array_t<double>> {
            const auto& model = self.cast<const SectionModel&>();
            if (model.depth_of_investigation.empty()) return std::nullopt;
            return view<double>(model.depth_of_investigation, {size(model.columns)}, self);
          },
          "array [column], m below the ground, or None")
      .def("resistivity_at", &resistivity_at, "y"_a, "z"_a,
           R"(Resistivity (ohm m) of the elements that hold points; NaN outside and in the air.

y, z : arrays of one shape, m)")
      .def("__repr__", [](const SectionModel& model) {
        return text("SectionModel(", model.rows, " rows, ", model.columns, " columns)");
      });
}

py::array_t<double> array_of(const std::vector<double>& values) {
  return py::array_t<double>(size(values.size()), values.data());
}

void bind_result(py::module_& m) {
  PYBIND11_NUMPY_DTYPE(LambdaTrial, lambda, misfit, regularization, rms);
  py::class_<Result2d>(m, "Result2d", "What a two-dimensional inversion leaves behind: a value, and one HDF5 file.")
      .def(py::init(&make_result), "data"_a, "predicted"_a, "model"_a, py::kw_only(),
           "azimuth"_a = datasets::not_a_number, "config"_a = "", "stopped"_a = "", "converged"_a = true,
           "A result of a computation of your own; the RMS follows from data and predictions.")
      .def_readonly("data", &Result2d::data,
                    "Observations as they were fitted: floors applied, rows that were not fitted masked")
      .def_property_readonly(
          "predicted",
          [](const py::object& self) {
            const auto& values = self.cast<const Result2d&>().predicted;
            return view<std::complex<double>>(values, {size(values.size())}, self);
          },
          "complex array [row of data], in its unit; real quantities have no imaginary part; NaN where none")
      .def_property_readonly(
          "residuals",
          [](const Result2d& result) {
            const auto values = residuals(result);
            return py::array_t<std::complex<double>>(size(values.size()), values.data());
          },
          "complex array [row of data], (predicted - observed) / error; NaN where not fitted")
      .def_property_readonly(
          "static_shift",
          [](const py::object& self) -> std::optional<py::array_t<double>> {
            const auto& values = self.cast<const Result2d&>().static_shift;
            if (values.empty()) return std::nullopt;
            return view<double>(values, {size(values.size() / 2), 2}, self);
          },
          "array [site, 2], log10 of what multiplies apparent resistivity of TE and TM, or None")
      .def_readonly("model", &Result2d::model, "SectionModel")
      .def_property_readonly(
          "history",
          [](const py::object& self) -> py::array {
            const auto& history = self.cast<const Result2d&>().history;
            return view<Iteration>(history, {size(history.size())}, self);
          },
          "structured array [iteration] with iteration, rms, misfit, regularization, lambda, step, seconds")
      .def_property_readonly(
          "trials",
          [](const py::object& self) -> py::array {
            const auto& trials = self.cast<const Result2d&>().trials;
            return view<LambdaTrial>(trials, {size(trials.size())}, self);
          },
          "structured array [trial] with lambda, misfit, regularization, rms: what each lambda led to")
      .def_property_readonly("models", sections_getter<&Result2d::models>(),
                             "array [iteration, row, column], log10 resistivity after each, or None")
      .def_property_readonly("ensemble", sections_getter<&Result2d::ensemble>(),
                             "array [member, row, column], log10 resistivity, or None")
      .def_property_readonly("truth", sections_getter<&Result2d::truth>(),
                             "array [1, row, column], log10 resistivity that synthetic data came from, or None")
      .def_readonly("rms", &Result2d::rms, "root of the mean of (residual / error)^2 over real numbers")
      .def_property_readonly(
          "rms_of_sites", [](const Result2d& r) { return array_of(rms_of_sites(r)); }, "array [site], NaN where none")
      .def_property_readonly(
          "rms_of_periods", [](const Result2d& r) { return array_of(rms_of_periods(r)); }, "array [period]")
      .def_property_readonly(
          "periods", [](const Result2d& r) { return array_of(datasets::periods_of(r.data)); },
          "array [period], s, of the data, ascending")
      .def_readonly("stopped", &Result2d::stopped, "why the minimiser stopped")
      .def_readonly("converged", &Result2d::converged,
                    "whether the target RMS is met; without a target, a minimum is found")
      .def_readonly("azimuth", &Result2d::azimuth, "of the profile, degrees clockwise from north; NaN if unknown")
      .def_readonly("choices", &Result2d::choices, "what was decided on the way and why, one sentence each")
      .def_readonly("config", &Result2d::config, "the resolved configuration, TOML")
      .def_readonly("versions", &Result2d::versions, "dict of program, libraries, instruction set")
      .def_property_readonly(
          "plot",
          [](const py::object& self) { return py::module_::import("terrella.plot").attr("Result2dPlots")(self); },
          "terrella.plot.Result2dPlots: pictures by matplotlib, such as result.plot.section(ax=...)")
      .def(
          "to_xarray",
          [](const py::object& self) {
            return py::module_::import("terrella._xarray").attr("result_2d_to_xarray")(self);
          },
          R"(The section and the data as an xarray.Dataset.

Dimensions row, column (elements; coordinates y, depth and elevation of their middles, m), line and node_row (corners),
station, datum.)")
      .def("_repr_html_",
           [](const py::object& self) { return py::module_::import("terrella._html").attr("result_2d_to_html")(self); })
      .def("__repr__", [](const Result2d& r) {
        return text("Result2d(", r.data.sites.size(), " sites, ", r.model.rows, " x ", r.model.columns,
                    " elements, RMS ", r.rms, ")");
      });
}

}  // namespace

void bind_result_2d(py::module_& m) {
  bind_model(m);
  bind_result(m);
  const py::call_guard<py::gil_scoped_release> unlocked;
  m.def(
      "read_result",
      [](const Path& path) -> std::variant<Result, Result2d> {
        if (is_result_2d(path.string())) return read_result_2d(path.string());
        return read_result(path.string());
      },
      "path"_a, unlocked,
      "The result in an HDF5 file, to the last bit: a Result of layered models, or a Result2d. Raises FormatError "
      "where "
      "the file is not one or is damaged.");
  m.def(
      "write_hdf5", [](const Result2d& result, const Path& path) { write_hdf5(result, path.string()); }, "result"_a,
      "path"_a, unlocked, "Writes a two-dimensional result likewise.");
  m.def(
      "write_section_csv",
      [](const Result2d& result, const Path& path) { viz::write_section_csv(result, path.string()); }, "result"_a,
      "path"_a, unlocked, "Writes the section of a two-dimensional result as CSV: one row an element.");
  m.def(
      "write_fit_csv", [](const Result2d& result, const Path& path) { viz::write_fit_csv(result, path.string()); },
      "result"_a, "path"_a, unlocked,
      "Writes data and predictions of a two-dimensional result as CSV: one row a datum.");
  m.def(
      "_fitted",
      [](const Result2d& result, const std::string& name) {
        for (const viz::Curve2d curve : viz::curves_2d) {
          if (name != viz::name_of(curve)) continue;
          const std::vector<viz::Fitted> data = viz::fitted(result, curve);
          py::dict columns;
          const auto add = [&](const char* key, auto member) {
            using T = std::decay_t<decltype(viz::Fitted{}.*member)>;
            py::array_t<T> values(size(data.size()));
            for (std::size_t i = 0; i < data.size(); ++i) values.mutable_data()[i] = data[i].*member;
            columns[key] = values;
          };
          add("site", &viz::Fitted::site);
          add("period", &viz::Fitted::period);
          add("observed", &viz::Fitted::observed);
          add("error", &viz::Fitted::error);
          add("predicted", &viz::Fitted::predicted);
          add("residual", &viz::Fitted::residual);
          add("masked", &viz::Fitted::masked);
          return columns;
        }
        std::string names;
        for (const viz::Curve2d curve : viz::curves_2d) names += text(names.empty() ? "" : ", ", viz::name_of(curve));
        fail("no curve '", name, "'; there are ", names);
      },
      "result"_a, "curve"_a);
}

}  // namespace terrella::python
