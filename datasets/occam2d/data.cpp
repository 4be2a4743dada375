#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/entries.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/observations/profile.h"
#include "datasets/occam2d/occam2d.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;

struct Type {
  std::int32_t code;
  Quantity quantity;
};

constexpr Type types[] = {{1, Quantity::log10_rho_te}, {2, Quantity::phase_te},     {3, Quantity::real_tzy},
                          {4, Quantity::imag_tzy},     {5, Quantity::log10_rho_tm}, {6, Quantity::phase_tm},
                          {9, Quantity::rho_te},       {10, Quantity::rho_tm}};

Quantity quantity_of_type(std::int64_t code, std::int64_t line, const Report& report) {
  for (const Type& type : types)
    if (type.code == code) return type.quantity;
  if (code >= 11 && code <= 18)
    report.error(line, "type ", code, " (a part of the impedance) is not read, since no file says its unit; write ",
                 "apparent resistivities and phases");
  report.error(line, "type ", code, " is not known (1 .. 6, 9, 10)");
}

// "MTpy-OccamDatafile, Profile=97.0 deg, Strike=7.0 deg".
std::optional<double> angle_in(std::string_view title, std::string_view name) {
  const std::string text = upper(title);
  const std::size_t at = text.find(upper(name) + "=");
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = trim(std::string_view(text).substr(at + name.size() + 1));
  double value = 0;
  if (parse_number(rest.substr(0, rest.find_first_of(" ,;D")), value) != NumberKind::plain) return std::nullopt;
  return value;
}

// Key and value of a line; the value of OFFSETS and of the table's head is empty.
Entry expect_key(Lines& lines, std::initializer_list<const char*> keys, const Report& report) {
  const Line line = lines.expect(std::string("'") + *keys.begin() + ":'");
  const auto entry = entry_of(line);
  if (!entry || std::none_of(keys.begin(), keys.end(), [&](const char* key) { return is_key(entry->key, key); }))
    report.error(line.number, "'", line.text.substr(0, 40), "' stands where '", *keys.begin(), ":' should");
  return *entry;
}

std::size_t count_at(const Entry& entry, std::size_t bytes, const Report& report) {
  return static_cast<std::size_t>(
      count_of(entry.value, entry.line, entry.key, 1, static_cast<std::int64_t>(bytes / 2 + 1), report));
}

}  // namespace

Observations parse_occam2d_data(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  const Entry format = expect_key(lines, {"FORMAT"}, report);
  if (upper(format.value) != "OCCAM2MTDATA_1.0")
    report.error(format.line, "has the format '", format.value, "'; OCCAM2MTDATA_1.0 is read");
  Observations result;
  ObservationBlock block;
  block.kind = "OCCAM2MTDATA_1.0";
  block.units = "log10 ohm m, deg";
  const Entry title = expect_key(lines, {"TITLE", "MODEL"}, report);
  result.name = title.value;
  block.entries["title"] = title.value;
  const auto strike = angle_in(title.value, "Strike");
  block.orientation = strike.value_or(0);
  const std::size_t sites = count_at(expect_key(lines, {"SITES"}, report), text.size(), report);
  for (std::size_t i = 0; i < sites; ++i) {
    ObservationSite site;
    const Line line = lines.expect("the name of a site");
    if (line.text.ends_with(':')) report.error(line.number, "the list of sites ends after ", i, " of ", sites);
    site.name = std::string(trim(printable(std::string(line.text))));
    site.rotation = block.orientation;
    result.sites.push_back(std::move(site));
  }
  expect_key(lines, {"OFFSETS (M)", "OFFSETS"}, report);
  const std::vector<double> offsets = lines.numbers(sites, "offsets");
  for (std::size_t i = 0; i < sites; ++i) result.sites[i].y = offsets[i];
  const std::size_t count = count_at(expect_key(lines, {"FREQUENCIES"}, report), text.size(), report);
  const std::vector<double> frequency = lines.numbers(count, "frequencies");
  for (const double f : frequency)
    if (!(f > 0)) report.error(lines.number(), "frequency ", f, " is not positive");
  const std::size_t data = count_at(expect_key(lines, {"DATA BLOCKS"}, report), text.size(), report);
  if (Line line; lines.peek(line) && upper(line.text).starts_with("SITE")) lines.next(line);
  std::size_t zero_errors = 0;
  for (std::size_t i = 0; i < data; ++i) {
    const Line line = lines.expect("a datum");
    const auto words = words_of(line.text);
    if (words.size() != 5) report.error(line.number, "a datum wants site, frequency, type, value and error");
    const auto index = [&](std::size_t word, const char* what, std::size_t most) {
      return static_cast<std::size_t>(
          count_of(words[word], line.number, what, 1, static_cast<std::int64_t>(most), report));
    };
    Observation row;
    row.site = static_cast<std::uint32_t>(index(0, "site", sites) - 1);
    row.period = 1 / frequency[index(1, "frequency", count) - 1];
    row.quantity = quantity_of_type(static_cast<std::int64_t>(index(2, "type", 99)), line.number, report);
    row.value = number_of(words[3], line.number, "datum", report);
    const double error = number_of(words[4], line.number, "error", report);
    if (error < 0) report.error(line.number, "error ", error, " is negative");
    zero_errors += error == 0;
    row.error = row.error_imaginary = error > 0 ? error : not_a_number;
    result.rows.push_back(row);
  }
  if (Line line; lines.next(line)) report.error(line.number, "more than ", data, " data");
  if (zero_errors)
    report.repair(0, "zero-error", std::to_string(zero_errors) + " errors of 0 are none, their data masked");
  if (!strike)
    report.repair(title.line, "strike-unknown", "the title states no 'Strike=': x along strike taken as north");
  mask_rows_without_error(result);
  result.blocks.push_back(std::move(block));
  result.provenance.path = path;
  result.provenance.format = "occam2d-data";
  result.provenance.units = "ohm";
  result.provenance.repairs = report.take_repairs();
  try {
    validate(result);
  } catch (const std::invalid_argument& error) { report.error(0, error.what()); }
  return result;
}

