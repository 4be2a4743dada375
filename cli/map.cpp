// cli/map.cpp: `terrella map`, where the sites are.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "datasets/read.h"
#include "viz/station_map.h"

namespace terrella::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string output, topography, topography_crs;
  viz::MapOptions map;
  bool no_names = false, force = false, dry_run = false;
};

int run(Options o) {
  if (o.output.empty()) throw UsageError("map: -o is missing: the picture, a .png file");
  if (std::filesystem::path(o.output).extension() != ".png")
    throw UsageError(fmt::format("map: {} must end with .png", o.output));
  std::vector<datasets::Unreadable> none;  // which read() will tell of
  check_outputs({o.output}, o.force, datasets::find_files(o.files, none));
  o.map.names = !o.no_names;
  if (!o.topography.empty())
    o.map.topography = datasets::read_topography(o.topography, {.crs = o.topography_crs, .variable = ""});
  const viz::Figure figure = viz::station_map(datasets::read(o.files), o.map);
  if (!o.dry_run) viz::write_figure(figure, o.output);
  print(plain(o.output) + "\n");
  if (o.dry_run) say("nothing written");
  return success;
}

}  // namespace

Action map(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "EDI or HDF5 files, results, folders, globs");
  arguments.option("output", &o->output, "the picture, PNG", 'o');
  arguments.option("period", &o->map.period, "s: phase tensors and induction arrows at that period");
  arguments.option("topography", &o->topography,
                   "heights below the sites: ESRI ASCII grid, netCDF-3, GeoTIFF without compression, XYZ");
  arguments.option("topography-crs", &o->topography_crs,
                   "its system of coordinates where the file names none: EPSG:4326");
  arguments.option("title", &o->map.title, "above the picture; the name of the survey when empty");
  arguments.option("width", &o->map.width, "pixels; the height follows");
  arguments.option("no-names", &o->no_names, "no names beside the sites");
  arguments.option("force", &o->force, "replace a file that exists");
  arguments.option("dry-run", &o->dry_run, "write nothing");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
