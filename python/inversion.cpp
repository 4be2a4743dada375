// python/inversion.cpp: results of inversions. Arrays are read-only views of the C++ value.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "core/error.h"
#include "inversion/result_file.h"
#include "python/arrays.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace inversion;
using datasets::Survey;
using namespace pybind11::literals;
using Path = std::filesystem::path;
using Shape = std::vector<py::ssize_t>;

// A getter of a field of the model, None where it was not computed; `shape` from the numbers of sites and layers.
template <auto field>
auto model_getter(Shape (*shape)(py::ssize_t sites, py::ssize_t layers)) {
  return [shape](const py::object& self) -> std::optional<py::array_t<double>> {
    const auto& model = self.cast<const LayeredModel&>();
    const auto& values = model.*field;
    const Shape wanted = shape(static_cast<py::ssize_t>(model.sites), static_cast<py::ssize_t>(model.layers));
    if (values.empty()) return std::nullopt;
    return view<double>(values, wanted, self);
  };
}

template <class T, auto field>
auto fit_getter() {
  return [](const py::object& self) {
    const auto& values = self.cast<const SiteFit&>().*field;
    return view<T>(values, {static_cast<py::ssize_t>(values.size())}, self);
  };
}

LayeredModel make_model(const Array<double>& resistivity, const Array<double>& thickness,
                        const std::optional<Array<double>>& error, const std::optional<Array<double>>& resolution,
                        const std::optional<Array<double>>& sensitivity,
                        const std::optional<Array<double>>& depth_of_investigation) {
  LayeredModel model;
  model.resistivity = copy<double>("LayeredModel: resistivity", std::optional(resistivity), {-1, -1});
  const auto sites = resistivity.shape(0), layers = resistivity.shape(1);
  if (layers == 0) fail("LayeredModel: at least one layer, the half-space, is needed");
  model.sites = static_cast<std::size_t>(sites);
  model.layers = static_cast<std::size_t>(layers);
  model.thickness = copy<double>("LayeredModel: thickness", std::optional(thickness), {sites, layers - 1});
  model.log10_resistivity_error = copy<double>("LayeredModel: log10_resistivity_error", error, {sites, layers});
  model.resolution = copy<double>("LayeredModel: resolution", resolution, {sites, layers, layers});
  model.sensitivity = copy<double>("LayeredModel: sensitivity", sensitivity, {sites, layers});
  model.depth_of_investigation = copy<double>("LayeredModel: depth_of_investigation", depth_of_investigation, {sites});
  return model;
}

SiteFit make_fit(std::string site, const Array<double>& period, const Array<std::complex<double>>& observed,
                 const Array<double>& error, const Array<std::complex<double>>& predicted, std::string stopped,
                 bool converged) {
  SiteFit fit;
  fit.site = std::move(site);
  fit.period = copy<double>("SiteFit: period", std::optional(period), {-1});
  const auto n = period.shape(0);
  fit.observed = copy<std::complex<double>>("SiteFit: observed", std::optional(observed), {n});
  fit.error = copy<double>("SiteFit: error", std::optional(error), {n});
  fit.predicted = copy<std::complex<double>>("SiteFit: predicted", std::optional(predicted), {n});
  for (std::size_t i = 0; i < fit.period.size(); ++i)
    fit.rms += std::norm((fit.observed[i] - fit.predicted[i]) / fit.error[i]);
  fit.rms = std::sqrt(fit.rms / static_cast<double>(2 * fit.period.size()));
  fit.stopped = std::move(stopped);
  fit.converged = converged;
  return fit;
}

void bind_model(py::module_& m) {
  py::class_<LayeredModel>(m, "LayeredModel",
                           "Layered earth below every site, top layer first; the last layer is the half-space.")
      .def(py::init(&make_model), "resistivity"_a, "thickness"_a, py::kw_only(),
           "log10_resistivity_error"_a = py::none(), "resolution"_a = py::none(), "sensitivity"_a = py::none(),
           "depth_of_investigation"_a = py::none(),
           "A model of arrays, which are copied; shapes as in the properties below.")
      .def_property_readonly("resistivity", model_getter<&LayeredModel::resistivity>([](auto s, auto l) {
                               return Shape{s, l};
                             }),
                             "array [site, layer], ohm m")
      .def_property_readonly(
          "thickness",
          [](const py::object& self) {
            const auto& model = self.cast<const LayeredModel&>();
            const auto sites = static_cast<py::ssize_t>(model.sites);
            return view<double>(model.thickness, {sites, static_cast<py::ssize_t>(model.layers) - (sites > 0)}, self);
          },
          "array [site, layer - 1], m")
      .def_property_readonly("log10_resistivity_error",
                             model_getter<&LayeredModel::log10_resistivity_error>([](auto s, auto l) {
                               return Shape{s, l};
                             }),
                             "array [site, layer], linearised standard error in decades, or None")
      .def_property_readonly("resolution", model_getter<&LayeredModel::resolution>([](auto s, auto l) {
                               return Shape{s, l, l};
                             }),
                             "array [site, layer, layer], model resolution matrix, or None")
      .def_property_readonly("sensitivity", model_getter<&LayeredModel::sensitivity>([](auto s, auto l) {
                               return Shape{s, l};
                             }),
                             "array [site, layer], of each layer and all below it, standard errors of the data that "
                             "follow a change of ln resistivity by 1, their sizes added up (Christiansen & Auken 2012, "
                             "whose depth of investigation lies where it falls below 0.8), or None")
      .def_property_readonly("depth_of_investigation",
                             model_getter<&LayeredModel::depth_of_investigation>([](auto s, auto) { return Shape{s}; }),
                             "array [site], m, or None")
      .def("__repr__", [](const LayeredModel& model) {
        return text("LayeredModel(", model.sites, " sites, ", model.layers, " layers)");
      });
}

