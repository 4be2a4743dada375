// cli/export.cpp: `terrella export`, a result as tables and as files for ParaView.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/result_file.h"
#include "viz/csv.h"
#include "viz/mt2d/csv.h"
#include "viz/mt2d/vtk.h"
#include "viz/picture.h"

namespace terrella::cli {
namespace {

struct Options {
  std::vector<std::string> run;
  std::string output;
  bool force = false, dry_run = false, csv = false, vtk = false;
};

int run_2d(const Options& o) {
  const bool all = !o.csv && !o.vtk;
  const std::filesystem::path folder = o.output;
  const auto in_folder = [&](const char* name) { return (folder / name).string(); };
  const inversion::Result2d result = inversion::read_result_2d(o.run.front());
  const std::pair<const char*, void (*)(const inversion::Result2d&, const std::string&)> tables[] = {
      {"section.csv", viz::write_section_csv},
      {"fit.csv", viz::write_fit_csv},
      {"sites.csv", viz::write_sites_csv},
      {"history.csv", viz::write_history_csv}};
  std::vector<std::string> paths;
  if (all || o.csv)
    for (const auto& [name, write] : tables) paths.push_back(in_folder(name));
  if (all || o.vtk)
    for (std::string& path : viz::vtk_paths(result, in_folder("section"))) paths.push_back(std::move(path));
  if (folder_exists(o.output)) check_outputs(paths, o.force);
  if (!o.dry_run) {
    make_folder(o.output);
    if (all || o.csv)
      for (const auto& [name, write] : tables) write(result, in_folder(name));
    if (all || o.vtk) viz::write_vtk(result, in_folder("section"));
  }
  for (const std::string& path : paths) print(plain(path) + "\n");
  if (o.dry_run) say("nothing written");
  return success;
}

int run(const Options& o) {
  if (o.output.empty()) throw UsageError("export: -o is missing: the folder to write into");
  if (inversion::is_result_2d(o.run.front())) return run_2d(o);
  const bool all = !o.csv && !o.vtk;
  const std::filesystem::path folder = o.output;
  const auto in_folder = [&](const char* name) { return (folder / name).string(); };
  const std::string section = in_folder("section.csv"), fit = in_folder("fit.csv"), cells = in_folder("section.vtr"),
                    sites = in_folder("section-sites.vtp");
  std::vector<std::string> paths;
  if (all || o.csv) paths.insert(paths.end(), {section, fit});
  if (all || o.vtk) paths.insert(paths.end(), {cells, sites});
  if (folder_exists(o.output)) check_outputs(paths, o.force);
  const inversion::Result result = inversion::read_result(o.run.front());
  if (!o.dry_run) {
    make_folder(o.output);
    if (all || o.csv) {
      viz::write_section_csv(result, section);
      viz::write_fit_csv(result, fit);
    }
    if (all || o.vtk) viz::write_vtk(result, cells);
  }
  for (const std::string& path : paths) print(plain(path) + "\n");
  if (o.dry_run) say("nothing written");
  return success;
}

}  // namespace

Action export_run(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("RUN.h5", o->run, "a result of terrella invert", 1, 1);
  arguments.option("output", &o->output,
                   "folder for section.csv, fit.csv, section.vtr (2D: .vtu, .pvd), section-sites.vtp; 2D: sites.csv, "
                   "history.csv too",
                   'o');
  arguments.option("csv", &o->csv, "only the tables");
  arguments.option("vtk", &o->vtk, "only the VTK files");
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "write nothing, say what would be written");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
