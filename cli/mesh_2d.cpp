// cli/mesh_2d.cpp: `terrella mesh 2d`, the grid of a line: drawn, counted, timed, and what is wrong with it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/line_sites.h"
#include "cli/output.h"
#include "cli/result_options.h"
#include "cli/talk.h"
#include "core/error.h"
#include "core/mesh/mesh.h"
#include "core/ops.h"
#include "datasets/file/read_file.h"
#include "datasets/format.h"
#include "datasets/model/format.h"
#include "datasets/occam2d/occam2d.h"
#include "datasets/survey/units.h"
#include "elec/mt2d/doctor.h"
#include "elec/mt2d/model_grid.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/mt2d/result_mesh.h"
#include "viz/mesh_2d.h"

namespace terrella::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace elec::mt2d;

struct Options {
  std::vector<std::string> files;
  std::string output, mesh, title;
  std::vector<double> sites, periods;
  double resistivity = 0, left = NAN, depth_shown = 0;
  int order = 1, measured_periods = 3;
  bool level = false, json = false, force = false, no_check = false;
  DesignOptions design{.growth = 1.2};
};

struct Given {
  LineSites line;
  ModelGrid model;
  bool from_file = false;
};

/// An Occam2D mesh alone: where it lies, and what its free cells hold, has to be said.
datasets::ResistivityModel occam_mesh(const Options& o, double resistivity) {
  const datasets::Occam2dMesh mesh = datasets::read_occam2d_mesh(o.mesh);
  if (std::isnan(o.left))
    throw UsageError(
        fmt::format("mesh 2d: {}: an Occam2D mesh does not say where it lies along the line; give --left, "
                    "y of its left edge in m, or the iteration file, which names model and mesh",
                    plain(o.mesh)));
  datasets::ResistivityModel model;
  model.path = o.mesh;
  Mesh2D cells{edges_of(mesh.width, o.left, "y"), edges_of(mesh.thickness, 0, "z")};
  for (std::size_t k = 0; k < cells.nz(); ++k)
    for (std::size_t j = 0; j < cells.ny(); ++j) {
      std::size_t air = 0, sea = 0, fixed = 0;
      char code = '?';
      for (std::size_t t = 0; t < 4; ++t) {
        const char c = mesh.code[4 * k + t][j];
        air += c == '0', sea += c == 'Z';
        if (c != '0' && c != 'Z' && c != '?') ++fixed, code = c;
      }
      model.kind.push_back(air > 2 ? datasets::Cell::air : sea > 2 ? datasets::Cell::sea : datasets::Cell::free);
      const auto number = [&] { return static_cast<std::size_t>(code <= '9' ? code - '1' : code - 'A' + 9); };
      model.resistivity.push_back(air > 2 ? 1e12 : sea > 2 ? 0.3 : fixed > 2 ? mesh.fixed.at(number()) : resistivity);
    }
  model.mesh = std::move(cells);
  return model;
}

bool is_mare2dem(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".poly" || extension == ".resistivity";
}

/// Logarithmic, of what is not air.
double mean_resistivity(const datasets::ResistivityModel& model) {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < model.resistivity.size(); ++k)
    if (model.kind.empty() || model.kind[k] != datasets::Cell::air) sum += std::log(model.resistivity[k]), ++count;
  return count > 0 ? std::exp(sum / count) : 0;
}

/// Mesh, model, sites and periods of a result of `terrella invert 2d`.
Given of_result(const Options& o) {
  const inversion::Result2d result = inversion::read_result_2d(o.mesh);
  Given g;
  g.from_file = true;
  const inversion::Section2d section = inversion::section_of_result(result, options_of(result, o.mesh), g.model.notes);
  g.model.grid = section.mesh.grid;
  g.model.resistivity = Tensor::from(result.model.resistivity, {g.model.grid.earth_rows(), g.model.grid.ny()});
  g.line.period = o.periods.empty() ? section.data.period : o.periods;
  for (const datasets::ObservationSite& site : result.data.sites) {
    g.line.name.push_back(site.name);
    g.line.y.push_back(site.y);
  }
  g.model.notes.push_back(fmt::format("the mesh of {}; its model has {} cells", plain(o.mesh), section.cells.count));
  return g;
}

