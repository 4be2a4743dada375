#include <algorithm>
#include <cmath>
#include <filesystem>

#include "datasets/file/bounds.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/file/settle.h"
#include "datasets/jformat/blocks.h"
#include "datasets/jformat/jformat.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace jformat {
namespace {

constexpr std::size_t largest_file = std::size_t{16} << 20;  // bytes; real files have 20 kB

// A number of the header; NaN where the entry is not there or empty.
double header_number(const File& file, const char* key, const Report& report) {
  const auto found = file.header.find(key);
  if (found == file.header.end() || found->second.value.empty()) return not_a_number;
  double value = 0;
  if (parse_number(found->second.value, value) != NumberKind::plain)
    report.error(found->second.line, ">", key, " = '", found->second.value.substr(0, 40), "' is not a number");
  return value;
}

void read_place(const File& file, Site& site, Report& report) {
  site.latitude = header_number(file, "LATITUDE", report);
  site.longitude = header_number(file, "LONGITUDE", report);
  const auto line_of = [&](const char* key) { return file.header.find(key)->second.line; };
  if (std::abs(site.latitude) > 90)
    report.error(line_of("LATITUDE"), "latitude ", site.latitude, " is beyond 90 degrees");
  if (std::abs(site.longitude) > 360)
    report.error(line_of("LONGITUDE"), "longitude ", site.longitude, " is beyond 360 degrees");
  if (std::isnan(site.latitude)) report.repair(0, "no-coordinates", "the file gives no latitude");
  if (std::isnan(site.longitude)) report.repair(0, "no-coordinates", "the file gives no longitude");
  if (std::abs(site.longitude) > 180) {
    report.repair(0, "longitude-wrapped",
                  text("longitude ", site.longitude, " written as ", std::remainder(site.longitude, 360.0)));
    site.longitude = std::remainder(site.longitude, 360.0);
  }
  const double elevation = header_number(file, "ELEVATION", report);
  if (std::isnan(elevation))
    report.repair(0, "no-elevation", "the file gives no elevation; 0 m is taken");
  else if (std::abs(elevation) > highest_elevation)
    report.error(line_of("ELEVATION"), elevation, " m is no elevation on Earth");
  else
    site.elevation = elevation;
}

// The station line is a name, behind which the azimuth stands again, or instead of >AZIMUTH. A number that contradicts
// >AZIMUTH is taken as part of the name.
void read_station(const File& file, Site& site, Report& report) {
  const double stated = header_number(file, "AZIMUTH", report);
  if (std::abs(stated) > 360) report.error(file.station_line, stated, " is no azimuth in degrees");
  std::string_view name = file.station;
  const auto words = words_of(name);
  double last = not_a_number;
  if (words.size() < 2 || parse_number(words.back(), last) != NumberKind::plain) last = not_a_number;
  if (last == stated || (std::isnan(stated) && std::abs(last) <= 360))
    name = trim(name.substr(0, name.size() - words.back().size()));
  else if (!std::isnan(stated) && !std::isnan(last))
    report.repair(
        file.station_line, "azimuth-disagrees",
        text(">AZIMUTH is ", stated, "; the number ", last, " of the station line is taken as part of the name"));
  if (!std::isnan(stated)) {
    site.rotation = stated;
  } else if (std::abs(last) <= 360) {
    site.rotation = last;
    report.repair(file.station_line, "azimuth-from-station-line",
                  text("no >AZIMUTH; the number ", last, " behind the name of the station is taken"));
  } else {
    report.repair(0, "no-orientation", "the file states no azimuth; x is taken as geographic north");
  }
  site.name = utf8_of(name, file.station_line, report);
  if (site.name.size() > longest_name)
    report.error(file.station_line, "a station name of ", site.name.size(), " characters");
}

// The rows of all blocks by period: blocks may lack different rows.
std::vector<double> periods_of(const File& file, Report& report) {
  std::vector<double> periods;
  for (const Block& block : file.blocks)
    for (const auto& row : block.rows)
      if (!std::isnan(row[0])) periods.push_back(row[0]);
  std::sort(periods.begin(), periods.end());
  periods.erase(std::unique(periods.begin(), periods.end()), periods.end());
  if (periods.empty()) report.error(0, "holds no row of data");
  return periods;
}

std::size_t row_of(const std::vector<double>& periods, double period) {
  return static_cast<std::size_t>(std::lower_bound(periods.begin(), periods.end(), period) - periods.begin());
}

template <class Visit>
void for_each_row(const Block& block, const std::vector<double>& periods, Report& report, const Visit& visit) {
  std::vector<bool> seen(periods.size());
  std::size_t halves = 0;
  for (const auto& row : block.rows) {
    if (std::isnan(row[0])) continue;
    const std::size_t i = row_of(periods, row[0]);
    if (seen[i]) report.error(block.line, block.name, ": period ", row[0], " s stands twice");
    seen[i] = true;
    if (std::isnan(row[1]) != std::isnan(row[2]))
      ++halves;
    else if (!std::isnan(row[1]))
      visit(i, row);
  }
  if (halves)
    report.repair(block.line, "half-a-value",
                  text(block.name, ": ", halves, " values with one part missing taken as missing"));
}

double positive_error(double error, std::size_t& negative) {
  if (error < 0) return ++negative, not_a_number;
  return error;
}

void note_negative(const Block& block, std::size_t negative, Report& report) {
  if (negative)
    report.repair(block.line, "negative-error", text(block.name, ": ", negative, " negative errors taken as missing"));
}

// |Z| = sqrt(5 rho / T) in field units; rows are period, rho, phase, upper and lower bound of rho and of phase.
void read_resistivities(const Block& block, const std::vector<double>& periods, Site& site, Report& report) {
  std::size_t negative = 0;
  for_each_row(block, periods, report, [&](std::size_t i, const std::vector<double>& row) {
    if (row[1] < 0) {
      ++negative;
      return;
    }
    if (std::abs(row[2]) > 540) report.error(block.line, block.name, ": ", row[2], " is no phase in degrees");
    const double magnitude = std::sqrt(5 * row[1] / row[0]) * ohm_per_field_unit;
    site.z[i][block.component] = std::polar(magnitude, row[2] * pi / 180);
    const double of_phase = std::abs(row[5] - row[6]) / 2 * pi / 180, of_rho = std::abs(row[3] - row[4]) / (4 * row[1]);
    site.z_error[i][block.component] = magnitude * (std::isnan(of_phase) ? of_rho : of_phase);
  });
  if (negative)
    report.repair(block.line, "negative-resistivity",
                  text(block.name, ": ", negative, " negative values taken as missing"));
}

// rho / (T |Z|^2 / 5) of Z and R blocks of the same component, the median: 1 where Z is in field units.
double resistivity_ratio(const File& file, const std::vector<double>& periods, Report& report) {
  std::vector<double> ratios;
  for (const Block& z : file.blocks)
    for (const Block& r : file.blocks) {
      if (z.kind != 'Z' || r.kind != 'R' || z.component != r.component) continue;
      std::vector<double> rho(periods.size(), not_a_number);
      Report quiet(report.path());  // the rows are read again, and their repairs noted then
      for_each_row(r, periods, quiet, [&](std::size_t i, const std::vector<double>& row) { rho[i] = row[1]; });
      for_each_row(z, periods, quiet, [&](std::size_t i, const std::vector<double>& row) {
        const double expected = periods[i] * (row[1] * row[1] + row[2] * row[2]) / 5;
        if (rho[i] > 0 && expected > 0) ratios.push_back(rho[i] / expected);
      });
    }
  if (ratios.empty()) return not_a_number;
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  return *middle;
}

// ohm of one unit of the Z blocks.
double unit_of(const File& file, const std::vector<double>& periods, Site& site, Report& report) {
  const Block* first = nullptr;
  for (const Block& block : file.blocks) {
    if (block.kind != 'Z') continue;
    if (!first) first = &block;
    if (upper(block.units) != upper(first->units))
      report.error(block.line, block.name, " in '", block.units.substr(0, 40), "', but ", first->name, " in '",
                   first->units.substr(0, 40), "'");
  }
  if (!first) return ohm_per_field_unit;
  const std::string stated = upper(first->units);
  double unit = not_a_number;
  if (stated == "S.I." || stated == "SI" || stated == "S.I" || stated == "OHM" || stated == "SIUNITS" ||
      stated == "S.I.UNITS")
    unit = 1;
  else if (stated == "FIELD" || stated == "FIELDUNITS" || stated == "MV/KM/NT" || stated == "(MV/KM)/NT")
    unit = ohm_per_field_unit;
  else if (!stated.empty())
    report.error(first->line, first->name, " in '", first->units.substr(0, 40), "'; S.I. and field are known");
  const double ratio = resistivity_ratio(file, periods, report);
  const double ohm_ratio = 1 / (ohm_per_field_unit * ohm_per_field_unit);
  double found = not_a_number;
  if (std::abs(ratio - 1) < 0.1) found = ohm_per_field_unit;
  if (std::abs(ratio / ohm_ratio - 1) < 0.1) found = 1;
  if (!std::isnan(ratio) && std::isnan(found))
    report.error(first->line, "R and Z blocks contradict each other: rho is ", ratio,
                 " times T |Z|^2 / 5 (1 in mV/km/nT, ", ohm_ratio, " in ohm)");
  if (!std::isnan(found) && found != unit) {
    report.repair(first->line, "units-from-resistivity",
                  text("the file says '", first->units, "', but its R blocks show ", found == 1 ? "ohm" : "mV/km/nT"));
    unit = found;
  }
  if (std::isnan(unit)) {
    report.repair(first->line, "no-units", "no units of the impedance; mV/km/nT is taken");
    unit = ohm_per_field_unit;
  }
  if (std::isnan(found) && unit == 1 && upper(file.program).find("BIRRP") != std::string::npos) {
    report.repair(first->line, "units-of-birrp", "BIRRP writes S.I. whatever its input had; mV/km/nT is taken");
    unit = ohm_per_field_unit;
  }
  site.provenance.units = unit == 1 ? "ohm" : "mV/km/nT";
  return unit;
}

}  // namespace

