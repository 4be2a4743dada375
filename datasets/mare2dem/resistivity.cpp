#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/read_file.h"
#include "datasets/mare2dem/mare2dem.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;
constexpr std::size_t column = 28;

constexpr const char* known_keys[] = {"Model File",
                                      "Data File",
                                      "Settings File",
                                      "Penalty File",
                                      "Print Level",
                                      "Maximum Iterations",
                                      "Bounds Transform",
                                      "Global Bounds",
                                      "Debug Level",
                                      "Target Misfit",
                                      "Iteration",
                                      "Lagrange Value",
                                      "Converge Slowly",
                                      "Model Roughness",
                                      "Model Misfit",
                                      "Date/Time",
                                      "Misfit Decrease Threshold",
                                      "Inversion Method",
                                      "Fixed Mu Cut"};
constexpr const char* numeric_keys[] = {"Maximum Iterations",       "Print Level",     "Target Misfit",
                                        "Lagrange Value",           "Model Roughness", "Model Misfit",
                                        "Misfit Decrease Threshold"};

bool has_ratios(const Mare2demResistivity& r, std::size_t components) {
  return components > 1 && upper(r.version) != "MARE2DEM_1.0";
}

void check_bounds(const Entry& entry, const Report& report) {
  const std::size_t comma = entry.value.find(',');
  if (comma == std::string::npos) report.error(entry.line, "the global bounds want 'lowest, highest'");
  const double lowest = number_of(trim(std::string_view(entry.value).substr(0, comma)), entry.line, "lowest", report);
  const double highest =
      number_of(trim(std::string_view(entry.value).substr(comma + 1)), entry.line, "highest", report);
  if (!(lowest >= 0) || !(highest >= lowest))
    report.error(entry.line, "global bounds ", lowest, ", ", highest, " are none");
}

