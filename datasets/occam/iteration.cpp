#include "datasets/occam/iteration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{256} << 20;

constexpr const char* numeric_keys[] = {"Iterations to run",  "Max Iter",        "Target Misfit", "Roughness Type",
                                        "Diagonal Penalties", "Debug Level",     "Iteration",     "Lagrange Value",
                                        "Stepsize Cut Count", "Roughness Value", "Misfit Value",  "Misfit Reached"};

std::string readable(const std::string& path) { return path.empty() ? "occam iteration" : path; }

}  // namespace

std::optional<double> number_of(const OccamIteration& iteration, std::string_view key) {
  const Entry* const entry = find_entry(iteration.entries, key);
  if (!entry) return std::nullopt;
  double value = 0;
  if (parse_number(entry->value, value) != NumberKind::plain)
    fail(readable(iteration.path), ": ", std::string(key), " '", printable(entry->value), "' is not a number");
  return value;
}

OccamIteration parse_occam_iteration(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  OccamIteration iteration;
  iteration.path = path;
  const auto format = entry_of(lines.expect("'Format: OCCAMITER_FLEX'"));
  if (!format || !is_key(format->key, "Format")) report.error(lines.number(), "does not start with 'Format:'");
  if (upper(format->value) != "OCCAMITER_FLEX")
    report.error(lines.number(), "has the format '", format->value, "'; OCCAMITER_FLEX is read");
  for (;;) {
    const Line line = lines.expect("'Param Count:'");
    auto entry = entry_of(line);
    if (!entry && !line.text.starts_with('!')) report.error(line.number, "a setting wants 'key: value'");
    if (!entry) entry = Entry{std::string(trim(printable(std::string(line.text)))), "", line.number};
    if (is_key(entry->key, "Param Count")) {
      const auto count = count_of(entry->value, line.number, "Param Count", 1, 100'000'000, report);
      iteration.parameter = lines.numbers(static_cast<std::size_t>(count), "parameters");
      break;
    }
    if (!entry->key.starts_with('!') && find_entry(iteration.entries, entry->key))
      report.error(line.number, "'", entry->key, "' stands twice");
    for (const char* key : numeric_keys)
      if (is_key(entry->key, key)) datasets::number_of(entry->value, line.number, key, report);
    iteration.entries.push_back(*std::move(entry));
  }
  if (Line line; lines.next(line))
    report.error(line.number, "more than ", iteration.parameter.size(), " parameters, against Param Count");
  iteration.repairs = report.take_repairs();
  return iteration;
}

OccamIteration read_occam_iteration(const std::string& path) {
  return parse_occam_iteration(read_file(path, largest_file), path);
}

bool looks_like_occam_iteration(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  const std::string_view line = trim(bytes.substr(0, bytes.find_first_of("\n")));
  const auto entry = entry_of({line, 1});
  return entry && is_key(entry->key, "Format") && upper(entry->value).starts_with("OCCAMITER");
}

std::string occam_iteration_text(const OccamIteration& iteration) {
  constexpr std::size_t column = 20;
  if (iteration.parameter.empty()) fail("occam_iteration_text: there are no parameters");
  std::string out = entry_text("Format", "OCCAMITER_FLEX", column);
  for (const Entry& entry : iteration.entries) {
    if ((entry.key + entry.value).find('\n') != std::string::npos)
      fail("occam_iteration_text: '", printable(entry.key), "' holds a line end");
    if (entry.key.starts_with('!') && entry.value.empty() && entry.line > 0)
      out += entry.key + "\n";
    else
      out += entry_text(entry.key, entry.value, column);
  }
  out += entry_text("Param Count", std::to_string(iteration.parameter.size()), column);
  for (std::size_t i = 0; i < iteration.parameter.size(); ++i) {
    if (!std::isfinite(iteration.parameter[i])) fail("occam_iteration_text: parameter ", i, " is not finite");
    fmt::format_to(std::back_inserter(out), " {:>16.10g}{}", iteration.parameter[i],
                   i % 4 == 3 || i + 1 == iteration.parameter.size() ? "\n" : "");
  }
  return out;
}

void write_occam_iteration(const OccamIteration& iteration, const std::string& path) {
  write_file(path, occam_iteration_text(iteration));
}

std::string inspect_occam_iteration(const std::string& path) {
  const OccamIteration iteration = read_occam_iteration(path);
  std::string out = fmt::format("iteration {}: {} parameters", number_of(iteration, "Iteration").value_or(0),
                                iteration.parameter.size());
  if (const auto misfit = number_of(iteration, "Misfit Value")) out += fmt::format(", misfit {}", *misfit);
  return out;
}

}  // namespace terrella::datasets
