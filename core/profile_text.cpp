// A profile as a table and as a trace.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/profile.h"

namespace terrella {
namespace {

std::string time_text(double seconds) {
  if (seconds >= 1) return fmt::format("{:.2f} s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.2f} ms", seconds * 1e3);
  return fmt::format("{:.2f} us", seconds * 1e6);
}

std::string bytes_text(double bytes) {
  for (const char* const unit : {"B", "kB", "MB", "GB"}) {
    if (bytes < 1000) return fmt::format("{:.{}f} {}", bytes, unit[0] == 'B' ? 0 : 1, unit);
    bytes /= 1000;
  }
  return fmt::format("{:.1f} TB", bytes);
}

std::string line(std::size_t width, const Profile::Row& row) {
  const auto bytes = static_cast<double>(row.bytes_read + row.bytes_written);
  const std::string rate =
      bytes > 0 && row.seconds > 0 ? fmt::format("{:.2f} GB/s", bytes / row.seconds / 1e9) : std::string();
  return fmt::format("{:<{}} {:>9} {:>10} {:>6.1f} % {:>9} {:>9} {:>12}\n", row.name, width, row.count,
                     time_text(row.seconds), 100 * row.share, bytes_text(static_cast<double>(row.bytes_read)),
                     bytes_text(static_cast<double>(row.bytes_written)), rate);
}

}  // namespace

std::string to_text(const Profile& profile) {
  if (profile.rows.empty())
    return fmt::format("no operation was evaluated in {}; tensors are evaluated when their values are asked for\n",
                       time_text(profile.seconds));
  Profile::Row total{.name = "all", .share = 1};
  std::size_t width = 9;
  for (const Profile::Row& row : profile.rows) {
    width = std::max(width, row.name.size());
    total.count += row.count;
    total.seconds += row.seconds;
    total.bytes_read += row.bytes_read;
    total.bytes_written += row.bytes_written;
  }
  std::string text = fmt::format("{:<{}} {:>9} {:>10} {:>8} {:>9} {:>9} {:>12}\n", "operation", width, "count", "time",
                                 "share", "read", "written", "rate");
  for (const Profile::Row& row : profile.rows) text += line(width, row);
  text += line(width, total);
  std::set<int> threads;
  for (const Profile::Event& event : profile.events) threads.insert(event.thread);
  text += fmt::format("{} of {} on {} thread{}", time_text(total.seconds), time_text(profile.seconds), threads.size(),
                      threads.size() == 1 ? "" : "s");
  if (profile.left_out > 0) text += fmt::format("; {} events are in the table only", profile.left_out);
  return text + "\n";
}

std::string chrome_trace(const Profile& profile) {
  using Json = nlohmann::ordered_json;
  constexpr int process = 1;
  Json events = Json::array();
  events.push_back({{"name", "process_name"}, {"ph", "M"}, {"pid", process}, {"args", {{"name", "terrella"}}}});
  for (const Profile::Event& event : profile.events) {
    Json arguments = {{"bytes_read", event.bytes_read}, {"bytes_written", event.bytes_written}};
    if (!event.shapes.empty()) arguments["shapes"] = event.shapes;
    if (!event.origin.empty()) arguments["made_at"] = event.origin;
    events.push_back({{"name", event.name},
                      {"cat", "operation"},
                      {"ph", "X"},
                      {"ts", event.start * 1e6},
                      {"dur", event.duration * 1e6},
                      {"pid", process},
                      {"tid", event.thread},
                      {"args", std::move(arguments)}});
  }
  // Names and lines of source may hold anything; what is no UTF-8 leaves as the replacement character.
  return Json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}}.dump(-1, ' ', false,
                                                                                  Json::error_handler_t::replace);
}

}  // namespace terrella
