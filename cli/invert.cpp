// cli/invert.cpp: `terrella invert 1d`, a layered model below every site.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/invert_settings.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "datasets/read.h"
#include "inversion/checkpoint.h"
#include "inversion/layered_earth.h"
#include "inversion/mt1d.h"
#include "inversion/result_file.h"

namespace terrella::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> files;
  std::string output;
  inversion::Invert1dOptions invert;
  int threads = 0;
  double time_limit = 0;
  bool json = false, force = false, dry_run = false, resume = false, skip_unreadable = false;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.3g}", value) : "-"; }

[[noreturn]] void no_data(const Options& o, const char* what) {
  throw FormatError(fmt::format("{}", fmt::join(o.files, ", ")), 0, what);
}

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

datasets::Survey read_what_can_be(const std::vector<std::string>& files) {
  datasets::Reading reading = datasets::read_readable(files);
  for (const datasets::Unreadable& u : reading.unreadable)
    warn(fmt::format("skipped: {}", plain(FormatError(u.path, u.line, u.message).what())));
  return std::move(reading.survey);
}

void check_output(const Options& o) {
  const std::string extension = std::filesystem::path(o.output).extension().string();
  if (extension != ".h5" && extension != ".hdf5")
    throw UsageError(fmt::format("invert 1d: {} must end with .h5", plain(o.output)));
  std::vector<datasets::Unreadable> none;  // which read() will tell of
  check_outputs({o.output}, o.force, datasets::find_files(o.files, none));
}

int run(const Options& o) {
  check_output(o);
  inversion::validate(o.invert);
  if (o.threads < 0 || o.threads > 4096) throw UsageError("invert 1d: --threads lies between 0 (all) and 4096");
  if (o.time_limit < 0) throw UsageError("invert 1d: --time-limit is not negative");
  cpu::set_threads(o.threads);
  const std::string checkpoint = o.output + ".checkpoint";
  const bool stopped_before = inversion::has_checkpoint(checkpoint);
  if (stopped_before && !o.resume && !o.force && !o.dry_run)
    throw UsageError(
        fmt::format("{}: left by a run that was stopped; --resume goes on from it, --force begins anew", checkpoint));
  if (o.resume && !stopped_before) warn(fmt::format("{}: no checkpoint; beginning anew", checkpoint));
  const datasets::Survey survey = o.skip_unreadable ? read_what_can_be(o.files) : datasets::read(o.files);
  if (survey.sites.empty()) no_data(o, "no sites are in there");
  if (o.dry_run) return dry_run(survey, o);

  const auto start = Clock::now();
  std::atomic<bool> out_of_time{false};
  inversion::Result result;
  bool interrupted_here = false;
  {
    const Interrupt interrupt;
    ProgressBar bar;
    inversion::RunControl control;
    control.checkpoint = checkpoint;
    control.resume = o.resume;
    control.warn = [](const std::string& text) { warn(text); };
    control.progress = [&](const inversion::Progress1d& now) {
      const bool together = now.site.empty();
      bar.update(together ? static_cast<std::size_t>(now.row.iteration) : now.sites_done,
                 together ? static_cast<std::size_t>(o.invert.max_iterations) : now.sites,
                 fmt::format("{}iteration {}  rms {}  lambda {}", together ? "" : plain(now.site) + "  ",
                             now.row.iteration, number(now.row.rms), number(now.row.lambda)));
      if (o.time_limit > 0 && seconds_since(start) > o.time_limit) out_of_time = true;
      return !interrupt.asked() && !out_of_time;
    };
    try {
      result = inversion::invert_1d(survey, o.invert, control);
    } catch (const Interrupted&) {}
    interrupted_here = interrupt.asked();
  }
  if (interrupted_here || out_of_time) {
    const char* const why = interrupted_here ? "interrupted" : "time is up";
    if (inversion::has_checkpoint(checkpoint))
      complain(
          fmt::format("{}; {} holds what is done, the same command with --resume goes on", why, plain(checkpoint)));
    else
      complain(fmt::format("{} before the first iteration; nothing is kept", why));
    return interrupted_here ? interrupted : resumable;
  }
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
  inversion::remove_checkpoint(checkpoint);
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
  arguments.positional("FILES...", o->files, "EDI or HDF5 files, folders, globs");
  arguments.option("output", &o->output, "the result, HDF5", 'o');
  arguments.configuration("invert_1d");
  arguments.option("force", &o->force, "replace a result or checkpoint that exists");
  arguments.option("resume", &o->resume, "go on from the checkpoint of a run that was stopped");
  arguments.option("skip-unreadable", &o->skip_unreadable, "go on without files that are refused");
  arguments.option("dry-run", &o->dry_run, "look whether all is well, estimate memory and time");
  arguments.option("json", &o->json, "one JSON object on stdout");
  arguments.option("threads", &o->threads, "0: all; the result does not depend on it");
  arguments.option("time-limit", &o->time_limit, "s; stops after a checkpoint with exit code 6; 0: none");
  declare(arguments, o->invert);
  return [o] {
    if (o->output.empty()) throw UsageError("invert 1d: -o is missing: the result, a .h5 file");
    return run(*o);
  };
}

}  // namespace terrella::cli
