#include <algorithm>
#include <cmath>
#include <filesystem>

#include "datasets/file/bounds.h"
#include "datasets/file/elevation.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/file/settle.h"
#include "datasets/survey/units.h"
#include "datasets/zonge_avg/stations.h"
#include "datasets/zonge_avg/table.h"
#include "datasets/zonge_avg/zonge_avg.h"

namespace terrella::datasets {
namespace zonge_avg {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;  // bytes; a line of hundreds of stations has some MB

// A number of "$Key = value"; NaN where there is none.
double key_number(const Station& station, const char* key, const Report& report) {
  const auto found = station.keys.find(key);
  if (found == station.keys.end() || found->second.value.empty()) return not_a_number;
  double value = 0;
  if (parse_number(words_of(found->second.value)[0], value) != NumberKind::plain)
    report.error(found->second.line, "$", key, " = '", found->second.value.substr(0, 40), "' is not a number");
  return value;
}

struct Parts {
  std::vector<double> numbers;
  std::string unit;  ///< the word behind them
  std::int64_t line = 0;
};

// The parts of "11,0,180" or "311288:4281879:1548.1 m".
Parts parts_of(const Station& station, const char* key, char separator) {
  Parts parts;
  const auto found = station.keys.find(key);
  if (found == station.keys.end()) return parts;
  parts.line = found->second.line;
  std::string plain = found->second.value;
  std::replace(plain.begin(), plain.end(), separator, ' ');
  for (const std::string_view word : words_of(plain)) {
    double value = 0;
    if (parse_number(word, value) != NumberKind::plain) {
      parts.unit = word;
      break;
    }
    parts.numbers.push_back(value);
  }
  return parts;
}

// The height of $Rx.Center, in the unit behind it or that of $Unit.Length; false where there is none.
bool read_elevation(const Station& station, Site& site, Report& report) {
  const Parts center = parts_of(station, "RX.CENTER", ':');
  if (center.numbers.size() < 3) return false;
  std::string unit = center.unit;
  if (const auto stated = station.keys.find("UNIT.LENGTH"); unit.empty() && stated != station.keys.end())
    unit = stated->second.value;
  site.elevation = elevation_in_metres(center.numbers[2], unit, center.line, report);
  if (std::abs(site.elevation) > highest_elevation)
    report.error(center.line, site.elevation, " m is no elevation on Earth");
  if (station.other_center > 0)
    report.repair(station.other_center, "center-differs",
                  text("components have another $Rx.Center; that of the first, ", site.elevation, " m, is taken"));
  return true;
}

void read_place(const Station& station, Site& site, Report& report) {
  site.latitude = key_number(station, "GPS.LAT", report);
  site.longitude = key_number(station, "GPS.LON", report);
  if (std::abs(site.latitude) > 90) report.error(station.line, "latitude ", site.latitude, " is beyond 90 degrees");
  if (std::abs(site.longitude) > 360)
    report.error(station.line, "longitude ", site.longitude, " is beyond 360 degrees");
  if (std::isnan(site.latitude) || std::isnan(site.longitude))
    report.repair(0, "no-coordinates", "the file gives no latitude and longitude");
  if (std::abs(site.longitude) > 180) {
    report.repair(0, "longitude-wrapped",
                  text("longitude ", site.longitude, " written as ", std::remainder(site.longitude, 360.0)));
    site.longitude = std::remainder(site.longitude, 360.0);
  }
}

void read_axes(const Station& station, Site& site, Report& report) {
  const auto [angles, unit, line] = parts_of(station, "RX.HPR", ',');
  if (angles.empty()) {
    report.repair(0, "no-orientation", "the file states no axes; x is taken as geographic north");
    return;
  }
  if (std::abs(angles[0]) > 360) report.error(line, "$Rx.HPR: ", angles[0], " is no heading in degrees");
  site.rotation = angles[0];
  const double pitch = angles.size() > 1 ? angles[1] : 0, roll = angles.size() > 2 ? angles[2] : 180;
  if (pitch != 0 || (roll != 180 && roll != 0))
    report.error(line, "$Rx.HPR: pitch ", pitch, " and roll ", roll, " are not read; 0 and 180 (z down)");
  if (roll == 0) report.repair(0, "roll-unused", "$Rx.HPR has roll 0; z is taken as down");
}

// Programs that draw Zyx in the first quadrant write its phase so; in exp(+iwt) it belongs into the third.
void mend_phase_yx(std::vector<Row>& rows, Report& report) {
  std::vector<double> known;
  for (const Row& row : rows)
    if (row.component == yx && !std::isnan(row.phase)) known.push_back(std::remainder(row.phase / 1000, 2 * pi));
  if (known.empty()) return;
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  if (*middle <= 0 || *middle >= pi / 2) return;
  for (Row& row : rows)
    if (row.component == yx) row.phase -= 1000 * pi;
  report.repair(0, "phase-yx-turned",
                text("phases of Zyx around ", 1000 * *middle, " mrad taken as arg(-Zyx), 180 degrees subtracted"));
}

// The file's apparent resistivities must follow from its impedances: else the units are others.
void check_units(const Station& station, const Report& report) {
  std::vector<double> ratios;
  for (const Row& row : station.rows)
    if (row.component < 4 && row.magnitude > 0 && row.resistivity > 0)
      ratios.push_back(5 * row.frequency * row.resistivity / (row.magnitude * row.magnitude));
  if (ratios.empty()) return;
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  if (std::abs(*middle - 1) > 0.05)
    report.error(station.line, "apparent resistivities are ", *middle,
                 " times what Z.mag in mV/km/nT gives: its units are others");
}

double error_of(const Row& row) {
  if (row.phase_error > 0) return row.magnitude * row.phase_error / 1000;  // d|Z| / |Z|
  if (row.percent_error > 0) return row.magnitude * row.percent_error / 200;
  return row.phase_error == 0 || row.percent_error == 0 ? 0.0 : not_a_number;
}

void fill(const Station& station, Site& site, Report& report) {
  for (const Row& row : station.rows) site.period.push_back(1 / row.frequency);
  std::sort(site.period.begin(), site.period.end());
  site.period.erase(std::unique(site.period.begin(), site.period.end()), site.period.end());
  const auto any = [&](bool tipper) {
    return std::any_of(station.rows.begin(), station.rows.end(),
                       [&](const Row& row) { return (row.component >= 4) == tipper; });
  };
  const std::size_t n = site.periods();
  if (any(false)) {
    make_impedance_rows(site, n);
    site.z_masked.assign(n, {});
  }
  if (any(true)) {
    make_tipper_rows(site, n);
    site.tipper_masked.assign(n, {});
  }
  std::vector<std::array<const Row*, 6>> seen(n);
  std::size_t skipped = 0, negative = 0, repeated = 0, missing = 0;
  for (const Row& row : station.rows) {
    const auto i = static_cast<std::size_t>(
        std::lower_bound(site.period.begin(), site.period.end(), 1 / row.frequency) - site.period.begin());
    const Row*& old = seen[i][row.component];
    if (old) {
      if (!old->skipped && !row.skipped)
        report.error(row.line, "frequency ", row.frequency, " Hz of one component stands twice (line ", old->line,
                     "), and neither row is skipped");
      ++repeated;
      if (row.skipped) continue;
    }
    old = &row;
    negative += row.resistivity < 0;
    if (std::isnan(row.magnitude) || std::isnan(row.phase) || row.magnitude < 0) {
      missing += !(row.resistivity < 0);
      continue;
    }
    skipped += row.skipped;
    const Complex value = std::polar(row.magnitude, row.phase / 1000);
    if (row.component < 4) {
      site.z[i][row.component] = ohm_per_field_unit * value;
      site.z_error[i][row.component] = ohm_per_field_unit * error_of(row);
      site.z_masked[i][row.component] = row.skipped;
    } else {
      site.tipper[i][row.component - 4] = value;
      site.tipper_error[i][row.component - 4] = error_of(row);
      site.tipper_masked[i][row.component - 4] = row.skipped;
    }
  }
  if (skipped == 0) site.z_masked.clear(), site.tipper_masked.clear();
  if (skipped) report.repair(station.line, "skip-flag", text(skipped, " rows with Skp below 2 masked"));
  if (negative)
    report.repair(station.line, "negative-resistivity", text(negative, " negative values taken as missing"));
  if (missing)
    report.repair(station.line, "half-a-value", text(missing, " rows without magnitude or phase taken as missing"));
  if (repeated) report.repair(station.line, "repeated-row", text(repeated, " skipped rows that repeat others dropped"));
}

}  // namespace

Survey read_document(std::string_view bytes, const std::string& path, std::string_view stations_bytes,
                     const std::string& stations_path) {
  Report report(path), report_of_stations(stations_path);
  const std::string text_ = text_of(bytes, largest_file, report);
  Table table = read_table(text_, report);
  const auto places =
      stations_bytes.empty() ? std::map<double, Place>() : parse_stations(stations_bytes, report_of_stations);
  const std::vector<Repair> of_file = report.take_repairs(), of_stations = report_of_stations.take_repairs();
  Survey survey;
  for (Station& station : table.stations) {
    Report own(path);
    for (const Repair& repair : of_file) own.repair(repair.line, repair.rule, repair.detail);
    Site site;
    site.name = utf8_of(station.name, station.line, own);
    if (site.name.empty()) {
      site.name = std::filesystem::path(path).stem().string();
      own.repair(station.line, "name-from-file", "no $Rx.GdpStn or $Stn.Name; the site is named " + site.name);
    }
    if (site.name.size() > longest_name) own.error(station.line, "a station name of ", site.name.size(), " characters");
    read_place(station, site, own);
    const bool has_elevation = read_elevation(station, site, own);
    if (table.controlled_source || station.keys.empty())
      own.repair(0, "no-orientation", "the file states no axes; x is taken as geographic north");
    else
      read_axes(station, site, own);
    if (!table.controlled_source) check_units(station, own);
    if (table.controlled_source) mend_phase_yx(station.rows, own);
    fill(station, site, own);
    site.provenance.format = table.controlled_source ? "zonge-avg-csamt" : "zonge-avg";
    site.provenance.program = table.program;
    double number = 0;
    if (parse_number(station.name, number) == NumberKind::plain && places.count(number)) {
      const Place& place = places.at(number);
      if (!std::isnan(place.elevation)) site.elevation = place.elevation;
      site.provenance.history.push_back(text("grid position east ", place.east, " m, north ", place.north, " m from ",
                                             stations_path, ", which states no zone"));
      for (const Repair& repair : of_stations) own.repair(0, repair.rule, stations_path + ": " + repair.detail);
    } else if (!has_elevation) {
      own.repair(0, "no-elevation", "the file gives no elevation; 0 m is taken");
    }
    settle(site, own);
    survey.sites.push_back(std::move(site));
  }
  return survey;
}

}  // namespace zonge_avg