Given given(const Options& o) {
  if (!o.mesh.empty() && inversion::is_result_2d(o.mesh)) {
    if (!o.files.empty() || !o.sites.empty())
      throw UsageError(fmt::format("mesh 2d: {} holds its sites; give no FILES and no --sites", plain(o.mesh)));
    return of_result(o);
  }
  Given g;
  if (!o.files.empty()) {
    if (!o.sites.empty()) throw UsageError("mesh 2d: sites come from FILES or from --sites, not from both");
    g.line = line_sites(o.files);
  } else if (o.sites.empty() || o.periods.empty()) {
    throw UsageError("mesh 2d: give FILES of a line's data, or --sites (m along the line) and --periods (s)");
  }
  for (const double y : o.sites) {
    g.line.y.push_back(y);
    g.line.z.push_back(0);
    g.line.name.push_back(fmt::format("{}", g.line.name.size() + 1));
  }
  if (!o.periods.empty()) g.line.period = o.periods;
  std::sort(g.line.period.begin(), g.line.period.end());
  if (g.line.y.empty() || g.line.period.empty()) throw UsageError("mesh 2d: there are no sites or no periods");
  for (const double t : g.line.period)
    if (!(t > 0) || !std::isfinite(t)) throw UsageError(fmt::format("mesh 2d: period {} s is not positive", t));
  if (o.resistivity < 0 || !std::isfinite(o.resistivity)) throw UsageError("mesh 2d: --resistivity is positive, ohm m");
  const double host = o.resistivity > 0 ? o.resistivity : g.line.resistivity;
  if (o.mesh.empty()) {
    DesignOptions design = o.design;
    design.resistivity = host;
    Profile ground;
    std::vector<std::size_t> order(g.line.y.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return g.line.y[a] < g.line.y[b]; });
    for (const std::size_t k : order)
      if (!o.level && (ground.y.empty() || g.line.y[k] > ground.y.back())) {
        ground.y.push_back(g.line.y[k]);
        ground.z.push_back(g.line.z[k]);
      }
    g.model.grid = design_grid(g.line.y, g.line.period, ground, design);
    const std::int64_t sea = g.model.grid.sea, columns = g.model.grid.ny();
    g.model.resistivity = concatenate({full({sea, columns}, design.sea.resistivity, DType::f64),
                                       full({g.model.grid.earth_rows() - sea, columns}, host, DType::f64)})
                              .eval();
    g.model.notes.push_back(fmt::format("designed over {:.4g} ohm m, {}", host,
                                        o.resistivity > 0 ? "as given" : "the mean apparent resistivity"));
    return g;
  }
  if (is_mare2dem(o.mesh))
    throw UsageError(
        fmt::format("mesh 2d: {} belongs to MARE2DEM, whose meshes are triangles that it refines itself; the "
                    "rules are those of lines and rows",
                    plain(o.mesh)));
  g.from_file = true;
  const bool bare = !datasets::model_format_of_file(o.mesh) &&
                    datasets::looks_like_occam2d_mesh(datasets::read_start(o.mesh, datasets::recognition_bytes));
  const datasets::ResistivityModel model = bare ? occam_mesh(o, host) : datasets::read_model(o.mesh);
  g.model = grid_of(model, 5 * skin_depth(std::max(host, mean_resistivity(model)), g.line.period.back()));
  return g;
}

/// Shortest, longest and those between, evenly.
std::vector<double> some_periods(const std::vector<double>& all, int wanted) {
  if (wanted < 1) throw UsageError("mesh 2d: --measured-periods is at least 1");
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(wanted), all.size());
  std::vector<double> some;
  for (std::size_t k = 0; k < count; ++k)
    some.push_back(all[count == 1 ? all.size() / 2 : k * (all.size() - 1) / (count - 1)]);
  some.erase(std::unique(some.begin(), some.end()), some.end());
  return some;
}

std::string percent(double x) { return std::isnan(x) ? "-" : fmt::format("{:.2g} %", 100 * x); }

std::string worst(const LargestError& e) {
  return fmt::format("Zxy {}, Zyx {}, tipper {}, largest at {:.4g} s, y = {:.6g} m", percent(e.zxy), percent(e.zyx),
                     std::isnan(e.tipper) ? "-" : fmt::format("{:.2g}", e.tipper), e.period, e.place);
}

