// cli/plot.cpp: `terrella plot section`, `response`, `fit`, `misfit`, `convergence`: pictures of a result.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/result_options.h"
#include "cli/talk.h"
#include "datasets/model/format.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/mt2d/section_resolution.h"
#include "inversion/result_file.h"
#include "viz/mt2d/fit_figures.h"
#include "viz/mt2d/section_figure.h"
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
  viz::SectionFigureOptions line;
  bool hide = false;
};

struct Response : Picture {
  viz::ResponseOptions options;
};

viz::SectionOptions layered_options(const Section& o) {
  viz::SectionOptions options;
  if (o.line.width != 0) options.width = o.line.width;
  if (o.line.height != 0) options.height = o.line.height;
  options.title = o.line.title;
  options.depth_limit = o.line.depth_limit;
  options.minimum_resistivity = o.line.minimum_resistivity;
  options.maximum_resistivity = o.line.maximum_resistivity;
  options.show_depth_of_investigation = o.line.show_depth_of_investigation;
  return options;
}

/// Whether a file is to be read as the result of a layered inversion; other files say themselves what they are.
bool is_layered(const std::string& path) {
  return !inversion::is_result_2d(path) && !datasets::model_format_of_file(path);
}

/// The section in a file; its title is that of the data, and where there are several, the name of the file.
viz::SectionView view_of(const std::string& path, bool several) {
  const std::string name = several ? std::filesystem::path(path).stem().string() : std::string();
  if (datasets::model_format_of_file(path)) return viz::section_view(datasets::read_model(path), name);
  return viz::section_view(inversion::read_result_2d(path), name);
}

}  // namespace

Action plot_section(Arguments& arguments) {
  auto o = std::make_shared<Section>();
  arguments.positional("RUN.h5...", o->run, "a result of terrella invert; or several two-dimensional ones, and models");
  arguments.option("output", &o->output, "the picture, PNG", 'o');
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "only look whether all is well");
  arguments.option("title", &o->line.title, "above the picture; the name of the survey when empty");
  arguments.option("depth", &o->line.depth_limit, "of the section, m; 0: chosen");
  arguments.option("minimum", &o->line.minimum_resistivity, "ohm m at the red end of the colours; 0: chosen");
  arguments.option("maximum", &o->line.maximum_resistivity, "ohm m at the blue end; 0: chosen");
  arguments.option("width", &o->line.width, "pixels; 0: chosen");
  arguments.option("height", &o->line.height, "pixels; 0: chosen");
  arguments.option("no-investigation", &o->hide, "no veil below the depth of investigation");
  arguments.option("from", &o->line.from, "2D: left end, m along the profile");
  arguments.option("to", &o->line.to, "2D: right end, m along the profile");
  arguments.option("difference", &o->line.difference, "2D: of two sections, log10 of the second over the first too");
  arguments.option("mesh", &o->line.show_elements, "2D: edges of the elements");
  arguments.option("show",
                   Choice{{"resistivity", "resistivity_y", "resistivity_z", "error", "sensitivity", "resolution",
                           "mean", "deviation", "low", "high"},
                          [o = o.get()](std::size_t i) { o->line.shown = static_cast<viz::Shown2d>(i); },
                          0,
                          [o = o.get()] { return static_cast<std::size_t>(o->line.shown); }},
                   "2D: what is drawn; mean, deviation, low (10 %) and high (90 %) are of an ensemble");
  return [o] {
    check_picture(o->output, o->force);
    o->line.show_depth_of_investigation = !o->hide;
    if (o->run.size() == 1 && is_layered(o->run[0])) {
      const inversion::Result result = inversion::read_result(o->run[0]);
      if (!std::isnan(o->line.from) || !std::isnan(o->line.to) || o->line.difference || o->line.show_elements ||
          o->line.shown != viz::Shown2d::resistivity)
        throw UsageError("plot section: " + o->run[0] +
                         " holds layered models; --from, --to, --difference, --mesh and --show are for two-dimensional "
                         "results");
      if (!o->dry_run) print(plain(viz::plot_section(result, o->output, layered_options(*o))) + "\n");
      return success;
    }
    std::vector<viz::SectionView> views;
    for (const std::string& path : o->run) {
      views.push_back(view_of(path, o->run.size() > 1));
      if (o->line.shown == viz::Shown2d::resolution && inversion::is_result_2d(path)) {
        const inversion::Result2d result = inversion::read_result_2d(path);
        views.back().resolution = inversion::section_resolution(result, options_of(result, path));
      }
    }
    const viz::Figure figure = viz::section_figure(views, o->line);
    if (o->dry_run) return success;
    viz::write_figure(figure, o->output);
    print(plain(o->output) + "\n");
    return success;
  };
}

Action plot_response(Arguments& arguments) {
  auto o = std::make_shared<Response>();
  o->declare(arguments, "the picture, PNG; further sheets get -2, -3, ...");
  arguments.option("sites", &o->options.sites, "names, commas between; all when empty");
  arguments.option("title", &o->options.title, "above the picture");
  arguments.option("width", &o->options.width, "of layered models: pixels; 0: chosen");
  arguments.option("height", &o->options.height, "of layered models: pixels; 0: chosen");
  return [o] {
    check_picture(o->output, o->force);
    std::vector<std::string> paths;
    if (inversion::is_result_2d(o->run.front())) {
      const auto figures =
          viz::response_figures(inversion::read_result_2d(o->run.front()), o->options.sites, o->options.title);
      if (o->dry_run) return success;
      for (std::size_t i = 0; i < figures.size(); ++i) {
        paths.push_back(viz::numbered_path(o->output, i));
        viz::write_figure(figures[i], paths.back());
      }
    } else {
      const inversion::Result result = o->result();
      if (o->dry_run) return success;
      paths = viz::plot_response(result, o->output, o->options);
    }
    for (const std::string& path : paths) print(plain(path) + "\n");
    return success;
  };
}

namespace {

/// A picture of a two-dimensional result without options of its own.
Action plot_line(Arguments& arguments, viz::Figure (*figure_of)(const inversion::Result2d&, const std::string&)) {
  auto o = std::make_shared<Response>();
  o->declare(arguments, "the picture, PNG");
  arguments.option("title", &o->options.title, "above the picture");
  return [o, figure_of] {
    check_picture(o->output, o->force);
    const viz::Figure figure = figure_of(inversion::read_result_2d(o->run.front()), o->options.title);
    if (o->dry_run) return success;
    viz::write_figure(figure, o->output);
    print(plain(o->output) + "\n");
    return success;
  };
}

}  // namespace

Action plot_fit(Arguments& arguments) { return plot_line(arguments, viz::fit_figure); }
Action plot_misfit(Arguments& arguments) { return plot_line(arguments, viz::misfit_figure); }
Action plot_convergence(Arguments& arguments) { return plot_line(arguments, viz::convergence_figure); }

}  // namespace terrella::cli
