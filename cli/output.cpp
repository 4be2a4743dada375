#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/talk.h"
#include "core/error.h"

namespace terrella::cli {
namespace {

namespace fs = std::filesystem;
}  // namespace

void print(std::string_view text) {
  if (is_silent()) return;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw ResourceError(fmt::format("standard output: {}", std::strerror(errno)));
}

void print_json(const nlohmann::ordered_json& object) {
  print(object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

nlohmann::ordered_json json_number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

void check_outputs(const std::vector<std::string>& paths, bool force, const std::vector<std::string>& inputs) {
  std::string problems;
  for (const std::string& path : paths) {
    const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
    std::error_code error;
    const char* problem = nullptr;
    if (fs::is_directory(path, error))
      problem = "is a folder";
    else if (std::any_of(inputs.begin(), inputs.end(),
                         [&](const std::string& input) { return fs::equivalent(path, input, error); }))
      problem = "is read by this command; write to another file";
    else if (!force && fs::exists(fs::symlink_status(path, error)))
      problem = "exists already; --force replaces it";
    else if (!fs::is_directory(folder, error))
      problem = "its folder does not exist";
    else if (::access(folder.c_str(), W_OK) != 0)
      problem = "its folder cannot be written to";
    if (problem) problems += fmt::format("{}{}: {}", problems.empty() ? "" : "\n", path, problem);
  }
  if (!problems.empty()) throw UsageError(problems);
}

bool folder_exists(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status)) throw UsageError(path + ": is no folder");
  return fs::is_directory(status);
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw UsageError(fmt::format("{}: folder cannot be made: {}", path, error.message()));
}

std::string size_text(double bytes) {
  std::size_t unit = 0;
  constexpr std::array units = {"bytes", "kB", "MB", "GB", "TB"};
  while (bytes >= 1000 && unit + 1 < units.size()) bytes /= 1000, ++unit;
  return unit == 0 ? fmt::format("{:.0f} {}", bytes, units[0]) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

}  // namespace terrella::cli
