// cli/command.h: what a command is. The table of all of them stands in cli/main.cpp.
//
// A command is a function that declares to `arguments` what it accepts and returns what is to be done once the command
// line and the configuration are read. Help and completion come from the same declaration.
#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/arguments.h"

namespace terrella::cli {

enum ExitCode : int {
  success = 0,
  internal_error = 1,
  usage_error = 2,  ///< command line or configuration
  bad_input = 3,
  not_converged = 4,  ///< the result is kept
  no_resources = 5,   ///< memory or disk
  resumable = 6,      ///< stopped by a limit; --resume goes on
  interrupted = 130,  ///< by Ctrl-C or SIGTERM, after a checkpoint
};

using Action = std::function<int()>;

struct Command {
  const char* name;  ///< "check", "invert 1d"
  Action (*declare)(Arguments& arguments);
  const char* usage;    ///< what follows the name
  const char* help;     ///< one line
  bool shares = false;  ///< its work among the processes of mpirun; others are refused there
};

const std::vector<Command>& commands();

Action check(Arguments& arguments);
Action info(Arguments& arguments);
Action convert(Arguments& arguments);
Action edit(Arguments& arguments);
Action analyze(Arguments& arguments);
Action map(Arguments& arguments);
Action forward_1d(Arguments& arguments);
Action invert_1d(Arguments& arguments);
Action mesh_2d(Arguments& arguments);
Action invert_2d(Arguments& arguments);
Action test_checkerboard(Arguments& arguments);
Action test_feature(Arguments& arguments);
Action plot_section(Arguments& arguments);
Action plot_response(Arguments& arguments);
Action plot_fit(Arguments& arguments);
Action plot_misfit(Arguments& arguments);
Action plot_convergence(Arguments& arguments);
Action export_run(Arguments& arguments);
Action demo_data(Arguments& arguments);
Action datasets_generate(Arguments& arguments);
Action completion(Arguments& arguments);
Action help(Arguments& arguments);
Action version(Arguments& arguments);

}  // namespace terrella::cli
