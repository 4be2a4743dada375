#include "inversion/result_file.h"

#include <algorithm>
#include <span>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/hdf5/survey_file.h"
#include "inversion/history_file.h"

namespace terrella::inversion {
namespace {

using datasets::hdf5::Labels;
using datasets::hdf5::ReadGroup;
using datasets::hdf5::WriteGroup;

constexpr int newest_format = 1;

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

void expect_size(const char* what, std::size_t size, std::size_t expected) {
  if (size != expected) fail("write_hdf5: ", what, " has ", size, " entries instead of ", expected);
}

// ---- model

/// Arrays over stations and layers that are written where they were computed.
template <class Visit>
void for_each_optional(const Visit& visit) {
  const std::vector<std::string> layers = {"station", "layer"}, matrix = {"station", "layer", "layer_resolved"},
                                 stations = {"station"};
  visit("log10_resistivity_error", &LayeredModel::log10_resistivity_error, layers,
        Labels{"1", "linearised standard error of log10 resistivity", {}});
  visit("resolution", &LayeredModel::resolution, matrix, Labels{"1", "model resolution matrix", {}});
  visit("sensitivity", &LayeredModel::sensitivity, layers,
        Labels{"1", "sensitivity of the data, in standard errors, to ln resistivity of the layer and all below", {}});
  visit("depth_of_investigation", &LayeredModel::depth_of_investigation, stations,
        Labels{"m", "depth of investigation", {}});
}

std::size_t size_of(const LayeredModel& model, const std::vector<std::string>& dimensions) {
  std::size_t size = model.sites;
  for (std::size_t axis = 1; axis < dimensions.size(); ++axis) size *= model.layers;
  return size;
}

void write_model(const Result& result, WriteGroup group) {
  const LayeredModel& model = result.model;
  const std::size_t boundaries = model.layers == 0 ? 0 : model.layers - 1;
  expect_size("model.resistivity", model.resistivity.size(), model.sites * model.layers);
  expect_size("model.thickness", model.thickness.size(), model.sites * boundaries);
  std::vector<std::string> names;
  for (const SiteFit& fit : result.fits) names.push_back(fit.site);
  if (names.size() == model.sites)
    group.dimension("station", view(names), {{}, "site", {}});
  else
    group.dimension("station", model.sites);
  group.dimension("layer", model.layers);
  group.dimension("layer_resolved", model.layers);
  group.dimension("boundary", boundaries);
  group.write("resistivity", view(model.resistivity), {"station", "layer"},
              {"ohm m", "resistivity, top layer first, the last is the half-space", {}});
  group.write("thickness", view(model.thickness), {"station", "boundary"}, {"m", "thickness of the layer", {}});
  for_each_optional([&](const char* name, auto member, const auto& dimensions, const Labels& labels) {
    if ((model.*member).empty()) return;
    expect_size(name, (model.*member).size(), size_of(model, dimensions));
    group.write(name, view(model.*member), dimensions, labels);
  });
}

LayeredModel read_model(const ReadGroup& group) {
  LayeredModel model;
  model.sites = group.size("station");
  model.layers = group.size("layer");
  const std::size_t boundaries = model.layers == 0 ? 0 : model.layers - 1;
  model.resistivity = group.read<double>("resistivity", {model.sites, model.layers});
  model.thickness = group.read<double>("thickness", {model.sites, boundaries});
  for_each_optional([&](const char* name, auto member, const auto& dimensions, const Labels&) {
    if (!group.has(name)) return;
    std::vector<std::size_t> shape = {model.sites, model.layers, model.layers};
    shape.resize(dimensions.size());
    model.*member = group.read<double>(name, shape);
  });
  return model;
}

// ---- fits

/// The arrays of a fit with one entry a period.
template <class Visit>
void for_each_series(const Visit& visit) {
  visit("sounding_period", &SiteFit::period, Labels{"s", "period", {}});
  visit("observed", &SiteFit::observed, Labels{"ohm", "impedance that was fitted", {}});
  visit("error", &SiteFit::error, Labels{"ohm", "standard error of real and imaginary part, floor applied", {}});
  visit("predicted", &SiteFit::predicted, Labels{"ohm", "impedance of the model", {}});
}

template <class Get>
auto column(const std::vector<SiteFit>& fits, const Get& get) {
  std::vector<std::decay_t<decltype(get(fits[0]))>> values;
  for (const SiteFit& fit : fits) values.push_back(get(fit));
  return values;
}

void write_fits(const std::vector<SiteFit>& fits, WriteGroup group) {
  std::size_t periods = 0;
  for (const SiteFit& fit : fits) periods = std::max(periods, fit.period.size());
  group.dimension("station", view(column(fits, [](const SiteFit& f) { return f.site; })), {{}, "site", {}});
  group.dimension("period", periods);
  group.write("period_count",
              view(column(fits, [](const SiteFit& f) { return static_cast<std::int32_t>(f.period.size()); })),
              {"station"}, {{}, "periods used", {}});
  for_each_series([&](const char* name, auto member, Labels labels) {
    using Value = typename std::decay_t<decltype(SiteFit{}.*member)>::value_type;
    std::vector<Value> values(fits.size() * periods, Value(datasets::not_a_number));
    for (std::size_t s = 0; s < fits.size(); ++s) {
      expect_size(name, (fits[s].*member).size(), fits[s].period.size());
      std::copy((fits[s].*member).begin(), (fits[s].*member).end(),
                values.begin() + static_cast<std::ptrdiff_t>(s * periods));
    }
    if (std::string(name) != "sounding_period") labels.coordinates = "sounding_period";
    group.write(name, view(values), {"station", "period"}, labels);
  });
  group.write("rms", view(column(fits, [](const SiteFit& f) { return f.rms; })), {"station"},
              {"1", "root of the mean of (residual / error)^2", {}});
  group.write("stopped", view(column(fits, [](const SiteFit& f) { return f.stopped; })), {"station"},
              {{}, "why the minimiser stopped", {}});
  group.write("converged", view(column(fits, [](const SiteFit& f) { return static_cast<std::uint8_t>(f.converged); })),
              {"station"}, {{}, "1 where the target RMS is met, or a minimum is found where none is aimed at", {}});
}

std::vector<SiteFit> read_fits(const ReadGroup& group) {
  const auto names = group.read<std::string>("station");
  const std::size_t stations = names.size(), periods = group.size("period");
  const auto count = group.read<std::int32_t>("period_count", {stations});
  const auto rms = group.read<double>("rms", {stations});
  const auto stopped = group.read<std::string>("stopped", {stations});
  const auto converged = group.read<std::uint8_t>("converged", {stations});
  std::vector<SiteFit> fits(stations);
  for (std::size_t s = 0; s < stations; ++s) {
    if (count[s] < 0 || static_cast<std::size_t>(count[s]) > periods)
      group.refuse("period_count", text("station '", names[s], "' claims ", count[s], " of ", periods, " periods"));
    if (converged[s] > 1) group.refuse("converged", text(int{converged[s]}, " is neither 0 nor 1"));
    fits[s].site = names[s];
    fits[s].rms = rms[s];
    fits[s].stopped = stopped[s];
    fits[s].converged = converged[s] == 1;
  }
  for_each_series([&](const char* name, auto member, const Labels&) {
    using Value = typename std::decay_t<decltype(SiteFit{}.*member)>::value_type;
    const auto values = group.read<Value>(name, {stations, periods});
    for (std::size_t s = 0; s < stations; ++s) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(s * periods);
      (fits[s].*member).assign(first, first + count[s]);
    }
  });
  return fits;
}

Result read(const datasets::hdf5::Reader& reader) {
  if (reader.kind() == "result-2d")
    reader.root().refuse("", "is the result of a two-dimensional inversion, not of a layered one");
  reader.expect("result", newest_format);
  const ReadGroup& root = reader.root();
  Result result;
  result.survey = datasets::read_survey(root.group("survey"));
  result.model = read_model(root.group("model"));
  result.fits = read_fits(root.group("fit"));
  result.history = read_history(root.group("history"));
  result.config = root.text("config");
  result.versions = read_versions(root.group("versions"));
  return result;
}

}  // namespace

void write_hdf5(const Result& result, const std::string& path) {
  datasets::hdf5::Writer writer("result", newest_format);
  WriteGroup& root = writer.root();
  root.set("config", result.config);
  WriteGroup survey = root.group("survey");
  datasets::write_hdf5(result.survey, survey);
  write_model(result, root.group("model"));
  write_fits(result.fits, root.group("fit"));
  write_history(result.history, root.group("history"));
  write_versions(result.versions, root.group("versions"));
  datasets::write_file(path, writer.finish());
}

Result read_result(const std::string& path) { return datasets::hdf5::read_sealed(path, read); }
Result read_result(const std::string& path, std::string_view bytes) {
  return datasets::hdf5::read_sealed(path, bytes, read);
}

}  // namespace terrella::inversion
