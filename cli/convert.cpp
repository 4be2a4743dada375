// cli/convert.cpp: `terrella convert`, soundings and models from one file format to another.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/holding.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/model/format.h"
#include "datasets/observations/survey.h"
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

struct Written {
  const char* what;  // "sites", "models"
  std::size_t count;
  std::vector<std::string> paths, not_carried;
};

int report(const Options& o, const Written& written) {
  if (o.json)
    print_json({{"schema", "terrella/convert/1"},
                {"dry_run", o.dry_run},
                {written.what, written.count},
                {"files", written.paths},
                {"not_carried", written.not_carried}});
  else
    for (const std::string& path : written.paths) print(plain(path) + "\n");
  say(fmt::format("{} {}, {} files{}", written.count, written.what, written.paths.size(),
                  o.dry_run ? " would be written" : ""));
  if (!written.not_carried.empty()) warn(fmt::format("not carried: {}", fmt::join(written.not_carried, ", ")));
  return success;
}

// What reading one of the inputs had to leave behind, as the history tells it, which a survey file may have of others.
std::vector<std::string> not_carried(const datasets::Provenance& provenance, const std::vector<std::string>& inputs) {
  constexpr std::string_view mark = "not carried: ";
  std::vector<std::string> all;
  if (std::find(inputs.begin(), inputs.end(), provenance.path) == inputs.end()) return all;
  for (const std::string& step : provenance.history)
    if (step.starts_with(mark)) all.push_back(step.substr(mark.size()));
  return all;
}

int convert_model(const Options& o) {
  if (o.files.size() != 1) throw UsageError("convert: one model at a time");
  const datasets::ModelFormat& format = datasets::model_format_to_write(o.output, o.format);
  check_outputs({o.output}, o.force, o.files);
  const std::string bytes = format.bytes(datasets::read_model(o.files[0]));
  if (!o.dry_run) datasets::write_file(o.output, bytes);
  return report(o, {"models", 1, {o.output}, {}});
}

// What was written must be readable; where it is not, that is said as what it is.
template <class Read>
Holding read_back(const Read& read) {
  try {
    return read();
  } catch (const FormatError& error) {
    throw Error(fmt::format("what was written cannot be read again, by a defect of this program: {}", error.what()));
  }
}

void add_two_dimensional_forms(std::vector<datasets::Observations>& forms) {
  try {
    for (datasets::Observations& form : datasets::two_dimensional_forms(forms[0])) forms.push_back(std::move(form));
  } catch (const FormatError&) {}  // data that make no soundings have no other forms
}

// Between formats that hold observations, past the Survey; of a line in the form that the format takes. None where the
// format takes these only as soundings; then `refusal` says why, if it was the data.
std::optional<Written> convert_observations(const Options& o, const std::string& input, const datasets::Format& to,
                                            std::string& refusal) {
  const datasets::Format* const from = to.observation_bytes ? datasets::format_of_file(input) : nullptr;
  if (!from || !from->observations) return std::nullopt;
  std::vector<datasets::Observations> forms = {from->observations(input)};
  if (to.site_bytes && forms[0].sites.size() != 1) return std::nullopt;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    std::string bytes;
    try {
      bytes = to.observation_bytes(forms[i]);
    } catch (const std::invalid_argument& error) {
      if (i > 0) continue;
      refusal = error.what();
      add_two_dimensional_forms(forms);
      continue;
    }
    Written written{"sites", forms[i].sites.size(), {o.output}, not_carried(forms[i].provenance, {input})};
    for (const datasets::Repair& repair : forms[i].provenance.repairs)
      if (repair.rule == "csem-data") written.not_carried.push_back(repair.detail);
    if (o.dry_run) return written;
    datasets::write_file(o.output, bytes);
    for (std::string& words : lost(holding(forms[i]), read_back([&] { return holding(to.observations(o.output)); })))
      written.not_carried.push_back(std::move(words));
    return written;
  }
  return std::nullopt;
}

Written convert_soundings(const Options& o, const std::vector<std::string>& inputs, const datasets::Format& format) {
  const bool folder = datasets::is_output_folder(o.output, format);
  const datasets::Survey survey = datasets::read(o.files);
  const std::vector<std::string> paths = datasets::output_paths(survey, o.output, format);
  const std::vector<std::string> bytes = datasets::output_bytes(survey, format);  // all or none
  if (folder && folder_exists(o.output)) check_outputs(paths, o.force, inputs);
  Written written{"sites", survey.sites.size(), paths, {}};
  for (const datasets::Site& site : survey.sites)
    for (std::string& words : not_carried(site.provenance, inputs))
      if (std::find(written.not_carried.begin(), written.not_carried.end(), words) == written.not_carried.end())
        written.not_carried.push_back(std::move(words));
  if (!o.dry_run) {
    if (folder) make_folder(o.output);
    for (std::size_t i = 0; i < paths.size(); ++i) datasets::write_file(paths[i], bytes[i]);
    for (std::string& words : lost(holding(survey), read_back([&] { return holding(datasets::read(paths)); })))
      written.not_carried.push_back(std::move(words));
  }
  return written;
}

int run(const Options& o) {
  if (std::any_of(o.files.begin(), o.files.end(), is_model)) return convert_model(o);
  const datasets::Format& format = datasets::format_to_write(o.output, o.format);
  const bool folder = datasets::is_output_folder(o.output, format);
  std::vector<datasets::Unreadable> none;  // which read() will tell of
  const std::vector<std::string> inputs = datasets::find_files(o.files, none);
  if (!folder) check_outputs({o.output}, o.force, inputs);
  std::string refusal;
  if (inputs.size() == 1 && !folder)
    if (const auto written = convert_observations(o, inputs[0], format, refusal)) return report(o, *written);
  try {
    return report(o, convert_soundings(o, inputs, format));
  } catch (const std::invalid_argument&) {
    if (!refusal.empty()) fail(refusal);  // which is nearer to the cause
    throw;
  } catch (const FormatError&) {
    if (!refusal.empty()) fail(refusal);
    throw;
  }
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
