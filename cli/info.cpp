// cli/info.cpp: `terrella info`, a table of sites; models in a line each.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/quality.h"
#include "cli/talk.h"
#include "core/error.h"
#include "datasets/model/format.h"
#include "datasets/read.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/result_file.h"

namespace terrella::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> files;
  bool json = false;
};

std::string digits(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "-";
}

void print_table(const datasets::Survey& survey) {
  std::size_t width = 4;
  for (const datasets::Site& site : survey.sites) width = std::max(width, plain(site.name).size());
  width = std::min<std::size_t>(width, 40);
  print(fmt::format("{:<{}}  {:>10}  {:>10}  {:>9}  {:>7}  {:>9}  {:>9}  {:>4}  {:>7}  {:>8}\n", "site", width,
                    "latitude", "longitude", "elevation", "periods", "from_s", "to_s", "data", "error_%", "azimuth"));
  for (const datasets::Site& site : survey.sites) {
    const Quality q = quality_of(site);
    const double shortest = site.period.empty() ? NAN : site.period.front(),
                 longest = site.period.empty() ? NAN : site.period.back();
    print(fmt::format("{:<{}}  {:>10}  {:>10}  {:>9}  {:>7}  {:>9.4g}  {:>9.4g}  {:>4}  {:>7}  {:>8}\n",
                      plain(site.name), width, digits(site.latitude, 5), digits(site.longitude, 5),
                      digits(site.elevation, 1), site.periods(), shortest, longest, components_of(site),
                      digits(100 * q.median_error, 1), digits(site.rotation, 1)));
  }
}

Json describe(const datasets::Site& site) {
  return {{"name", site.name},
          {"path", site.provenance.path},
          {"latitude", json_number(site.latitude)},
          {"longitude", json_number(site.longitude)},
          {"elevation", json_number(site.elevation)},
          {"rotation", json_number(site.rotation)},
          {"periods", site.periods()},
          {"shortest_period", site.period.empty() ? Json(nullptr) : json_number(site.period.front())},
          {"longest_period", site.period.empty() ? Json(nullptr) : json_number(site.period.back())},
          {"components", components_of(site)},
          {"median_relative_error", json_number(quality_of(site).median_error)}};
}

/// Results among the files; a file that is none is no error here.
std::vector<std::pair<std::string, inversion::Result>> results(const std::vector<std::string>& files) {
  std::vector<std::pair<std::string, inversion::Result>> found;
  for (const std::string& file : files)
    if (file.ends_with(".h5")) try {
        found.emplace_back(file, inversion::read_result(file));
      } catch (const Error&) { continue; }
  return found;
}

std::vector<std::pair<std::string, inversion::Result2d>> results_2d(const std::vector<std::string>& files) {
  std::vector<std::pair<std::string, inversion::Result2d>> found;
  for (const std::string& file : files)
    if (inversion::is_result_2d(file)) found.emplace_back(file, inversion::read_result_2d(file));
  return found;
}

std::size_t cells_of(const inversion::SectionModel& model) {
  return static_cast<std::size_t>(1 + *std::max_element(model.cell.begin(), model.cell.end()));
}

Json describe(const std::string& path, const inversion::Result2d& r) {
  Json sites = Json::array(), quantities = Json::array();
  const std::vector<double> rms = inversion::rms_of_sites(r);
  for (std::size_t s = 0; s < rms.size(); ++s)
    sites.push_back(
        {{"name", r.data.sites[s].name}, {"y", json_number(r.data.sites[s].y)}, {"rms", json_number(rms[s])}});
  for (datasets::Quantity quantity : datasets::quantities_of(r.data))
    quantities.push_back(datasets::info(quantity).name);
  return {{"path", path},
          {"dimensions", 2},
          {"rows", r.model.rows},
          {"columns", r.model.columns},
          {"cells", cells_of(r.model)},
          {"data", r.data.rows.size()},
          {"quantities", std::move(quantities)},
          {"sites", std::move(sites)},
          {"azimuth", json_number(r.azimuth)},
          {"rms", json_number(r.rms)},
          {"converged", r.converged},
          {"stopped", r.stopped},
          {"iterations", r.history.empty() ? 0 : r.history.back().iteration},
          {"choices", r.choices},
          {"config", r.config},
          {"versions", r.versions}};
}

