#include "datasets/write.h"

#include <filesystem>
#include <set>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/file_name.h"
#include "datasets/file/lines.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::string writable_names() {
  std::string names;
  for (const Format& format : formats())
    if (format.writes()) names += (names.empty() ? "" : ", ") + std::string(format.name);
  return names;
}

const Format& format_to_write(const std::string& path, const std::string& name) {
  std::vector<const Format*> matching;
  for (const Format& format : formats()) {
    if (!format.writes()) continue;
    if (format.name == name) return format;
    if (has_extension(path, format)) matching.push_back(&format);
  }
  if (!name.empty()) fail("write: '", name, "' is no format that can be written; there are ", writable_names());
  if (matching.size() == 1) return *matching[0];
  if (matching.empty()) return format_to_write(path, "edi");
  std::string candidates;
  for (const Format* format : matching) candidates += (candidates.empty() ? "" : ", ") + std::string(format->name);
  fail("write: ", path, ": several formats have that extension; name one of them: ", candidates);
}

bool is_output_folder(const std::string& path, const Format& format) {
  return format.site_bytes && !has_extension(path, format);
}

std::vector<std::string> output_paths(const Survey& survey, const std::string& path, const Format& format) {
  if (!is_output_folder(path, format)) {
    if (format.site_bytes && survey.sites.size() != 1)
      fail("write: ", survey.sites.size(), " sites do not fit into one ", format.title,
           " file; give a folder or a .h5 file");
    return {path};
  }
  const std::string extension(words_of(format.extensions).at(0));
  std::vector<std::string> paths;
  std::set<std::string> taken;
  for (const Site& site : survey.sites) {
    const std::string name = file_name_of(site.name);
    std::string unique = name;
    for (int n = 2; !taken.insert(upper(unique)).second; ++n) unique = name + "~" + std::to_string(n);
    paths.push_back((fs::path(path) / (unique + extension)).string());
  }
  return paths;
}

std::vector<std::string> output_bytes(const Survey& survey, const Format& format) {
  if (format.survey_bytes) return {format.survey_bytes(survey)};
  std::vector<std::string> bytes;
  for (const Site& site : survey.sites) bytes.push_back(format.site_bytes(site));
  return bytes;
}

std::vector<std::string> write(const Survey& survey, const std::string& path, const std::string& name) {
  const Format& format = format_to_write(path, name);
  const std::vector<std::string> paths = output_paths(survey, path, format), bytes = output_bytes(survey, format);
  if (is_output_folder(path, format)) {
    std::error_code error;
    fs::create_directories(path, error);
    if (!fs::is_directory(path)) throw Error(path + ": cannot make the folder: " + error.message());
  }
  for (std::size_t i = 0; i < paths.size(); ++i) write_file(paths[i], bytes[i]);
  return paths;
}

}  // namespace terrella::datasets