Survey parse_zonge_avg(std::string_view bytes, const std::string& path, std::string_view stations) {
  return zonge_avg::read_document(bytes, path, stations, path + " (stations)");
}

Survey read_zonge_avg(const std::string& path) {
  namespace fs = std::filesystem;
  const std::string bytes = read_file(path, zonge_avg::largest_file);
  for (const char* extension : {".stn", ".STN", ".Stn"}) {
    const std::string beside = fs::path(path).replace_extension(extension).string();
    std::error_code error;
    if (fs::is_regular_file(beside, error))
      return zonge_avg::read_document(bytes, path, read_file(beside, std::size_t{4} << 20), beside);
  }
  return zonge_avg::read_document(bytes, path, {}, {});
}

bool looks_like_zonge_avg(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  while (!bytes.empty()) {
    const std::size_t stop = std::min(bytes.find_first_of("\r\n"), bytes.size());
    const std::string_view line = trim(bytes.substr(0, stop));
    bytes.remove_prefix(std::min(stop + 1, bytes.size()));
    if (line.empty() || line.starts_with('$') || line.starts_with('\\') || line.starts_with('/') ||
        line.starts_with('!'))
      continue;
    const std::string names = upper(line);
    return names.starts_with("SKP") && names.find("FREQ") != std::string::npos;
  }
  return false;
}

}  // namespace terrella::datasets
