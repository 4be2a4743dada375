// cli/plot.cpp: `terrella plot section` and `terrella plot response`, pictures of a result.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "inversion/result_file.h"
#include "viz/picture.h"

namespace terrella::cli {
namespace {

void check_picture(const std::string& output, bool force) {
  if (output.empty()) throw UsageError("plot: -o is missing: the picture, a .png file");
  if (std::filesystem::path(output).extension() != ".png")
    throw UsageError(fmt::format("plot: {} must end with .png", output));
  check_outputs({output}, force);
}

struct Section {
  std::vector<std::string> run;
  std::string output;
  viz::SectionOptions options;
  bool force = false, dry_run = false, hide = false;
};

struct Response {
  std::vector<std::string> run;
  std::string output;
  viz::ResponseOptions options;
  bool force = false, dry_run = false;
};

}  // namespace

Action plot_section(Arguments& arguments) {
  auto o = std::make_shared<Section>();
  arguments.positional("RUN.h5", o->run, "a result of terrella invert", 1, 1);
  arguments.option("output", &o->output, "the picture, PNG", 'o');
  arguments.option("title", &o->options.title, "above the picture; the name of the survey when empty");
  arguments.option("depth", &o->options.depth_limit, "of the section, m; 0: chosen");
  arguments.option("minimum", &o->options.minimum_resistivity, "ohm m at the red end of the colours; 0: chosen");
  arguments.option("maximum", &o->options.maximum_resistivity, "ohm m at the blue end; 0: chosen");
  arguments.option("width", &o->options.width, "pixels");
  arguments.option("height", &o->options.height, "pixels");
  arguments.option("no-investigation", &o->hide, "no veil below the depth of investigation");
  arguments.option("force", &o->force, "replace a file that exists");
  arguments.option("dry-run", &o->dry_run, "only look whether all is well");
  return [o] {
    check_picture(o->output, o->force);
    const inversion::Result result = inversion::read_result(o->run.front());
    o->options.show_depth_of_investigation = !o->hide;
    if (!o->dry_run) print(plain(viz::plot_section(result, o->output, o->options)) + "\n");
    return success;
  };
}

Action plot_response(Arguments& arguments) {
  auto o = std::make_shared<Response>();
  arguments.positional("RUN.h5", o->run, "a result of terrella invert", 1, 1);
  arguments.option("output", &o->output, "the picture, PNG; further sheets get -2, -3, ...", 'o');
  arguments.option("sites", &o->options.sites, "names, commas between; all when empty");
  arguments.option("title", &o->options.title, "above the picture");
  arguments.option("width", &o->options.width, "pixels; 0: chosen");
  arguments.option("height", &o->options.height, "pixels; 0: chosen");
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "only look whether all is well");
  return [o] {
    check_picture(o->output, o->force);
    const inversion::Result result = inversion::read_result(o->run.front());
    if (o->dry_run) return success;
    for (const std::string& path : viz::plot_response(result, o->output, o->options)) print(plain(path) + "\n");
    return success;
  };
}

}  // namespace terrella::cli
