#include "datasets/zonge_avg/stations.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "datasets/file/bounds.h"
#include "datasets/file/lines.h"

namespace terrella::datasets::zonge_avg {
namespace {

constexpr std::size_t largest_file = std::size_t{4} << 20;

// Fields between commas or blanks, without quotes.
std::vector<std::string> fields_of(std::string_view line) {
  std::string plain(line);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == ',' || c == ';' || c == '"'; }, ' ');
  std::vector<std::string> fields;
  for (const std::string_view word : words_of(plain)) fields.emplace_back(word);
  return fields;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::map<double, Place> parse_stations(std::string_view bytes, Report& report) {
  const std::string text_ = text_of(bytes, largest_file, report);
  Lines lines(text_, report);
  Line title = lines.expect("names of columns");
  // Web forms have left tags in front of the names.
  if (title.text.starts_with('<'))
    if (const std::size_t end = title.text.find('>'); end != std::string_view::npos) {
      report.repair(title.number, "station-header", "'" + std::string(title.text.substr(0, end + 1)) + "' skipped");
      title.text = title.text.substr(end + 1);
    }
  std::optional<std::size_t> station, east, north, elevation;
  const auto names = fields_of(title.text);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = upper(names[i]);
    if (is_one_of(name, {"DOT", "STATION", "STN"})) station = i;
    if (is_one_of(name, {"E", "GRIDE", "EAST", "EASTING", "X"})) east = i;
    if (is_one_of(name, {"N", "GRIDN", "NORTH", "NORTHING", "Y"})) north = i;
    if (is_one_of(name, {"H", "ELEV", "ELEVATION", "Z"})) elevation = i;
  }
  if (!station || !east || !north)
    report.error(title.number, "the first line should name the columns station, east and north");
  std::map<double, Place> stations;
  Line line;
  while (lines.next(line)) {
    const auto fields = fields_of(line.text);
    if (fields.size() != names.size())
      report.error(line.number, fields.size(), " fields where ", names.size(), " columns are named");
    const auto number = [&](std::size_t column, const char* what) {
      return number_of(fields[column], line.number, what, report);
    };
    Place place{number(*east, "east"), number(*north, "north"), not_a_number};
    if (elevation) place.elevation = number(*elevation, "elevation");
    if (std::abs(place.elevation) > highest_elevation)
      report.error(line.number, place.elevation, " m is no elevation on Earth");
    const double name = number(*station, "station");
    if (!stations.emplace(name, place).second) report.error(line.number, "station ", name, " stands twice");
  }
  return stations;
}

}  // namespace terrella::datasets::zonge_avg
