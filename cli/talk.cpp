#include "cli/talk.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "datasets/file/text.h"

namespace terrella::cli {
namespace {

bool terminal() {
  static const bool is = ::isatty(STDERR_FILENO) != 0;
  return is;
}

spdlog::logger& logger() {
  static const auto made = [] {
    const char* const no_color = std::getenv("NO_COLOR");
    const auto mode = no_color && *no_color ? spdlog::color_mode::never : spdlog::color_mode::automatic;
    auto log =
        std::make_shared<spdlog::logger>("terrella", std::make_shared<spdlog::sinks::stderr_color_sink_mt>(mode));
    log->set_pattern("%v");
    return log;
  }();
  return *made;
}

bool& silent() {
  static bool is = false;
  return is;
}

void log(spdlog::level::level_enum level, const char* pattern, const std::string& text) {
  if (silent() || !logger().should_log(level)) return;
  logger().set_pattern(pattern);
  logger().log(level, text);
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

void keep_silent() { silent() = true; }
bool is_silent() { return silent(); }

void set_verbosity(int verbosity) {
  logger().set_level(verbosity < 0 ? spdlog::level::warn : verbosity > 0 ? spdlog::level::debug : spdlog::level::info);
}

void say(const std::string& text) { log(spdlog::level::info, "%v", text); }
void detail(const std::string& text) { log(spdlog::level::debug, "%v", text); }
void warn(const std::string& text) { log(spdlog::level::warn, "%^warning:%$ %v", text); }
void complain(const std::string& text) { log(spdlog::level::err, "%^error:%$ %v", text); }

std::string plain(std::string_view text) { return datasets::printable(std::string(text)); }

ProgressBar::~ProgressBar() {
  if (open_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::update(std::size_t done, std::size_t all, const std::string& text) {
  if (silent() || !logger().should_log(spdlog::level::info)) return;
  if (!terminal()) return say(text);
  if (now() - drawn_ < 0.1 && done < all) return;
  drawn_ = now();
  open_ = true;
  winsize size{};
  const std::size_t columns = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40 ? size.ws_col : 80;
  constexpr std::size_t width = 24;
  const std::size_t full = all > 0 ? width * done / all : 0;
  std::string line = fmt::format("[{:#<{}}{:.<{}}] {}/{}  {}", "", full, "", width - full, done, all, text);
  if (line.size() > columns - 1) line.resize(columns - 1);
  fmt::print(stderr, "\r{}\033[K", line);
}

}  // namespace terrella::cli