Site read_document(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text_ = text_of(bytes, largest_file, report);
  const File file = read_blocks(text_, report);
  Site site;
  read_station(file, site, report);
  read_place(file, site, report);
  site.provenance.program = file.program;
  site.period = periods_of(file, report);
  const auto has = [&](char kind) {
    return std::any_of(file.blocks.begin(), file.blocks.end(), [kind](const Block& b) { return b.kind == kind; });
  };
  const char chosen = has('Z') ? 'Z' : 'R';
  site.provenance.format = chosen == 'Z' ? "j" : "j-rho-phase";
  const double unit = unit_of(file, site.period, site, report);
  if (has(chosen)) make_impedance_rows(site, site.periods());
  if (has('T')) make_tipper_rows(site, site.periods());
  for (const Block& block : file.blocks) {
    std::size_t negative = 0;
    if (block.kind == chosen && chosen == 'Z')
      for_each_row(block, site.period, report, [&](std::size_t i, const std::vector<double>& row) {
        site.z[i][block.component] = unit * Complex(row[1], row[2]);
        site.z_error[i][block.component] = unit * positive_error(row[3], negative);
      });
    else if (block.kind == chosen)
      read_resistivities(block, site.period, site, report);
    else if (block.kind == 'T')
      for_each_row(block, site.period, report, [&](std::size_t i, const std::vector<double>& row) {
        site.tipper[i][block.component] = Complex(row[1], row[2]);
        site.tipper_error[i][block.component] = positive_error(row[3], negative);
      });
    note_negative(block, negative, report);
  }
  settle(site, report);
  return site;
}

}  // namespace jformat

