// terrella: from files of soundings to resistivity models and their pictures.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <new>

#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/error.h"
#include "core/ranks.h"

namespace terrella::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"check", check, "FILES... [--summary] [--json]", "say what is in files and what is wrong with them"},
      {"info", info, "FILES... [--json]", "list sites, coordinates, periods, components, errors"},
      {"convert", convert, "FILES... -o OUT [--to FORMAT]", "soundings from one file format to another"},
      {"edit", edit, "SURVEY.h5 [--mask ...]",
       "mask, floor, rotate, thin, merge a survey; each step can be taken back"},
      {"analyze", analyze, "FILES... -o FOLDER",
       "strike, dimensions, D+, static shifts, outliers: tables and pictures"},
      {"map", map, "FILES... -o MAP.png", "where the sites are"},
      {"forward 1d", forward_1d, "--resistivity A,B,... --thickness X,... [-o FILE]",
       "the response of a layered earth"},
      {"invert 1d", invert_1d, "FILES... -o RUN.h5 [--config RUN.toml]", "a layered model below every site"},
      {"invert 2d", invert_2d, "FILES... -o RUN.h5 [--profile AZIMUTH] [--strike AZIMUTH] [--config RUN.toml]",
       "a resistivity section below a line of sites", true},
      {"mesh 2d", mesh_2d, "FILES... [-o MESH.png] [--mesh FILE]",
       "the grid of a line: its size, cost, picture, and what is wrong with it"},
      {"test checkerboard", test_checkerboard, "RUN.h5 -o CB.h5",
       "what an inversion like that of a 2D result finds of known blocks", true},
      {"test feature", test_feature, "RUN.h5 -o F.h5 --box Y0,Y1,Z0,Z1 --resistivity R",
       "whether data need a feature of a 2D result", true},
      {"plot section", plot_section, "RUN.h5... -o FILE.png", "the resistivity section of a result, or of several"},
      {"plot response", plot_response, "RUN.h5 -o FILE.png [--sites A,B]", "sounding curves and their fit"},
      {"plot fit", plot_fit, "RUN.h5 -o FILE.png", "2D: observed, predicted and residual pseudosections"},
      {"plot misfit", plot_misfit, "RUN.h5 -o FILE.png", "2D: RMS of every site and period"},
      {"plot convergence", plot_convergence, "RUN.h5 -o FILE.png", "2D: RMS, lambda and roughness, the L-curve"},
      {"export", export_run, "RUN.h5 -o FOLDER", "a result as CSV tables and VTK files"},
      {"demo-data", demo_data, "FOLDER", "EDI files of a synthetic line, and the truth below it"},
      {"datasets generate", datasets_generate, "FILE.toml -o FOLDER [--resume]",
       "random earths and their soundings, for training"},
      {"completion", completion, "bash", "the script that completes words of this command in a shell"},
      {"help", help, "[COMMAND]", "all commands, or the options of one"},
      {"version", version, "[--json]", "versions of the program and its libraries"},
  };
  return table;
}

namespace {

std::string overview() {
  std::string out = "usage: terrella COMMAND ...\n\n";
  std::size_t width = 0;
  for (const Command& c : commands()) width = std::max(width, std::string_view(c.name).size());
  for (const Command& c : commands()) out += fmt::format("  {:<{}}  {}\n", c.name, width, c.help);
  return out + "\nResults go to stdout, talk to stderr. terrella help COMMAND tells the options of one.\n";
}

/// The command that the first words name; their number goes to `used`. nullptr where there is none.
const Command* find_command(const std::vector<std::string>& words, std::size_t& used) {
  for (used = 2; used > 0; --used) {
    if (words.size() < used) continue;
    const std::string name = used == 2 ? words[0] + " " + words[1] : words[0];
    for (const Command& c : commands())
      if (c.name == name) return &c;
  }
  return nullptr;
}

[[noreturn]] void unknown_command(const std::vector<std::string>& words) {
  std::vector<std::string> names, second;
  for (const Command& c : commands()) {
    const std::string name = c.name;
    const std::size_t blank = std::min(name.find(' '), name.size());
    names.push_back(name.substr(0, blank));
    if (names.back() == words[0] && blank < name.size()) second.push_back(name.substr(blank + 1));
  }
  if (second.empty()) throw UsageError(fmt::format("unknown command '{}'{}", words[0], did_you_mean(words[0], names)));
  throw UsageError(fmt::format("{} is followed by one of: {}{}", words[0], fmt::join(second, ", "),
                               words.size() > 1 ? did_you_mean(words[1], second) : ""));
}

std::string help_of(const Command& command) {
  Arguments arguments;
  const Action owner = command.declare(arguments);  // holds the values that the settings point to
  return fmt::format("usage: terrella {} {}\n\n{}\n\n{}", command.name, command.usage, command.help,
                     arguments.help_text());
}

int run(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "-h" || words[0] == "--help") {
    print(overview());
    return words.empty() ? usage_error : success;
  }
  std::vector<std::string> rest = words;
  if (rest[0] == "--version") rest[0] = "version";
  std::size_t used = 0;
  const Command* const command = find_command(rest, used);
  if (!command) unknown_command(rest);
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(used));
  Arguments arguments;
  const Action action = command->declare(arguments);
  arguments.parse(command->name, rest);
  if (arguments.help_wanted()) {
    print(help_of(*command));
    return success;
  }
  set_verbosity(arguments.verbosity());
  if (ranks().size > 1 && !command->shares) {
    std::vector<std::string> sharing;
    for (const Command& c : commands())
      if (c.shares) sharing.emplace_back(c.name);
    throw UsageError(fmt::format("{} works alone: run it without mpirun; {} share their work", command->name,
                                 fmt::join(sharing, ", ")));
  }
  return action();
}

template <class... Errors>
bool is_one_of(const std::exception& error) {
  return (... || (dynamic_cast<const Errors*>(&error) != nullptr));
}

ExitCode code_of(const std::exception& error) {
  if (is_one_of<UsageError, std::invalid_argument>(error)) return usage_error;
  if (is_one_of<FormatError, UnitError, MeshError>(error)) return bad_input;
  if (is_one_of<ResourceError>(error)) return no_resources;
  return internal_error;
}

}  // namespace

Action help(Arguments& arguments) {
  auto words = std::make_shared<std::vector<std::string>>();
  arguments.positional("COMMAND", *words, "one or two words", 0, 2);
  return [words] {
    std::size_t used = 0;
    if (words->empty()) return print(overview()), success;
    if (const Command* const command = find_command(*words, used)) return print(help_of(*command)), success;
    unknown_command(*words);
  };
}

}  // namespace terrella::cli

int main(int count, char** words) {
  // A file size limit (ulimit -f) shows as an error of the write, which then says what to do.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    if (terrella::ranks().rank > 0) terrella::cli::keep_silent();
    return terrella::cli::run({words + 1, words + count});
  } catch (const std::bad_alloc&) {
    terrella::cli::complain("out of memory; give fewer files or layers");
    return terrella::cli::no_resources;
  } catch (const std::exception& error) {
    terrella::cli::complain(error.what());
    return terrella::cli::code_of(error);
  }
}