Observations read_occam2d_data(const std::string& path) {
  return parse_occam2d_data(read_file(path, largest_file), path);
}

bool looks_like_occam2d_data(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  bytes = trim(bytes);
  const auto entry = entry_of({trim(bytes.substr(0, bytes.find('\n'))), 1});
  return entry && is_key(entry->key, "FORMAT") && upper(entry->value).starts_with("OCCAM2MTDATA");
}

std::string occam2d_data_text(const Observations& observations) {
  validate(observations);
  expect_local_fields(observations, "occam2d_data_text");
  if (observations.sites.empty() || observations.rows.empty()) fail("occam2d_data_text: there are no data");
  std::string title;
  double orientation = 0;
  if (!observations.blocks.empty()) {
    const ObservationBlock& block = observations.blocks.front();
    orientation = block.orientation;
    if (const auto found = block.entries.find("title"); found != block.entries.end()) title = found->second;
  }
  for (const ObservationSite& site : observations.sites)
    if (site.rotation != orientation || site.channel_azimuth)
      fail("occam2d_data_text: site '", site.name, "' has x at ", site.rotation, " degrees, the line at ", orientation,
           "; turn all to one azimuth first");
  if (title.empty())
    title = fmt::format("Terrella, Profile={:.10g} deg, Strike={:.10g} deg", orientation + 90, orientation);
  if (title.find_first_of("\n\r") != std::string::npos) fail("occam2d_data_text: the title holds a line end");
  std::string out = entry_text("FORMAT", "OCCAM2MTDATA_1.0", 18) + entry_text("TITLE", title, 18);
  out += entry_text("SITES", std::to_string(observations.sites.size()), 18);
  for (const ObservationSite& site : observations.sites) {
    if (site.name.empty() || site.name.ends_with(':') || trim(site.name).size() != site.name.size() ||
        site.name.find_first_of("\n\r") != std::string::npos)
      fail("occam2d_data_text: the name '", printable(site.name), "' cannot stand in a line");
    out += "   " + site.name + "\n";
  }
  out += "OFFSETS (M):\n";
  for (const ObservationSite& site : observations.sites) {
    if (!std::isfinite(site.y)) fail("occam2d_data_text: site '", site.name, "' has no place along the profile");
    out += fmt::format("   {:.10g}\n", site.y);
  }
  const std::vector<double> periods = periods_of(observations, false);
  if (periods.empty()) fail("occam2d_data_text: all data are masked");
  out += entry_text("FREQUENCIES", std::to_string(periods.size()), 18);
  std::map<double, std::size_t> number;
  for (const double period : periods) {
    out += fmt::format("   {:.10e}\n", 1 / period);
    number.emplace(period, number.size() + 1);
  }
  std::string table;
  std::size_t count = 0;
  for (const Observation& row : observations.rows) {
    if (row.masked) continue;
    const auto type = std::find_if(std::begin(types), std::end(types),
                                   [&](const Type& candidate) { return candidate.quantity == row.quantity; });
    if (type == std::end(types)) fail("occam2d_data_text: the format has no type for ", info(row.quantity).name);
    table += fmt::format("{:>6} {:>5} {:>5} {:>16.10g} {:>16.10g}\n", row.site + 1, number[row.period], type->code,
                         row.value.real(), std::isnan(row.error) ? 0 : row.error);
    ++count;
  }
  return out + entry_text("DATA BLOCKS", std::to_string(count), 18) + "SITE  FREQ  TYPE  DATUM  ERROR\n" + table;
}

void write_occam2d_data(const Observations& observations, const std::string& path) {
  write_file(path, occam2d_data_text(observations));
}

std::string occam2d_survey_text(const Survey& survey) {
  return occam2d_data_text(observations_along_line(survey, two_dimensional_quantities(survey), "occam2d_survey_text"));
}

}  // namespace terrella::datasets
