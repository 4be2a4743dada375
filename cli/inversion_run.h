// cli/inversion_run.h: what commands that invert have in common: files, output, limits, checkpoint, Ctrl-C.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "datasets/survey/survey.h"
#include "inversion/run_control.h"

namespace terrella::cli {

struct InversionRun {
  const char* command = "";  ///< "invert 1d", for messages
  std::vector<std::string> files;
  std::string output;
  int threads = 0;
  double time_limit = 0;  ///< s; 0: none
  bool json = false, force = false, dry_run = false, resume = false, skip_unreadable = false;
  std::string checkpoint() const { return output + ".checkpoint"; }
};

/// FILES, -o and --config with its first table; then, where the command's own settings are declared, the rest.
void declare_files(Arguments& arguments, InversionRun& run, const char* table);
void declare_limits(Arguments& arguments, InversionRun& run);

/// Sets the number of threads. Throws UsageError for an output that is none or would be overwritten, a checkpoint that
/// was left, limits that are none.
void prepare(const InversionRun& run);

/// The soundings of the files; of those that can be read, told of the rest, where that was asked for. Throws
/// FormatError where there are none.
datasets::Survey read_soundings(const InversionRun& run);

/// Throws a FormatError that names the files.
[[noreturn]] void no_data(const InversionRun& run, const char* what);

/// Under mpirun only the first process writes: this calls `write` there, and its error is everybody's.
void write_once(const std::function<void()>& write);

/// Does the work, which takes the control and leaves its result behind, with a bar of progress over `iterations`, until
/// it ends, by Ctrl-C, or by the limit of time. The exit code where it was stopped, which is told; nothing where it is
/// done. Under mpirun all processes call this, and give what the first one gives.
std::optional<ExitCode> watched(const InversionRun& run, int iterations,
                                const std::function<void(const inversion::RunControl&)>& work);

}  // namespace terrella::cli
