// cli/convert.cpp: `terrella convert`, soundings from one file format to another.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "datasets/edi/edi.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/read.h"

namespace terrella::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> files;
  std::string output;
  bool json = false, force = false, dry_run = false;
};

/// One name for every site, all different, even where a file system takes no notice of case.
std::vector<std::string> edi_names(const datasets::Survey& survey) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const datasets::Site& site : survey.sites) {
    const std::string name = file_name_of(site.name);
    const auto lower = [](std::string text) {
      for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      return text;
    };
    std::string unique = name;
    for (int n = 2; !taken.insert(lower(unique)).second; ++n) unique = fmt::format("{}~{}", name, n);
    names.push_back(unique + ".edi");
  }
  return names;
}

int run(const Options& o) {
  const std::string extension = fs::path(o.output).extension().string();
  const bool hdf5 = extension == ".h5" || extension == ".hdf5", one = extension == ".edi";
  std::vector<datasets::Unreadable> none;  // which read() will tell of
  const std::vector<std::string> inputs = datasets::find_files(o.files, none);
  if (hdf5 || one) check_outputs({o.output}, o.force, inputs);
  const datasets::Survey survey = datasets::read(o.files);
  if (one && survey.sites.size() != 1)
    throw UsageError(fmt::format("convert: {} sites do not fit into one EDI file; give a folder or a .h5 file",
                                 survey.sites.size()));

  std::vector<std::string> paths = {o.output}, texts;
  if (!hdf5) {
    for (const datasets::Site& site : survey.sites) texts.push_back(datasets::edi_text(site));  // all or none
    if (!one) {
      paths.clear();
      for (const std::string& name : edi_names(survey)) paths.push_back((fs::path(o.output) / name).string());
      if (folder_exists(o.output)) check_outputs(paths, o.force, inputs);
    }
  }
  if (!o.dry_run) {
    if (!hdf5 && !one) make_folder(o.output);
    for (std::size_t i = 0; i < paths.size(); ++i)
      hdf5 ? datasets::write_hdf5(survey, paths[i]) : datasets::write_edi(survey.sites[i], paths[i]);
  }
  if (o.json)
    print_json(
        {{"schema", "terrella/convert/1"}, {"dry_run", o.dry_run}, {"sites", survey.sites.size()}, {"files", paths}});
  else
    for (const std::string& path : paths) print(plain(path) + "\n");
  say(fmt::format("{} sites, {} files{}", survey.sites.size(), paths.size(), o.dry_run ? " would be written" : ""));
  return success;
}

}  // namespace

Action convert(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "EDI or HDF5 files, results, folders, globs");
  arguments.option("output", &o->output, "a .h5 file, an .edi file, or a folder for EDI files", 'o');
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "write nothing, say what would be written");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] {
    if (o->output.empty()) throw UsageError("convert: -o is missing: where to write");
    return run(*o);
  };
}

}  // namespace terrella::cli
