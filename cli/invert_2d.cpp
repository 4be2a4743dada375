// cli/invert_2d.cpp: `terrella invert 2d`, from files to a resistivity section.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/inversion_run.h"
#include "cli/invert_settings.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/error.h"
#include "core/ranks.h"
#include "datasets/read.h"
#include "inversion/checkpoint.h"
#include "inversion/mt2d/estimate.h"
#include "inversion/mt2d/line.h"
#include "inversion/mt2d/result_file.h"

namespace terrella::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* schema = "terrella/invert_2d/1";

struct Options : InversionRun {
  Invert2dSettings settings;
};

/// Soundings become a line; files of lines are taken as they are.
inversion::Line line_of_files(const Options& o) {
  std::vector<datasets::Unreadable> none;  // which reading will tell of
  if (const auto data = inversion::line_in(datasets::find_files(o.files, none)))
    return inversion::line_of(*data, o.settings.line);
  return inversion::line_of(read_soundings(o), o.settings.line);
}

void tell(const std::vector<std::string>& choices, const std::vector<std::string>& warnings) {
  for (const std::string& choice : choices) say(plain(choice));
  for (const std::string& warning : warnings) warn(plain(warning));
}

int dry_run(const inversion::Line& line, const Options& o) {
  const inversion::Estimate2d e = inversion::estimate_2d(line.data, o.settings.invert);
  tell(e.choices, {});
  if (o.json) {
    std::vector<std::string> choices = line.choices;
    choices.insert(choices.end(), e.choices.begin(), e.choices.end());
    print_json({{"schema", schema},
                {"dry_run", true},
                {"sites", e.sites},
                {"periods", e.periods},
                {"data", e.numbers},
                {"cells", e.cells},
                {"rows", e.rows},
                {"columns", e.columns},
                {"unknowns_te", e.unknowns_te},
                {"unknowns_tm", e.unknowns_tm},
                {"bytes", e.bytes},
                {"forward_seconds", e.forward_seconds},
                {"seconds_at_most", e.seconds_at_most},
                {"profile", json_number(line.profile)},
                {"strike", json_number(line.strike)},
                {"choices", choices},
                {"warnings", line.warnings},
                {"config", line.config + "\n" + inversion::to_toml(o.settings.invert)}});
  } else {
    print(
        fmt::format("{} sites, {} periods, {} numbers; {} cells on {} x {} elements, {} unknowns of TE and {} of TM; "
                    "one forward computation {:.2g} s, memory about {}, time at most about {:.2g} s; would write {}\n",
                    e.sites, e.periods, e.numbers, e.cells, e.rows, e.columns, e.unknowns_te, e.unknowns_tm,
                    e.forward_seconds, size_text(e.bytes), e.seconds_at_most, plain(o.output)));
  }
  return success;
}

void print_fit(const inversion::Result2d& result, const inversion::Line& line, const Options& o, double seconds) {
  const std::vector<double> rms = inversion::rms_of_sites(result);
  const auto iterations = result.history.empty() ? 0 : result.history.back().iteration;
  if (o.json) {
    Json sites = Json::array();
    for (std::size_t s = 0; s < rms.size(); ++s)
      sites.push_back({{"site", result.data.sites[s].name}, {"rms", json_number(rms[s])}});
    return print_json({{"schema", schema},
                       {"output", o.output},
                       {"rms", json_number(result.rms)},
                       {"iterations", iterations},
                       {"converged", result.converged},
                       {"stopped", result.stopped},
                       {"seconds", seconds},
                       {"profile", json_number(line.profile)},
                       {"strike", json_number(line.strike)},
                       {"choices", result.choices},
                       {"warnings", line.warnings},
                       {"sites", std::move(sites)}});
  }
  for (std::size_t s = 0; s < rms.size(); ++s)
    print(fmt::format("{:<16}  rms {:>6}\n", plain(result.data.sites[s].name),
                      std::isfinite(rms[s]) ? fmt::format("{:.3g}", rms[s]) : "-"));
  print(fmt::format("rms {:.4g} after {} iterations: {}\n", result.rms, iterations, plain(result.stopped)));
  print(plain(o.output) + "\n");
}

int run(Options& o) {
  prepare(o);
  inversion::Line line;
  together([&] {  // what the mesh will be is told, and refused, before the work
    settle(o.settings);
    line = line_of_files(o);
    tell(line.choices, line.warnings);
    if (o.dry_run) return;
    std::vector<std::string> choices;
    const inversion::Data2d data = inversion::data_of(line.data, o.settings.invert);
    choices = data.notes;
    inversion::design_mesh(data, o.settings.invert, choices);
    tell(choices, {});
  });
  if (o.dry_run) return dry_run(line, o);
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  inversion::Result2d result;
  if (const auto stopped = watched(o, o.settings.invert.max_iterations, [&](const inversion::RunControl& control) {
        result = inversion::invert_2d(line, o.settings.invert, control);
      }))
    return *stopped;
  write_once([&] {
    inversion::write_hdf5(result, o.output);
    inversion::remove_checkpoint(o.checkpoint());
  });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  print_fit(result, line, o, seconds);
  say(fmt::format("{} sites, {} x {} elements, {:.2f} s, {}", result.data.sites.size(), result.model.rows,
                  result.model.columns, seconds, size_text(static_cast<double>(std::filesystem::file_size(o.output)))));
  if (result.converged) return success;
  warn(fmt::format("target RMS {:g} is not reached; the result is kept", o.settings.invert.target_rms));
  return not_converged;
}

}  // namespace

Action invert_2d(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  o->command = "invert 2d";
  declare_files(arguments, *o, "invert_2d");
  declare_limits(arguments, *o);
  declare(arguments, o->settings);
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