void print_result(const std::string& path, const inversion::Result2d& r) {
  std::string quantities;
  for (datasets::Quantity quantity : datasets::quantities_of(r.data))
    quantities += fmt::format("{}{}", quantities.empty() ? "" : ", ", datasets::info(quantity).name);
  const auto masked = std::count_if(r.data.rows.begin(), r.data.rows.end(), [](const auto& row) { return row.masked; });
  const std::vector<double> periods = datasets::periods_of(r.data);
  print(fmt::format(
      "\n{}: two-dimensional, {} x {} elements, {} cells; {} data of {} sites ({}), {} not fitted, {:.3g} to "
      "{:.3g} s\n",
      plain(path), r.model.rows, r.model.columns, cells_of(r.model), r.data.rows.size(), r.data.sites.size(),
      quantities, masked, periods.empty() ? NAN : periods.front(), periods.empty() ? NAN : periods.back()));
  print(fmt::format("RMS {} after {} iterations, {}; profile azimuth {}\n", digits(r.rms, 3),
                    r.history.empty() ? 0 : r.history.back().iteration, plain(r.stopped), digits(r.azimuth, 1)));
  for (const std::string& choice : r.choices) print("  " + plain(choice) + "\n");
  const std::vector<double> rms = inversion::rms_of_sites(r);
  for (std::size_t s = 0; s < rms.size(); ++s)
    print(fmt::format("{}  y {} m  rms {}\n", plain(r.data.sites[s].name), digits(r.data.sites[s].y, 0),
                      digits(rms[s], 2)));
}

/// Takes the models out of the files.
std::vector<std::pair<std::string, datasets::ResistivityModel>> take_models(std::vector<std::string>& files) {
  std::vector<std::pair<std::string, datasets::ResistivityModel>> models;
  std::erase_if(files, [&](const std::string& file) {
    try {
      if (std::filesystem::is_directory(file) || !datasets::model_format_of_file(file)) return false;
    } catch (const FormatError&) { return false; }  // which reading will say again
    models.emplace_back(file, datasets::read_model(file));
    return true;
  });
  return models;
}

int run(const Options& options) {
  Options o = options;
  const auto models = take_models(o.files);
  const datasets::Survey survey = o.files.empty() ? datasets::Survey{} : datasets::read(o.files);
  const auto runs = results(o.files);
  const auto lines = results_2d(o.files);
  if (o.json) {
    Json sites = Json::array(), list = Json::array();
    for (const datasets::Site& site : survey.sites) sites.push_back(describe(site));
    for (const auto& [path, result] : runs) {
      Json fits = Json::array();
      for (const auto& fit : result.fits)
        fits.push_back({{"site", fit.site},
                        {"rms", json_number(fit.rms)},
                        {"converged", fit.converged},
                        {"stopped", fit.stopped}});
      list.push_back({{"path", path},
                      {"layers", result.model.layers},
                      {"fits", std::move(fits)},
                      {"config", result.config},
                      {"versions", result.versions}});
    }
    for (const auto& [path, result] : lines) list.push_back(describe(path, result));
    Json described = Json::array();
    for (const auto& [path, model] : models)
      described.push_back({{"path", path},
                           {"format", model.format},
                           {"cells", datasets::cells_of(model)},
                           {"storage", datasets::name_of(model.storage)},
                           {"description", datasets::description(model)}});
    print_json({{"schema", "terrella/info/1"},
                {"name", survey.name},
                {"sites", std::move(sites)},
                {"results", std::move(list)},
                {"models", std::move(described)}});
    return success;
  }
  if (!o.files.empty()) print_table(survey);
  for (const auto& [path, model] : models)
    print(fmt::format("{}: {}\n", plain(path), plain(datasets::description(model))));
  for (const auto& [path, result] : lines) print_result(path, result);
  for (const auto& [path, result] : runs) {
    print(fmt::format("\n{}: {} layers below {} sites\n", plain(path), result.model.layers, result.model.sites));
    for (const auto& fit : result.fits)
      print(fmt::format("{}  rms {}  {}\n", plain(fit.site), digits(fit.rms, 2), plain(fit.stopped)));
  }
  return success;
}

}  // namespace

Action info(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "files of any known format, results, folders, globs");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
