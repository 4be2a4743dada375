// cli/demo_data.cpp: `terrella demo-data`, soundings over an earth that is known.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/layered_forward.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "datasets/edi/edi.h"
#include "datasets/file/atomic_file.h"
#include "datasets/synthetic/line.h"
#include "elec/mt2d/synthetic.h"

namespace terrella::cli {
namespace {

struct Options {
  std::vector<std::string> folder;
  datasets::SyntheticNoise noise;
  int dimensions = 1;
  bool force = false, dry_run = false;
};

int run(const Options& o) {
  if (!(o.noise.impedance >= 0 && o.noise.impedance < 1))
    throw UsageError("demo-data: --noise is a fraction of |Z|, 0 to 1");
  if (o.dimensions != 1 && o.dimensions != 2)
    throw UsageError(fmt::format("demo-data: --dimensions is 1 or 2, not {}", o.dimensions));
  const std::filesystem::path folder = o.folder.front();
  const datasets::SyntheticLine line = datasets::basin_line();
  std::vector<std::string> paths;
  for (const datasets::SyntheticSite& site : line.sites) paths.push_back((folder / (site.name + ".edi")).string());
  const std::string truth = (folder / "truth.csv").string();
  paths.push_back(truth);
  if (folder_exists(folder.string())) check_outputs(paths, o.force);
  if (o.dry_run) {
    for (const std::string& path : paths) print(plain(path) + "\n");
    return success;
  }
  const datasets::Survey survey = datasets::synthetic_survey(
      line, o.dimensions == 2 ? elec::mt2d::basin_response(line) : datasets::layered_response(line, layered_impedance),
      o.noise);
  make_folder(folder.string());
  for (std::size_t i = 0; i < survey.sites.size(); ++i) datasets::write_edi(survey.sites[i], paths[i]);
  datasets::write_file(truth, datasets::truth_csv(line));
  for (const std::string& path : paths) print(plain(path) + "\n");
  say(fmt::format("{} sites, noise {:g} % of |Z|, seed {}", survey.sites.size(), 100 * o.noise.impedance,
                  o.noise.seed));
  return success;
}

}  // namespace

Action demo_data(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FOLDER", o->folder, "for the EDI files and truth.csv", 1, 1);
  arguments.option("dimensions", &o->dimensions,
                   "1: responses of the layers below each site; 2: of the section, with its tipper");
  arguments.option("noise", &o->noise.impedance, "standard deviation, of |Z|");
  arguments.option("seed", &o->noise.seed, "of the noise");
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "write nothing, say what would be written");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