Site parse_jformat(std::string_view bytes, const std::string& path) { return jformat::read_document(bytes, path); }

Site read_jformat(const std::string& path) {
  return jformat::read_document(read_file(path, jformat::largest_file), path);
}

bool looks_like_jformat(std::string_view bytes) {
  const bool whole = bytes.size() < 4096;
  bytes = without_byte_order_mark(bytes);
  if (upper(trim(bytes.substr(0, 20))).starts_with("#BIRRP")) return true;  // whose comments may be long
  enum { comments, entries, station } place = comments;
  while (!bytes.empty()) {
    const std::size_t stop = bytes.find_first_of("\r\n");
    if (stop == std::string_view::npos && !whole) return false;  // the line goes on beyond what was read
    std::string_view line = trim(bytes.substr(0, stop));
    bytes.remove_prefix(stop == std::string_view::npos ? bytes.size() : stop + 1);
    if (line.empty()) continue;
    if (place == comments && line.starts_with('#')) continue;
    if (place != station && line.starts_with('>')) {
      const std::string key = upper(trim(line.substr(1, std::min(line.find('='), line.size()) - 1)));
      if (line.find('=') == std::string_view::npos) return false;
      if (key != "AZIMUTH" && key != "LATITUDE" && key != "LONGITUDE" && key != "ELEVATION" && place == comments)
        return false;
      place = entries;
      continue;
    }
    if (place == station) return jformat::is_block_title(line);
    if (place == comments) return false;  // a J file has '>' lines
    place = station;
  }
  return false;
}

}  // namespace terrella::datasets
