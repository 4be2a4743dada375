// cli/convert.cpp: `terrella convert`, soundings and models from one file format to another.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "datasets/file/atomic_file.h"
#include "datasets/model/format.h"
#include "datasets/read.h"
#include "datasets/write.h"

namespace terrella::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string output, format;
  bool json = false, force = false, dry_run = false;
};

bool is_model(const std::string& file) {
  try {
    return !std::filesystem::is_directory(file) && datasets::model_format_of_file(file);
  } catch (const FormatError&) { return false; }  // which reading will say again
}

void report(const Options& o, const char* what, std::size_t count, const std::vector<std::string>& paths) {
  if (o.json)
    print_json({{"schema", "terrella/convert/1"}, {"dry_run", o.dry_run}, {what, count}, {"files", paths}});
  else
    for (const std::string& path : paths) print(plain(path) + "\n");
  say(fmt::format("{} {}, {} files{}", count, what, paths.size(), o.dry_run ? " would be written" : ""));
}

// One file to one file, past the Survey: a model, or data between formats that hold observations.
int write_one(const Options& o, const char* what, std::size_t count, const std::string& bytes) {
  if (!o.dry_run) datasets::write_file(o.output, bytes);
  report(o, what, count, {o.output});
  return success;
}

int convert_model(const Options& o) {
  if (o.files.size() != 1) throw UsageError("convert: one model at a time");
  const datasets::ModelFormat& format = datasets::model_format_to_write(o.output, o.format);
  check_outputs({o.output}, o.force, o.files);
  return write_one(o, "models", 1, format.bytes(datasets::read_model(o.files[0])));
}

int run(const Options& o) {
  if (std::any_of(o.files.begin(), o.files.end(), is_model)) return convert_model(o);
  const datasets::Format& format = datasets::format_to_write(o.output, o.format);
  const bool folder = datasets::is_output_folder(o.output, format);
  std::vector<datasets::Unreadable> none;  // which read() will tell of
  const std::vector<std::string> inputs = datasets::find_files(o.files, none);
  if (!folder) check_outputs({o.output}, o.force, inputs);
  if (inputs.size() == 1 && format.observation_bytes)
    if (const datasets::Format* const from = datasets::format_of_file(inputs[0]); from && from->observations) {
      const datasets::Observations observations = from->observations(inputs[0]);
      return write_one(o, "sites", observations.sites.size(), format.observation_bytes(observations));
    }
  const datasets::Survey survey = datasets::read(o.files);
  const std::vector<std::string> paths = datasets::output_paths(survey, o.output, format);
  const std::vector<std::string> bytes = datasets::output_bytes(survey, format);  // all or none
  if (folder && folder_exists(o.output)) check_outputs(paths, o.force, inputs);
  if (!o.dry_run) {
    if (folder) make_folder(o.output);
    for (std::size_t i = 0; i < paths.size(); ++i) datasets::write_file(paths[i], bytes[i]);
  }
  report(o, "sites", survey.sites.size(), paths);
  return success;
}

}  // namespace

Action convert(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "files of any known format, results, folders, globs");
  arguments.option("output", &o->output, "a file, or a folder for one file a site; its extension names the format",
                   'o');
  arguments.option("to", &o->format,
                   "the format: " + datasets::writable_names() + "; of models " + datasets::writable_model_names());
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "write nothing, say what would be written");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] {
    if (o->output.empty()) throw UsageError("convert: -o is missing: where to write");
    return run(*o);
  };
}

}  // namespace terrella::cli
