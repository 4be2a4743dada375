// cli/test_2d.cpp: `terrella test checkerboard` and `terrella test feature`: what a two-dimensional result can be
// believed of.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/inversion_run.h"
#include "cli/output.h"
#include "cli/result_options.h"
#include "cli/talk.h"
#include "core/error.h"
#include "core/ranks.h"
#include "inversion/checkpoint.h"
#include "inversion/mt2d/result_file.h"
#include "viz/mt2d/test_figures.h"

namespace terrella::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What both tests take: a result, and where to go on.
struct Test : InversionRun {
  std::string picture, title;

  void declare(Arguments& arguments, const char* name) {
    command = name;
    arguments.positional("RUN.h5", files, "a result of terrella invert 2d", 1, 1);
    arguments.option("picture", &picture, "PNG; beside the result, by its name, when empty");
    arguments.option("title", &title, "above the picture");
    arguments.option("force", &force, "replace files that exist");
    arguments.option("resume", &resume, "go on from the checkpoint of a test that was stopped");
    arguments.option("json", &json, "one JSON object on stdout");
    arguments.option("threads", &threads, "0: all; the result does not depend on it");
    arguments.option("time-limit", &time_limit, "s; stops after a checkpoint with exit code 6; 0: none");
  }
  void check() {
    prepare(*this);
    together([&] {
      if (picture.empty()) picture = std::filesystem::path(output).replace_extension(".png").string();
      if (std::filesystem::path(picture).extension() != ".png")
        throw UsageError(fmt::format("{}: {} must end with .png", command, plain(picture)));
      check_outputs({picture}, force, files);
    });
  }
  std::pair<inversion::Result2d, inversion::Invert2dOptions> read() const {
    std::pair<inversion::Result2d, inversion::Invert2dOptions> found;
    together([&] {
      found.first = inversion::read_result_2d(files[0]);
      found.second = options_of(found.first, files[0]);
    });
    return found;
  }
};

std::string number(double x) { return std::isfinite(x) ? fmt::format("{:.3g}", x) : "-"; }

struct Checkerboard : Test {
  inversion::CheckerboardOptions board;
};

int run(Checkerboard& o) {
  o.check();
  const auto read = o.read();
  const inversion::Result2d& result = read.first;
  const inversion::Invert2dOptions& options = read.second;
  inversion::Checkerboard test;
  if (const auto stopped = watched(o, options.max_iterations, [&](const inversion::RunControl& control) {
        test = inversion::checkerboard_test(result, options, o.board, control);
      }))
    return *stopped;
  write_once([&] {
    inversion::write_hdf5(test.recovered, o.output);
    viz::write_figure(viz::checkerboard_figure(test, o.title), o.picture);
    inversion::remove_checkpoint(o.checkpoint());
  });
  for (const std::string& choice : test.recovered.choices) say(plain(choice));
  if (o.json) {
    Json bands = Json::array();
    for (const inversion::Recovery& r : test.recovery)
      bands.push_back({{"top_m", r.top},
                       {"bottom_m", r.bottom},
                       {"amplitude", json_number(r.amplitude)},
                       {"correlation", json_number(r.correlation)},
                       {"resolvability", json_number(r.resolvability)}});
    print_json({{"schema", "terrella/test_checkerboard/1"},
                {"output", o.output},
                {"picture", o.picture},
                {"rms", json_number(test.recovered.rms)},
                {"converged", test.recovered.converged},
                {"recovery", std::move(bands)},
                {"choices", test.recovered.choices}});
  } else {
    print(fmt::format("{:>10}  {:>10}  {:>9}  {:>11}  {:>13}\n", "from_m", "to_m", "amplitude", "correlation",
                      "resolvability"));
    for (const inversion::Recovery& r : test.recovery)
      print(fmt::format("{:>10.1f}  {:>10.1f}  {:>9.2f}  {:>11.2f}  {:>13.2f}\n", r.top, r.bottom, r.amplitude,
                        r.correlation, r.resolvability));
    print(fmt::format("rms {}: {}\n{}\n{}\n", number(test.recovered.rms), plain(test.recovered.stopped),
                      plain(o.output), plain(o.picture)));
  }
  return test.recovered.converged ? success : not_converged;
}

struct Feature : Test {
  inversion::FeatureOptions feature;
  std::vector<double> box;
  bool no_inversion = false;
};

