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

/// What every picture of a result takes.
struct Picture {
  std::vector<std::string> run;
  std::string output;
  bool force = false, dry_run = false;

  void declare(Arguments& arguments, const std::string& output_help) {
    arguments.positional("RUN.h5", run, "a result of terrella invert", 1, 1);
    arguments.option("output", &output, output_help, 'o');
    arguments.option("force", &force, "replace files that exist");
    arguments.option("dry-run", &dry_run, "only look whether all is well");
  }
  inversion::Result result() const {
    check_picture(output, force);
    return inversion::read_result(run.front());
  }
};

struct Section : Picture {
  viz::SectionOptions options;
  bool hide = false;
};

struct Response : Picture {
  viz::ResponseOptions options;
};

}  // namespace

Action plot_section(Arguments& arguments) {
  auto o = std::make_shared<Section>();
  o->declare(arguments, "the picture, PNG");
  arguments.option("title", &o->options.title, "above the picture; the name of the survey when empty");
  arguments.option("depth", &o->options.depth_limit, "of the section, m; 0: chosen");
  arguments.option("minimum", &o->options.minimum_resistivity, "ohm m at the red end of the colours; 0: chosen");
  arguments.option("maximum", &o->options.maximum_resistivity, "ohm m at the blue end; 0: chosen");
  arguments.option("width", &o->options.width, "pixels");
  arguments.option("height", &o->options.height, "pixels");
  arguments.option("no-investigation", &o->hide, "no veil below the depth of investigation");
  return [o] {
    const inversion::Result result = o->result();
    o->options.show_depth_of_investigation = !o->hide;
    if (!o->dry_run) print(plain(viz::plot_section(result, o->output, o->options)) + "\n");
    return success;
  };
}

Action plot_response(Arguments& arguments) {
  auto o = std::make_shared<Response>();
  o->declare(arguments, "the picture, PNG; further sheets get -2, -3, ...");
  arguments.option("sites", &o->options.sites, "names, commas between; all when empty");
  arguments.option("title", &o->options.title, "above the picture");
  arguments.option("width", &o->options.width, "pixels; 0: chosen");
  arguments.option("height", &o->options.height, "pixels; 0: chosen");
  return [o] {
    const inversion::Result result = o->result();
    if (o->dry_run) return success;
    for (const std::string& path : viz::plot_response(result, o->output, o->options)) print(plain(path) + "\n");
    return success;
  };
}

}  // namespace terrella::cli
