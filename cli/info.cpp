// cli/info.cpp: `terrella info`, a table of sites.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/quality.h"
#include "cli/talk.h"
#include "core/error.h"
#include "datasets/read.h"
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

int run(const Options& o) {
  const datasets::Survey survey = datasets::read(o.files);
  const auto runs = results(o.files);
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
    print_json({{"schema", "terrella/info/1"},
                {"name", survey.name},
                {"sites", std::move(sites)},
                {"results", std::move(list)}});
    return success;
  }
  print_table(survey);
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
  arguments.positional("FILES...", o->files, "EDI or HDF5 files, results, folders, globs");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
