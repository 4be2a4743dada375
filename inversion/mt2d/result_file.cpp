#include "inversion/mt2d/result_file.h"

#include <fstream>
#include <span>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/hdf5/observations_file.h"
#include "datasets/hdf5/seal.h"
#include "inversion/history_file.h"

namespace terrella::inversion {
namespace {

using datasets::hdf5::Labels;
using datasets::hdf5::ReadGroup;
using datasets::hdf5::WriteGroup;

const std::string kind = datasets::kind_of_result_2d;
constexpr int newest_format = 1;

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

void write_data(const Result2d& result, WriteGroup group) {
  datasets::write_hdf5(result.data, group);
  group.write("predicted", view(result.predicted), {"row"},
              {{}, "response of the model, in the unit of the quantity", {}});
  if (result.static_shift.empty()) return;
  group.dimension("mode", view<std::string>({"te", "tm"}));
  group.write("static_shift", view(result.static_shift), {"station", "mode"},
              {"1", "log10 of what multiplies apparent resistivity", {}});
}

void read_data(const ReadGroup& group, Result2d& result) {
  result.data = datasets::read_observations(group);
  result.predicted = group.read<std::complex<double>>("predicted", {result.data.rows.size()});
  if (group.has("static_shift"))
    result.static_shift = group.read<double>("static_shift", {result.data.sites.size(), 2});
}

/// Arrays of the elements that are written where they were computed.
template <class Visit>
void for_each_optional(const Visit& visit) {
  visit("resistivity_y", &SectionModel::resistivity_y, Labels{"ohm m", "resistivity along the profile", {}});
  visit("resistivity_z", &SectionModel::resistivity_z, Labels{"ohm m", "resistivity downwards", {}});
  visit("log10_resistivity_error", &SectionModel::log10_resistivity_error,
        Labels{"1", "linearised standard error of log10 resistivity", {}});
  visit("sensitivity", &SectionModel::sensitivity,
        Labels{"km-2", "root of the sum of (d residual / d ln resistivity)^2, divided by the area", {}});
}

const std::vector<std::string> elements = {"row", "column"};

void write_model(const SectionModel& model, WriteGroup group) {
  group.dimension("line", model.columns + 1);
  group.dimension("node_row", model.rows + 1);
  group.dimension("row", model.rows);
  group.dimension("column", model.columns);
  if (model.sea_rows > 0) group.set("sea_rows", static_cast<std::int64_t>(model.sea_rows));
  group.write("y", view(model.y), {"line"}, {"m", "distance along the profile", {}});
  group.write("z", view(model.z), {"node_row", "line"},
              {"m", "depth of nodes, positive down; row sea_rows (0 without a sea) is the ground", {}});
  group.write("resistivity", view(model.resistivity), elements, {"ohm m", "resistivity (along strike)", {}});
  group.write("cell", view(model.cell), elements, {{}, "what the inversion sought; -1 where resistivity was held", {}});
  for_each_optional([&](const char* name, auto member, const Labels& labels) {
    if (!(model.*member).empty()) group.write(name, view(model.*member), elements, labels);
  });
  if (!model.depth_of_investigation.empty())
    group.write("depth_of_investigation", view(model.depth_of_investigation), {"column"},
                {"m", "depth of investigation below the ground", {}});
}

SectionModel read_model(const ReadGroup& group) {
  SectionModel model;
  model.rows = group.size("row");
  model.columns = group.size("column");
  if (group.has_attribute("sea_rows")) {
    const std::int64_t sea = group.integer("sea_rows");
    if (sea < 0) group.refuse("sea_rows", text(sea, " rows of sea"));
    model.sea_rows = static_cast<std::size_t>(sea);
  }
  const std::vector<std::size_t> shape = {model.rows, model.columns};
  model.y = group.read<double>("y", {model.columns + 1});
  model.z = group.read<double>("z", {model.rows + 1, model.columns + 1});
  model.resistivity = group.read<double>("resistivity", shape);
  model.cell = group.read<std::int64_t>("cell", shape);
  for_each_optional([&](const char* name, auto member, const Labels&) {
    if (group.has(name)) model.*member = group.read<double>(name, shape);
  });
  if (group.has("depth_of_investigation"))
    model.depth_of_investigation = group.read<double>("depth_of_investigation", {model.columns});
  return model;
}

/// Sections of log10 resistivity, one after another; a group that is not there is none.
void write_sections(const std::vector<double>& values, const SectionModel& model, const char* name, const char* axis,
                    WriteGroup& root) {
  if (values.empty()) return;
  WriteGroup group = root.group(name);
  group.dimension(axis, values.size() / (model.rows * model.columns));
  group.dimension("row", model.rows);
  group.dimension("column", model.columns);
  group.write("log10_resistivity", view(values), {axis, "row", "column"}, {"1", "log10 of resistivity in ohm m", {}});
}

std::vector<double> read_sections(const ReadGroup& root, const SectionModel& model, const char* name,
                                  const char* axis) {
  if (!root.has(name)) return {};
  const ReadGroup group = root.group(name);
  return group.read<double>("log10_resistivity", {group.size(axis), model.rows, model.columns});
}

template <class Visit>
void for_each_trial_column(const Visit& visit) {
  visit("lambda", &LambdaTrial::lambda, Labels{"1", "weight of the model part", {}});
  visit("misfit", &LambdaTrial::misfit, Labels{"1", "data part of the objective", {}});
  visit("regularization", &LambdaTrial::regularization, Labels{"1", "model part of the objective, without weight", {}});
  visit("rms", &LambdaTrial::rms, Labels{"1", "root of the mean of (residual / error)^2", {}});
}

void write_trials(const std::vector<LambdaTrial>& trials, WriteGroup group) {
  group.dimension("trial", trials.size());
  for_each_trial_column([&](const char* name, auto member, const Labels& labels) {
    std::vector<double> values;
    for (const LambdaTrial& trial : trials) values.push_back(trial.*member);
    group.write(name, view(values), {"trial"}, labels);
  });
}

std::vector<LambdaTrial> read_trials(const ReadGroup& group) {
  std::vector<LambdaTrial> trials(group.size("lambda"));
  for_each_trial_column([&](const char* name, auto member, const Labels&) {
    const auto values = group.read<double>(name, {trials.size()});
    for (std::size_t i = 0; i < trials.size(); ++i) trials[i].*member = values[i];
  });
  return trials;
}

void expect_kind(const datasets::hdf5::Reader& reader) {
  if (reader.kind() == "result")
    reader.root().refuse("", "is the result of a layered (1D) inversion, not of a two-dimensional one");
  reader.expect(kind, newest_format);
}

Result2d read(const datasets::hdf5::Reader& reader) {
  expect_kind(reader);
  const ReadGroup& root = reader.root();
  Result2d result;
  read_data(root.group("data"), result);
  result.model = read_model(root.group("model"));
  result.history = read_history(root.group("history"));
  result.models = read_sections(root, result.model, "iterations", "iteration");
  result.trials = read_trials(root.group("trials"));
  result.ensemble = read_sections(root, result.model, "ensemble", "member");
  result.truth = read_sections(root, result.model, "truth", "model");
  result.rms = root.real("rms");
  if (root.has_attribute("lambda")) result.lambda = root.real("lambda");
  result.stopped = root.text("stopped");
  const std::int64_t converged = root.integer("converged");
  if (converged != 0 && converged != 1) root.refuse("converged", text(converged, " is neither 0 nor 1"));
  result.converged = converged == 1;
  result.azimuth = root.real("azimuth");
  result.choices = root.group("choices").read<std::string>("choice");
  result.config = root.text("config");
  result.versions = read_versions(root.group("versions"));
  try {
    validate(result);
  } catch (const std::invalid_argument& error) { root.refuse("", error.what()); }
  return result;
}

}  // namespace

std::string hdf5_bytes(const Result2d& result) {
  validate(result);
  datasets::hdf5::Writer writer(kind, newest_format);
  WriteGroup& root = writer.root();
  root.set("dimensions", std::int64_t{2});
  root.set("config", result.config);
  root.set("rms", result.rms);
  if (result.lambda != 0) root.set("lambda", result.lambda);
  root.set("stopped", result.stopped);
  root.set("converged", std::int64_t{result.converged});
  root.set("azimuth", result.azimuth);
  write_data(result, root.group("data"));
  write_model(result.model, root.group("model"));
  write_history(result.history, root.group("history"));
  write_sections(result.models, result.model, "iterations", "iteration", root);
  write_trials(result.trials, root.group("trials"));
  write_sections(result.ensemble, result.model, "ensemble", "member", root);
  write_sections(result.truth, result.model, "truth", "model", root);
  root.group("choices").dimension("choice", view(result.choices), {{}, "what was decided on the way", {}});
  write_versions(result.versions, root.group("versions"));
  return writer.finish();
}

void write_hdf5(const Result2d& result, const std::string& path) { datasets::write_file(path, hdf5_bytes(result)); }

Result2d read_result_2d(const std::string& path) { return datasets::hdf5::read_sealed(path, read); }
Result2d read_result_2d(const std::string& path, std::string_view bytes) {
  return datasets::hdf5::read_sealed(path, bytes, read);
}

bool is_result_2d(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string first(datasets::hdf5::seal_bytes, '\0');
  in.read(first.data(), static_cast<std::streamsize>(first.size()));
  first.resize(static_cast<std::size_t>(in.gcount()));
  return datasets::is_observations_file(first);
}

}  // namespace terrella::inversion
