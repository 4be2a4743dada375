#include "cli/inversion_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/ranks.h"
#include "datasets/read.h"
#include "inversion/checkpoint.h"

namespace terrella::cli {
namespace {

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.3g}", value) : "-"; }

}  // namespace

void declare_files(Arguments& arguments, InversionRun& run, const char* table) {
  arguments.positional("FILES...", run.files, "files of any known format, folders, globs");
  arguments.option("output", &run.output, "the result, HDF5", 'o');
  arguments.configuration(table);
}

void declare_limits(Arguments& arguments, InversionRun& run) {
  arguments.option("force", &run.force, "replace a result or checkpoint that exists");
  arguments.option("resume", &run.resume, "go on from the checkpoint of a run that was stopped");
  arguments.option("skip-unreadable", &run.skip_unreadable, "go on without files that are refused");
  arguments.option("dry-run", &run.dry_run, "look whether all is well, estimate memory and time");
  arguments.option("json", &run.json, "one JSON object on stdout");
  arguments.option("threads", &run.threads, "0: all; the result does not depend on it");
  arguments.option("time-limit", &run.time_limit, "s; stops after a checkpoint with exit code 6; 0: none");
}

namespace {

void prepare_here(const InversionRun& run) {
  if (run.output.empty()) throw UsageError(fmt::format("{}: -o is missing: the result, a .h5 file", run.command));
  const std::string extension = std::filesystem::path(run.output).extension().string();
  if (extension != ".h5" && extension != ".hdf5")
    throw UsageError(fmt::format("{}: {} must end with .h5", run.command, plain(run.output)));
  std::vector<datasets::Unreadable> none;  // which read() will tell of
  check_outputs({run.output}, run.force, datasets::find_files(run.files, none));
  if (run.threads < 0 || run.threads > 4096)
    throw UsageError(fmt::format("{}: --threads lies between 0 (all) and 4096", run.command));
  if (run.time_limit < 0) throw UsageError(fmt::format("{}: --time-limit is not negative", run.command));
  cpu::set_threads(run.threads);
  const bool stopped_before = inversion::has_checkpoint(run.checkpoint());
  if (stopped_before && !run.resume && !run.force && !run.dry_run)
    throw UsageError(fmt::format("{}: left by a run that was stopped; --resume goes on from it, --force begins anew",
                                 run.checkpoint()));
  if (run.resume && !stopped_before) warn(fmt::format("{}: no checkpoint; beginning anew", run.checkpoint()));
}

}  // namespace

void prepare(const InversionRun& run) {
  together([&] { prepare_here(run); });
}

datasets::Survey read_soundings(const InversionRun& run) {
  datasets::Survey survey;
  if (run.skip_unreadable) {
    datasets::Reading reading = datasets::read_readable(run.files);
    for (const datasets::Unreadable& u : reading.unreadable)
      warn(fmt::format("skipped: {}", plain(FormatError(u.path, u.line, u.message).what())));
    survey = std::move(reading.survey);
  } else {
    survey = datasets::read(run.files);
  }
  if (survey.sites.empty()) no_data(run, "no sites are in there");
  return survey;
}

void no_data(const InversionRun& run, const char* what) {
  throw FormatError(fmt::format("{}", fmt::join(run.files, ", ")), 0, what);
}

void write_once(const std::function<void()>& write) {
  together([&] {
    if (ranks().rank == 0) write();
  });
}

namespace {

std::optional<ExitCode> watched_here(const InversionRun& run, int iterations,
                                     const std::function<void(const inversion::RunControl&)>& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::atomic<bool> out_of_time{false};
  bool interrupted_here = false;
  {
    const Interrupt interrupt;
    ProgressBar bar;
    inversion::RunControl control;
    control.checkpoint = run.checkpoint();
    control.resume = run.resume;
    control.warn = [](const std::string& text) { warn(text); };
    control.progress = [&](const inversion::Progress1d& now) {
      const bool together = now.site.empty();
      bar.update(together ? static_cast<std::size_t>(now.row.iteration) : now.sites_done,
                 together ? static_cast<std::size_t>(iterations) : now.sites,
                 fmt::format("{}iteration {}  rms {}  lambda {}", together ? "" : plain(now.site) + "  ",
                             now.row.iteration, number(now.row.rms), number(now.row.lambda)));
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (run.time_limit > 0 && seconds > run.time_limit) out_of_time = true;
      return !interrupt.asked() && !out_of_time;
    };
    try {
      work(control);
    } catch (const Interruption&) { interrupted_here = true; }  // here, or in another process of mpirun
    interrupted_here = interrupted_here || interrupt.asked();
  }
  if (!interrupted_here && !out_of_time) return std::nullopt;
  const char* const why = interrupted_here ? "interrupted" : "time is up";
  if (inversion::has_checkpoint(run.checkpoint()))
    complain(
        fmt::format("{}; {} holds what is done, the same command with --resume goes on", why, plain(run.checkpoint())));
  else
    complain(fmt::format("{} before the first iteration; nothing is kept", why));
  return interrupted_here ? interrupted : resumable;
}

}  // namespace

std::optional<ExitCode> watched(const InversionRun& run, int iterations,
                                const std::function<void(const inversion::RunControl&)>& work) {
  const std::optional<ExitCode> here = watched_here(run, iterations, work);
  const Bytes first = broadcast(BytesWriter{}.put(here ? static_cast<int>(*here) : -1).take());
  const int code = BytesReader(first).get<int>();
  return code < 0 ? std::nullopt : std::optional(static_cast<ExitCode>(code));
}

}  // namespace terrella::cli