Json as_json(const LargestError& e) {
  return {{"zxy", json_number(e.zxy)},
          {"zyx", json_number(e.zyx)},
          {"tipper", json_number(e.tipper)},
          {"period_s", e.period},
          {"y_m", e.place}};
}

void report(const Options& o, const Given& g, const Cost& cost, const std::vector<double>& measured,
            const Checkup& checkup) {
  const Grid& grid = g.model.grid;
  const auto periods = static_cast<double>(g.line.period.size());
  const double jacobian = periods * cost.jacobian_bytes;
  if (o.json) {
    Json ailments = Json::array();
    for (const Ailment& a : checkup.ailments)
      ailments.push_back({{"rule", a.finding.rule}, {"message", a.finding.message}, {"error", as_json(a.error)}});
    return print_json({{"schema", "terrella/mesh_2d/1"},
                       {"columns", grid.ny()},
                       {"rows_of_air", grid.surface},
                       {"rows_of_sea", grid.sea},
                       {"rows_of_earth", grid.earth_rows() - grid.sea},
                       {"elements_of_earth", (grid.earth_rows() - grid.sea) * grid.ny()},
                       {"order", o.order},
                       {"y_m", {grid.y.front(), grid.y.back()}},
                       {"sites", g.line.y.size()},
                       {"periods", g.line.period.size()},
                       {"unknowns_te", cost.unknowns_te},
                       {"unknowns_tm", cost.unknowns_tm},
                       {"seconds_forward_of_a_period", cost.forward_seconds},
                       {"seconds_jacobian_of_a_period", cost.jacobian_seconds},
                       {"bytes_factors_of_a_period", cost.factor_bytes},
                       {"bytes_jacobian", jacobian},
                       {"notes", g.model.notes},
                       {"measured_periods_s", measured},
                       {"elements_error", o.no_check ? Json(nullptr) : as_json(checkup.elements)},
                       {"broken_rules", std::move(ailments)},
                       {"output", o.output}});
  }
  const auto rows = grid.earth_rows() - grid.sea;
  print(fmt::format("{} columns from {:.6g} to {:.6g} m, {} rows of air, {}{} of earth: {} elements, {} of earth\n",
                    grid.ny(), grid.y.front(), grid.y.back(), grid.surface,
                    grid.sea > 0 ? fmt::format("{} of sea, ", grid.sea) : std::string(), rows, grid.ny() * grid.nz(),
                    grid.ny() * rows));
  for (const std::string& note : g.model.notes) print(plain(note) + "\n");
  print(fmt::format("{} sites, {} periods from {:.4g} to {:.4g} s; {} elements\n", g.line.y.size(),
                    g.line.period.size(), g.line.period.front(), g.line.period.back(),
                    o.order == 1 ? "bilinear" : "biquadratic"));
  print(fmt::format("unknowns: TE {}, TM {}\n", cost.unknowns_te, cost.unknowns_tm));
  print(fmt::format(
      "a period, both modes: forward {:.3g} s, with Jacobian {:.3g} s; all periods one after the other: "
      "{:.3g} s and {:.3g} s\n",
      cost.forward_seconds, cost.jacobian_seconds, periods * cost.forward_seconds, periods * cost.jacobian_seconds));
  print(fmt::format("memory: factors of a period {}, derivatives of all periods by all elements {}\n",
                    size_text(cost.factor_bytes), size_text(jacobian)));
  if (o.no_check) return;
  std::string at;
  for (const double t : measured) at += fmt::format("{}{:.4g}", at.empty() ? "" : ", ", t);
  print(fmt::format("error of the elements, refined once, at {} s: {}\n", at, worst(checkup.elements)));
  if (checkup.ailments.empty()) print("all rules are kept\n");
  for (const Ailment& a : checkup.ailments)
    print(fmt::format("{}: {}; error to expect: {}\n", a.finding.rule, plain(a.finding.message), worst(a.error)));
}