Mare2demRegion read_region(const std::vector<std::string_view>& words, std::int64_t line, std::size_t n, bool ratios,
                           const Report& report) {
  const std::size_t wanted = 1 + 6 * n + (ratios ? n * (n - 1) : 0);
  if (words.size() != wanted) report.error(line, "a region wants ", wanted, " numbers, not ", words.size());
  const auto number = [&](std::size_t i, const char* what) { return number_of(words[i], line, what, report); };
  Mare2demRegion region;
  for (std::size_t k = 0; k < n; ++k) {
    region.resistivity.push_back(number(1 + k, "resistivity"));
    if (!(region.resistivity.back() > 0))
      report.error(line, "resistivity ", region.resistivity.back(), " is not positive");
    region.parameter.push_back(count_of(words[1 + n + k], line, "parameter", 0, 2'000'000'000, report));
    region.lower.push_back(number(1 + 2 * n + 2 * k, "lower bound"));
    region.upper.push_back(number(2 + 2 * n + 2 * k, "upper bound"));
    region.prejudice.push_back(number(1 + 4 * n + 2 * k, "prejudice"));
    region.weight.push_back(number(2 + 4 * n + 2 * k, "weight"));
    if (region.lower.back() < 0 || region.upper.back() < region.lower.back())
      report.error(line, "bounds ", region.lower.back(), ", ", region.upper.back(), " are none");
    if (region.weight.back() != 0 && !(region.prejudice.back() > 0))
      report.error(line, "a weight on the prejudice ", region.prejudice.back());
  }
  for (std::size_t i = 1 + 6 * n; i < wanted; ++i) region.ratio.push_back(number(i, "ratio"));
  return region;
}

}  // namespace

std::size_t components_of(std::string_view anisotropy) {
  const std::string word = upper(anisotropy);
  if (word == "ISOTROPIC") return 1;
  if (word == "TIX" || word == "TIY" || word == "TIZ") return 2;
  return word == "TRIAXIAL" ? 3 : 0;
}

Mare2demResistivity parse_mare2dem_resistivity(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  Mare2demResistivity result;
  result.path = path;
  bool has_regions = false;
  for (Line line; !has_regions && lines.next(line);) {
    if (line.text.starts_with('!') || line.text.starts_with('%')) continue;
    auto entry = entry_of({trim(line.text.substr(0, line.text.find_first_of("!%"))), line.number});
    if (!entry) report.error(line.number, "a setting wants 'key: value'");
    const auto is = [&](const char* key) { return is_key(entry->key, key); };
    if (result.version.empty()) {
      if (!is("Format") && !is("Version")) report.error(line.number, "does not start with 'Format:'");
      if (upper(entry->value) != "MARE2DEM_1.0" && upper(entry->value) != "MARE2DEM_1.1")
        report.error(line.number, "has the format '", entry->value, "'; mare2dem_1.0 and 1.1 are read");
      result.version = entry->value;
    } else if (is("Anisotropy")) {
      if (components_of(entry->value) == 0)
        report.error(line.number, "the anisotropy '", entry->value, "' is not isotropic, tix, tiy, tiz or triaxial");
      result.anisotropy = entry->value;
    } else if (is("Number of regions")) {
      if (result.anisotropy.empty()) report.error(line.number, "'Anisotropy' must stand before the regions");
      const auto count = static_cast<std::size_t>(
          count_of(entry->value, line.number, "number of regions", 1, static_cast<std::int64_t>(text.size()), report));
      const std::size_t n = components_of(result.anisotropy);
      while (result.regions.size() < count) {
        const Line row = lines.expect("a region");
        if (row.text.starts_with('!') || row.text.starts_with('%')) continue;
        const auto words = words_of(row.text);
        const auto number =
            count_of(words[0], row.number, "number of a region", 1, static_cast<std::int64_t>(count), report);
        if (number != static_cast<std::int64_t>(result.regions.size()) + 1)
          report.error(row.number, "region ", number, " stands where ", result.regions.size() + 1, " should");
        result.regions.push_back(read_region(words, row.number, n, has_ratios(result, n), report));
      }
      has_regions = true;
    } else {
      if (std::none_of(std::begin(known_keys), std::end(known_keys), is))
        report.error(line.number, "'", entry->key.substr(0, 60), "' is no key that is known");
      if (find_entry(result.entries, entry->key)) report.error(line.number, "'", entry->key, "' stands twice");
      if (std::any_of(std::begin(numeric_keys), std::end(numeric_keys), is) && !entry->value.empty())
        number_of(entry->value, line.number, entry->key, report);
      if (is("Global Bounds")) check_bounds(*entry, report);
      result.entries.push_back(*std::move(entry));
    }
  }
  if (!has_regions) report.error(lines.number(), "the file ends before 'Number of regions:'");
  if (Line line; lines.next(line))
    report.error(line.number, "more than ", result.regions.size(), " regions, against 'Number of regions'");
  result.repairs = report.take_repairs();
  return result;
}

Mare2demResistivity read_mare2dem_resistivity(const std::string& path) {
  return parse_mare2dem_resistivity(read_file(path, largest_file), path);
}

bool looks_like_mare2dem_resistivity(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  bytes = trim(bytes);
  const auto entry = entry_of({trim(bytes.substr(0, bytes.find('\n'))), 1});
  return entry && (is_key(entry->key, "Format") || is_key(entry->key, "Version")) &&
         upper(entry->value).starts_with("MARE2DEM_");
}

std::string mare2dem_resistivity_text(const Mare2demResistivity& r) {
  const std::size_t n = components_of(r.anisotropy);
  if (n == 0) fail("mare2dem_resistivity_text: the anisotropy '", printable(r.anisotropy), "' is not known");
  if (r.regions.empty()) fail("mare2dem_resistivity_text: there are no regions");
  if (upper(r.version) != "MARE2DEM_1.0" && upper(r.version) != "MARE2DEM_1.1")
    fail("mare2dem_resistivity_text: the format '", printable(r.version), "' is not known");
  std::string out = entry_text("Format", r.version, column);
  for (const Entry& entry : r.entries) {
    if ((entry.key + entry.value).find_first_of("\n\r!%") != std::string::npos)
      fail("mare2dem_resistivity_text: '", printable(entry.key), "' cannot stand in a line");
    out += entry_text(entry.key, entry.value, column);
  }
  out += entry_text("Anisotropy", r.anisotropy, column);
  out += entry_text("Number of regions", std::to_string(r.regions.size()), column);
  out += "!#  Rho  Param  Lower  Upper  Prej  Weight";
  out += has_ratios(r, n) ? "  Ratio\n" : "\n";
  for (std::size_t i = 0; i < r.regions.size(); ++i) {
    const Mare2demRegion& region = r.regions[i];
    for (const auto* values : {&region.resistivity, &region.lower, &region.upper, &region.prejudice, &region.weight}) {
      if (values->size() != n)
        fail("mare2dem_resistivity_text: region ", i + 1, " has ", values->size(), " numbers of a kind");
      for (const double value : *values)
        if (!std::isfinite(value)) fail("mare2dem_resistivity_text: a number of region ", i + 1, " is not finite");
    }
    if (region.parameter.size() != n || region.ratio.size() != (has_ratios(r, n) ? n * (n - 1) : 0))
      fail("mare2dem_resistivity_text: region ", i + 1, " has ", region.parameter.size(), " parameters and ",
           region.ratio.size(), " ratios");
    out += fmt::format("{:<8}", i + 1);
    for (const double value : region.resistivity) out += fmt::format(" {:<16.10g}", value);
    for (const std::int64_t value : region.parameter) out += fmt::format(" {:<8}", value);
    for (std::size_t k = 0; k < n; ++k) out += fmt::format(" {:<12.10g} {:<12.10g}", region.lower[k], region.upper[k]);
    for (std::size_t k = 0; k < n; ++k)
      out += fmt::format(" {:<12.10g} {:<12.10g}", region.prejudice[k], region.weight[k]);
    for (const double value : region.ratio) out += fmt::format(" {:<12.10g}", value);
    out += '\n';
  }
  return out;
}

std::string inspect_mare2dem_resistivity(const std::string& path) {
  const Mare2demResistivity r = read_mare2dem_resistivity(path);
  std::int64_t free = 0;
  for (const Mare2demRegion& region : r.regions)
    free += std::count_if(region.parameter.begin(), region.parameter.end(), [](std::int64_t p) { return p > 0; });
  return fmt::format("{} regions ({}), {} free parameters", r.regions.size(), r.anisotropy, free);
}

void write_mare2dem_resistivity(const Mare2demResistivity& resistivity, const std::string& path) {
  write_file(path, mare2dem_resistivity_text(resistivity));
}

}  // namespace terrella::datasets