int run(Feature& o) {
  o.check();
  if (o.box.size() != 4)
    throw UsageError("test feature: --box takes four numbers: y0,y1 along the profile and z0,z1 below the ground, m");
  o.feature.left = o.box[0], o.feature.right = o.box[1], o.feature.top = o.box[2], o.feature.bottom = o.box[3];
  if (o.feature.resistivity == 0) throw UsageError("test feature: --resistivity is missing: ohm m, in the box");
  o.feature.invert = !o.no_inversion;
  const auto read = o.read();
  const inversion::Result2d& result = read.first;
  const inversion::Invert2dOptions& options = read.second;
  inversion::FeatureTest test;
  if (const auto stopped = watched(o, options.max_iterations, [&](const inversion::RunControl& control) {
        test = inversion::feature_test(result, options, o.feature, control);
      }))
    return *stopped;
  write_once([&] {
    if (o.feature.invert) inversion::write_hdf5(test.again, o.output);
    viz::write_figure(viz::feature_figure(result, test, o.feature, o.title), o.picture);
    inversion::remove_checkpoint(o.checkpoint());
  });
  for (const std::string& note : test.notes) warn(plain(note));
  const auto of_site = [&](const std::vector<double>& rms, std::size_t s) { return s < rms.size() ? rms[s] : NAN; };
  if (o.json) {
    Json sites = Json::array();
    for (std::size_t s = 0; s < test.site.size(); ++s)
      sites.push_back({{"site", result.data.sites[s].name},
                       {"rms", json_number(test.site[s])},
                       {"rms_changed", json_number(test.site_changed[s])},
                       {"rms_again", json_number(of_site(test.site_again, s))}});
    print_json({{"schema", "terrella/test_feature/1"},
                {"output", o.feature.invert ? Json(o.output) : Json(nullptr)},
                {"picture", o.picture},
                {"elements", test.elements},
                {"rms", json_number(test.rms)},
                {"rms_changed", json_number(test.rms_changed)},
                {"rms_again", json_number(test.rms_again)},
                {"needed", o.feature.invert ? Json(test.needed) : Json(nullptr)},
                {"sites", std::move(sites)},
                {"notes", test.notes}});
    return success;
  }
  print(fmt::format("{:<16}  {:>8}  {:>8}  {:>8}\n", "site", "rms", "changed", "again"));
  for (std::size_t s = 0; s < test.site.size(); ++s)
    print(fmt::format("{:<16}  {:>8}  {:>8}  {:>8}\n", plain(result.data.sites[s].name), number(test.site[s]),
                      number(test.site_changed[s]), number(of_site(test.site_again, s))));
  print(fmt::format("rms {} with the result, {} with {} elements of {:g} ohm m in their place\n", number(test.rms),
                    number(test.rms_changed), test.elements, o.feature.resistivity));
  if (o.feature.invert)
    print(fmt::format("inverted again, the box held: rms {}; {}\n{}\n", number(test.rms_again),
                      test.needed ? "no model was found that fits as well: data need the feature"
                                  : "another model fits as well: data do not need the feature",
                      plain(o.output)));
  print(plain(o.picture) + "\n");
  return success;
}

}  // namespace

Action test_checkerboard(Arguments& arguments) {
  auto o = std::make_shared<Checkerboard>();
  o->declare(arguments, "test checkerboard");
  arguments.option("output", &o->output, "what was recovered, with the truth, HDF5", 'o');
  arguments.option("contrast", &o->board.contrast, "decades of resistivity, up and down");
  arguments.option("width", &o->board.width, "of blocks at the ground, m; 0: twice the median distance of sites");
  arguments.option("height", &o->board.height, "likewise; 0: half the width");
  arguments.option("growth", &o->board.growth, "of blocks from row to row");
  arguments.option("depth", &o->board.depth, "of the board, m; 0: the greatest depth of investigation");
  arguments.option("background", &o->board.background, "ohm m, of a half-space; 0: the result's model");
  arguments.option("seed", &o->board.seed, "of the noise");
  arguments.option("refined", &o->board.refined, "data of a mesh twice as fine as the one that is inverted");
  return [o] { return run(*o); };
}

Action test_feature(Arguments& arguments) {
  auto o = std::make_shared<Feature>();
  o->declare(arguments, "test feature");
  arguments.option("output", &o->output, "the inversion with the box held, HDF5", 'o');
  arguments.option("box", &o->box, "y0,y1,z0,z1: m along the profile, m below the ground");
  arguments.option("resistivity", &o->feature.resistivity, "ohm m, in the box");
  arguments.option("no-inversion", &o->no_inversion, "only look how much the misfit rises");
  arguments.option("tolerance", &o->feature.tolerance, "share by which the RMS may exceed the result's");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
