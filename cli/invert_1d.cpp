// cli/invert_1d.cpp: `terrella invert 1d`, a layered model below every site.
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
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "inversion/checkpoint.h"
#include "inversion/layered_earth.h"
#include "inversion/mt1d.h"
#include "inversion/result_file.h"

namespace terrella::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

struct Options : InversionRun {
  inversion::Invert1dOptions invert;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.3g}", value) : "-"; }

constexpr const char* nothing_usable =
    "no site has usable data; sites without errors need --error-floor, `terrella check` says more";

struct Estimate {
  std::size_t sites = 0, layers = 0, numbers = 0;
  double bytes = 0, seconds = 0;
};

/// What the run will cost: time from one iteration at one site, done here, as if all iterations were needed.
Estimate estimate(const datasets::Survey& survey, const Options& o) {
  std::vector<inversion::Sounding> usable;
  std::size_t longest = 0;
  Estimate e;
  for (const datasets::Site& site : survey.sites) {
    inversion::Sounding s = inversion::sounding(site, o.invert);
    if (!s.problem.empty()) {
      warn(fmt::format("{}: {}", plain(s.name), plain(s.problem)));
      continue;
    }
    e.numbers += 2 * s.period.size();
    if (usable.empty() || s.period.size() > usable[longest].period.size()) longest = usable.size();
    usable.push_back(std::move(s));
  }
  e.sites = usable.size();
  if (usable.empty()) return e;
  inversion::Invert1dOptions one = o.invert;
  const bool few = o.invert.method == inversion::Method1d::few_layers;
  if (!few) one.layers = {.thickness = inversion::design_layers(usable, o.invert.layers)};
  e.layers = few ? static_cast<std::size_t>(o.invert.few_layers.count) : one.layers.thickness.size() + 1;
  one.max_iterations = 1;
  one.lateral = 0;
  const auto start = Clock::now();
  inversion::invert_1d(std::vector{usable[longest]}, one);
  e.seconds = seconds_since(start) * static_cast<double>(o.invert.max_iterations) * static_cast<double>(e.sites) /
              (o.invert.lateral > 0 ? 1 : cpu::threads());
  // Of each site: Jacobian, normal matrix and its factor, resolution kept and in the making; the lateral problem has
  // them for the neighbours too.
  const double square = static_cast<double>(e.layers * e.layers), wide = o.invert.lateral > 0 ? 3 : 1;
  e.bytes = 8 * (wide * 5 * square * static_cast<double>(e.sites) + static_cast<double>(e.numbers * e.layers)) + 60e6;
  return e;
}

int dry_run(const datasets::Survey& survey, const Options& o) {
  const Estimate e = estimate(survey, o);
  if (e.sites == 0) no_data(o, nothing_usable);
  if (o.json)
    print_json({{"schema", "terrella/invert_1d/1"},
                {"dry_run", true},
                {"sites", e.sites},
                {"layers", e.layers},
                {"data", e.numbers},
                {"bytes", e.bytes},
                {"seconds_at_most", e.seconds},
                {"config", inversion::to_toml(o.invert)}});
  else
    print(fmt::format("{} sites, {} layers, {} numbers; memory about {}, time at most about {:.2g} s; would write {}\n",
                      e.sites, e.layers, e.numbers, size_text(e.bytes), e.seconds, plain(o.output)));
  return success;
}

void print_fits(const inversion::Result& result, const Options& o, double seconds) {
  if (o.json) {
    Json sites = Json::array();
    for (const auto& fit : result.fits)
      sites.push_back(
          {{"site", fit.site}, {"rms", json_number(fit.rms)}, {"converged", fit.converged}, {"stopped", fit.stopped}});
    return print_json({{"schema", "terrella/invert_1d/1"},
                       {"output", o.output},
                       {"layers", result.model.layers},
                       {"seconds", seconds},
                       {"sites", std::move(sites)}});
  }
  for (const auto& fit : result.fits)
    print(fmt::format("{:<16}  rms {:>6}  {}\n", plain(fit.site), number(fit.rms), plain(fit.stopped)));
  print(plain(o.output) + "\n");
}

int run(const Options& o) {
  prepare(o);
  inversion::validate(o.invert);
  const datasets::Survey survey = read_soundings(o);
  if (o.dry_run) return dry_run(survey, o);

  const auto start = Clock::now();
  inversion::Result result;
  if (const auto stopped = watched(o, o.invert.max_iterations, [&](const inversion::RunControl& control) {
        result = inversion::invert_1d(survey, o.invert, control);
      }))
    return *stopped;
  std::size_t usable = 0, converged = 0;
  for (const auto& fit : result.fits) {
    if (fit.period.empty()) {
      warn(fmt::format("{}: {}", plain(fit.site), plain(fit.stopped)));
      continue;
    }
    ++usable;
    converged += fit.converged;
  }
  if (usable == 0) no_data(o, nothing_usable);
  inversion::write_hdf5(result, o.output);
  inversion::remove_checkpoint(o.checkpoint());
  const double seconds = seconds_since(start);
  print_fits(result, o, seconds);
  say(fmt::format("{} sites, {} layers, {:.2f} s, {}", result.fits.size(), result.model.layers, seconds,
                  size_text(static_cast<double>(std::filesystem::file_size(o.output)))));
  if (converged == usable) return success;
  if (o.invert.lateral > 0)
    warn("the line as a whole did not reach the target RMS or did not converge; the result is kept");
  else
    warn(fmt::format("{} of {} sites did not reach the target RMS or did not converge; the result is kept",
                     usable - converged, usable));
  return not_converged;
}

}  // namespace

Action invert_1d(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  o->command = "invert 1d";
  declare_files(arguments, *o, "invert_1d");
  declare_limits(arguments, *o);
  declare(arguments, o->invert);
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