int run(const Options& o) {
  if (o.order != 1 && o.order != 2) throw UsageError("mesh 2d: --order is 1 (bilinear) or 2 (biquadratic)");
  if (!o.output.empty()) {
    if (std::filesystem::path(o.output).extension() != ".png")
      throw UsageError(fmt::format("mesh 2d: {} must end with .png", plain(o.output)));
    check_outputs({o.output}, o.force, o.files);
  }
  const Given g = given(o);
  Receivers receivers{Tensor(g.line.y)};
  if (const std::int64_t sea = g.model.grid.sea;
      sea > 0) {  // of the lowest row; the same along it where we designed it
    const Tensor lowest = slice(g.model.resistivity, 0, {sea - 1, sea});
    receivers.water = broadcast_to(reshape(slice(lowest, 1, {0, 1}), {1}), receivers.y.shape()).eval();
  }
  const ForwardOptions forward{.order = o.order};
  const std::vector<double> measured = some_periods(g.line.period, o.measured_periods);
  const Cost cost =
      cost_of_period(g.model.grid, g.model.resistivity, measured[measured.size() / 2], receivers, forward);
  Checkup checkup;
  if (!o.no_check) { checkup = check_up(g.model.grid, g.model.resistivity, measured, receivers, forward); }
  if (!o.output.empty()) {
    viz::MeshPicture picture;
    picture.grid = g.model.grid;
    picture.place = g.line.y;
    picture.name = g.line.name;
    picture.depth = o.depth_shown;
    if (g.from_file) picture.resistivity = g.model.resistivity.to_vector<double>();
    if (!o.title.empty()) picture.title = o.title;
    if (!o.no_check) picture.notes.push_back(fmt::format("Error of the elements: {}.", worst(checkup.elements)));
    for (const Ailment& a : checkup.ailments)
      picture.notes.push_back(
          fmt::format("Broken rule, {}: error to expect {}.", a.finding.rule, percent(a.error.largest())));
    viz::write_figure(viz::mesh_figure(picture), o.output);
  }
  report(o, g, cost, measured, checkup);
  if (!o.output.empty() && !o.json) print(plain(o.output) + "\n");
  return success;
}

}  // namespace

Action mesh_2d(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "data along a line, or soundings of any known format", 0);
  arguments.configuration("mesh_2d");
  arguments.option("output", &o->output, "a picture of the mesh, PNG", 'o');
  arguments.setting(
      "mesh", &o->mesh,
      "examine this instead: a result of invert 2d, a ModEM, Mackie, COPROD2 model, an Occam2D iteration or mesh");
  arguments.setting("left", &o->left, "y of the left edge of a bare Occam2D mesh, m");
  arguments.setting("sites", &o->sites, "m along the line, instead of FILES");
  arguments.setting("periods", &o->periods, "s, instead of those of FILES");
  arguments.setting("resistivity", &o->resistivity, "ohm m, to start from; 0: the mean apparent resistivity");
  arguments.setting("near_surface", &o->design.near_surface, "ohm m, of what lies on top; 0: the same");
  arguments.setting("per_skin_depth", &o->design.per_skin_depth, "rows within the shortest skin depth");
  arguments.setting("growth", &o->design.growth, "from row to row, and from column to column between sites");
  arguments.setting("padding_growth", &o->design.padding_growth,
                    "from column to column beyond the sites, and in the air");
  arguments.setting("between_sites", &o->design.between_sites, "columns between neighbours, at least");
  arguments.setting("depth", &o->design.depth, "of the mesh, in skin depths at the longest period");
  arguments.setting("sides", &o->design.sides, "width beyond the sites, likewise");
  arguments.setting("air", &o->design.air, "height of the air, likewise");
  arguments.setting("sea_resistivity", &o->design.sea.resistivity,
                    "ohm m, of water over the sites, on whose floor they stand; 0: no sea");
  arguments.setting("sea_level", &o->design.sea.level, "m, z of the water's surface, positive down");
  arguments.setting("level", &o->level, "a level ground, whatever the elevations of sites");
  arguments.setting("order", &o->order, "of elements: 1 bilinear, 2 biquadratic");
  arguments.setting("measured_periods", &o->measured_periods,
                    "how many periods errors are measured at, from the shortest to the longest");
  arguments.option("no-check", &o->no_check, "do not measure errors");
  arguments.option("title", &o->title, "above the picture");
  arguments.option("depth-shown", &o->depth_shown, "of the picture around the sites, m; 0: chosen");
  arguments.option("force", &o->force, "replace a picture that exists");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