void bind_fit(py::module_& m) {
  py::class_<SiteFit>(m, "SiteFit", "The scalar impedance of one site that an inversion fits, and its prediction.")
      .def(py::init(&make_fit), "site"_a, "period"_a, "observed"_a, "error"_a, "predicted"_a, py::kw_only(),
           "stopped"_a = "", "converged"_a = true, "A fit of arrays [n], which are copied; the RMS follows from them.")
      .def_readonly("site", &SiteFit::site, "name")
      .def_property_readonly("period", fit_getter<double, &SiteFit::period>(), "array [n], s, as used")
      .def_property_readonly("observed", fit_getter<std::complex<double>, &SiteFit::observed>(), "array [n], ohm")
      .def_property_readonly("error", fit_getter<double, &SiteFit::error>(),
                             "array [n], ohm, standard error of real and imaginary part, floor applied")
      .def_property_readonly("predicted", fit_getter<std::complex<double>, &SiteFit::predicted>(), "array [n], ohm")
      .def_readonly("rms", &SiteFit::rms, "root of the mean of (residual / error)^2 over real numbers")
      .def_readonly("stopped", &SiteFit::stopped, "why the minimiser stopped")
      .def_readonly("converged", &SiteFit::converged,
                    "whether the target RMS is met; without a target, a minimum is found")
      .def("__repr__", [](const SiteFit& fit) {
        return text("SiteFit('", fit.site, "', ", fit.period.size(), " periods, RMS ", fit.rms, ", ", fit.stopped, ")");
      });
}

void bind_result(py::module_& m) {
  PYBIND11_NUMPY_DTYPE(Iteration, site, iteration, rms, misfit, regularization, lambda, step, seconds);
  py::class_<Result>(m, "Result", "What an inversion leaves behind: a value, and one HDF5 file.")
      .def(py::init([](Survey survey, LayeredModel model, std::vector<SiteFit> fits, std::string config) {
             return Result{std::move(survey), std::move(model), std::move(fits), {}, std::move(config), {}};
           }),
           "survey"_a, "model"_a, "fits"_a, "config"_a = "", "A result of a computation of your own.")
      .def_readonly("survey", &Result::survey, "the data as read, with masks")
      .def_readonly("model", &Result::model, "LayeredModel")
      .def_property_readonly(
          "fits",
          [](const py::object& self) {
            const auto& fits = self.cast<const Result&>().fits;
            py::tuple items(fits.size());
            for (std::size_t i = 0; i < fits.size(); ++i)
              items[i] = py::cast(fits[i], py::return_value_policy::reference_internal, self);
            return items;
          },
          "tuple of SiteFit, one a site")
      .def_property_readonly(
          "predicted",
          [](const py::object& self) {
            py::list arrays;
            for (const py::handle fit : self.attr("fits")) arrays.append(fit.attr("predicted"));
            return arrays;
          },
          "list of arrays [n], ohm, one a site, at the periods of its fit")
      .def_property_readonly(
          "rms", [](const Result& result) { return py::array_t<double>(py::cast(result.rms())); }, "array [site]")
      .def_property_readonly(
          "history",
          [](const py::object& self) -> py::array {
            const auto& history = self.cast<const Result&>().history;
            return view<Iteration>(history, {static_cast<py::ssize_t>(history.size())}, self);
          },
          "structured array [iteration] with site (-1: all are one problem), iteration, rms, misfit, regularization, "
          "lambda, step, seconds")
      .def_readonly("config", &Result::config, "the resolved configuration, TOML")
      .def_readonly("versions", &Result::versions, "dict of program, libraries, instruction set")
      .def_property_readonly(
          "plot", [](const py::object& self) { return py::module_::import("terrella.plot").attr("ResultPlots")(self); },
          "terrella.plot.ResultPlots: pictures by matplotlib, such as result.plot.section(ax=...)")
      .def("_repr_html_",
           [](const py::object& self) { return py::module_::import("terrella._html").attr("result_to_html")(self); })
      .def("__repr__", [](const Result& result) {
        return text("Result(", result.fits.size(), " sites, ", result.model.layers, " layers)");
      });
}

}  // namespace

void bind_inversion(py::module_& m) {
  bind_model(m);
  bind_fit(m);
  bind_result(m);
  const py::call_guard<py::gil_scoped_release> unlocked;
  m.def(
      "write_hdf5", [](const Result& result, const Path& path) { write_hdf5(result, path.string()); }, "result"_a,
      "path"_a, unlocked,
      "Writes a result as one HDF5 file that xarray opens, group by group. The file appears whole or not at all and "
      "replaces one that is there.");
}

}  // namespace terrella::python
