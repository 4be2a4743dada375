#include "datasets/read.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

namespace fs = std::filesystem;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether a folder's file is to be read: by its content, or since its name says that it is a sounding, so that what is
// wrong with it is told instead of the sounding being lost without a word.
bool is_sounding(const std::string& path) {
  const Format* const format = format_of_file(path);
  if (format && format->read && format->from_folders) return true;
  if (fs::path(path).filename().string().starts_with('.')) return false;  // what systems leave beside files
  return std::any_of(formats().begin(), formats().end(),
                     [&](const Format& owner) { return owner.owns_extensions && has_extension(path, owner); });
}

std::vector<std::string> files_of_folder(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code ignored;  // a dangling link is no regular file
    if (!entry.is_regular_file(ignored)) continue;
    try {
      if (is_sounding(entry.path().string())) files.push_back(entry.path().string());
    } catch (const FormatError&) {
      files.push_back(entry.path().string());  // cannot be opened: reading it will say so
    }
  }
  return files;
}

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> files;
  // Links to folders are not followed, so that no circle is.
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::error_code ignored;
    if (entry.is_regular_file(ignored)) files.push_back(entry.path().string());
  }
  return files;
}

std::vector<std::string> files_of_glob(const std::string& pattern) {
  glob_t matches{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &matches) == 0)
    for (std::size_t i = 0; i < matches.gl_pathc; ++i)
      if (!fs::is_directory(matches.gl_pathv[i])) files.emplace_back(matches.gl_pathv[i]);
  ::globfree(&matches);
  return files;
}

}  // namespace

Unreadable unreadable(const FormatError& error) {
  const std::string prefix = error.path() + (error.line() > 0 ? ":" + std::to_string(error.line()) : "") + ": ";
  const std::string_view what = error.what();
  return {error.path(), error.line(), std::string(what.starts_with(prefix) ? what.substr(prefix.size()) : what)};
}

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::size_t p = std::min(a.find_first_not_of('0', i), a.size()),
                        q = std::min(b.find_first_not_of('0', j), b.size());
      std::size_t end_a = p, end_b = q;
      while (end_a < a.size() && is_digit(a[end_a])) ++end_a;
      while (end_b < b.size() && is_digit(b[end_b])) ++end_b;
      if (end_a - p != end_b - q) return end_a - p < end_b - q;
      if (const int order = a.substr(p, end_a - p).compare(b.substr(q, end_b - q)); order != 0) return order < 0;
      i = end_a, j = end_b;
    } else {
      const char x = lower(a[i++]), y = lower(b[j++]);
      if (x != y) return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    }
  }
  if ((i < a.size()) != (j < b.size())) return j < b.size();
  return a < b;  // equal but for case and leading zeros
}

namespace {

std::vector<std::string> files_of(const std::vector<std::string>& paths, std::vector<Unreadable>& missing,
                                  std::vector<std::string> (*of_folder)(const std::string&)) {
  std::vector<std::string> files;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    std::vector<std::string> matches;
    std::error_code error;
    if (fs::is_directory(path, error)) {
      try {
        matches = of_folder(path);
      } catch (const fs::filesystem_error& refused) {
        missing.push_back({path, 0, "folder cannot be read: " + refused.code().message()});
        continue;
      }
      if (matches.empty()) missing.push_back({path, 0, "holds no file of a known format (" + readable_titles() + ")"});
    } else if (fs::exists(path, error)) {
      matches = {path};
    } else {
      matches = files_of_glob(path);
      if (matches.empty())
        missing.push_back(
            {path, 0, path.find_first_of("*?[") == std::string::npos ? "no such file or folder" : "matches no file"});
    }
    std::sort(matches.begin(), matches.end(), natural_less);
    for (const std::string& file : matches) {
      const fs::path same = fs::weakly_canonical(file, error);
      if (seen.insert(error ? file : same.string()).second) files.push_back(file);
    }
  }
  return files;
}

/// That of a folder; of the folder around it where it is called after a format, as in line7/edi.
std::string name_of_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const auto called = [&](const Format& format) { return upper(name) == upper(format.name); };
  if (folder.has_parent_path() && std::any_of(formats().begin(), formats().end(), called))
    if (const std::string around = folder.parent_path().filename().string(); !around.empty()) return around;
  return name;
}

}  // namespace

std::vector<std::string> find_files(const std::vector<std::string>& paths, std::vector<Unreadable>& missing) {
  return files_of(paths, missing, files_of_folder);
}

std::vector<std::string> find_all_files(const std::vector<std::string>& paths, std::vector<Unreadable>& missing) {
  return files_of(paths, missing, files_below);
}

Reading read_readable(const std::vector<std::string>& paths) {
  Reading reading;
  if (paths.empty()) fail("read: no files given");
  for (const std::string& path : find_files(paths, reading.unreadable)) {
    try {
      const Format* const format = format_of_file(path);
      if (!format) throw FormatError(path, 0, "is of no known format (" + readable_titles() + ")");
      if (!format->read) throw FormatError(path, 0, text("is a file of ", format->title, ", which holds no soundings"));
      Survey part = format->read(path);
      validate(part);
      if (reading.survey.name.empty())
        reading.survey.name = part.name.empty() ? name_of_folder(fs::absolute(path).parent_path()) : part.name;
      for (Site& site : part.sites) reading.survey.sites.push_back(std::move(site));
    } catch (const FormatError& error) { reading.unreadable.push_back(unreadable(error)); }
  }
  return reading;
}

Survey read(const std::vector<std::string>& paths) {
  Reading reading = read_readable(paths);
  if (reading.unreadable.empty()) return std::move(reading.survey);
  const Unreadable& first = reading.unreadable.front();
  std::string message = first.message;
  for (std::size_t i = 1; i < reading.unreadable.size(); ++i) {
    const Unreadable& next = reading.unreadable[i];
    message += std::string("\n") + FormatError(next.path, next.line, next.message).what();
  }
  if (reading.unreadable.size() > 1)
    message += "\n" + std::to_string(reading.unreadable.size()) + " files cannot be read";
  throw FormatError(first.path, first.line, message);
}

Observations observations_of_file(const std::string& path) {
  const Format* const format = format_of_file(path);
  if (!format) throw FormatError(path, 0, "is of no known format (" + readable_titles() + ")");
  if (!format->observations)
    throw FormatError(path, 0, text("is a file of ", format->title, ", which holds no data of an inversion code"));
  Observations observations = format->observations(path);
  validate(observations);
  return observations;
}

}  // namespace terrella::datasets
