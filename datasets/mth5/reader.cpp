#include <algorithm>
#include <cmath>

#include "datasets/file/bounds.h"
#include "datasets/file/covariance_rows.h"
#include "datasets/file/lines.h"
#include "datasets/file/read_file.h"
#include "datasets/file/settle.h"
#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/seal.h"
#include "datasets/mth5/mth5.h"
#include "datasets/read.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{4} << 30;  // bytes; time series may stand beside
constexpr std::size_t most_stations = 100000;

using hdf5::ReadGroup;

// What a group states in an attribute; empty for "none" and where there is no such attribute.
std::string stated(const ReadGroup& group, const char* name) {
  if (!group.has_attribute(name)) return {};
  const std::string value(trim(group.any_text(name)));
  return upper(value) == "NONE" ? std::string() : value;
}

double number_or(const ReadGroup& group, const char* name, double otherwise) {
  if (!group.has_attribute(name)) return otherwise;
  return group.number(name);
}

// A dataset of three dimensions of which the first is the periods.
struct Cube {
  std::size_t rows = 0, columns = 0;
  std::vector<Complex> values;  ///< [period, row, column]
  bool zero = true;             ///< everywhere: nothing was put there
  Complex at(std::size_t period, std::size_t row, std::size_t column) const {
    return values[(period * rows + row) * columns + column];
  }
};

Cube read_cube(const ReadGroup& group, const char* name, std::size_t periods) {
  const std::vector<std::size_t> extents = group.extents(name);
  if (extents.size() != 3 || extents[0] != periods)
    group.refuse(name, text("should have three dimensions, the first of ", periods, " periods"));
  Cube cube{extents[1], extents[2], std::vector<Complex>(extents[0] * extents[1] * extents[2]), true};
  if (group.holds<Complex>(name)) {
    group.read_into<Complex>(name, cube.values);
  } else {
    std::vector<double> real(cube.values.size());
    group.read_into<double>(name, real);
    std::copy(real.begin(), real.end(), cube.values.begin());
  }
  cube.zero = std::all_of(cube.values.begin(), cube.values.end(), [](const Complex& v) { return v == Complex(0); });
  return cube;
}

// The places of Ex, Ey, Hz (or Hx, Hy) in a dimension; -1 where one is not there.
template <std::size_t n>
std::array<int, n> places_of(const ReadGroup& group, const char* dataset, const char* attribute, std::size_t size,
                             const std::array<std::string_view, n>& channels) {
  std::array<int, n> places;
  places.fill(-1);
  const std::vector<std::string> names = group.texts_on(dataset, attribute);
  if (names.empty()) {
    if (size > n) group.refuse(dataset, text("has ", size, " channels and no names of them in ", attribute));
    for (std::size_t i = 0; i < size; ++i) places[i] = static_cast<int>(i);
    return places;
  }
  if (names.size() != size)
    group.refuse(dataset, text(attribute, " names ", names.size(), " channels, but there are ", size));
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < n; ++k)
      if (upper(names[i]) == channels[k]) {
        if (places[k] >= 0) group.refuse(dataset, text(attribute, " names ", names[i], " twice"));
        places[k] = static_cast<int>(i);
      }
  return places;
}

FieldUnits units_of(const ReadGroup& group, Provenance& provenance) {
  const std::string units = stated(group, "units");
  std::string plain = upper(units);
  std::erase_if(plain, [](char c) { return c == ' ' || c == '[' || c == ']' || c == '(' || c == ')'; });
  if (plain.empty() || plain == "MV/KM/NT" || plain == "MILLIVOLTPERKILOMETERPERNANOTESLA" ||
      plain == "MILLIVOLTSPERKILOMETERPERNANOTESLA")
    return {};
  if (plain == "OHM" || plain == "OHMS") {
    provenance.units = "ohm";
    return {1, 1};
  }
  group.refuse("@units", "'" + printable(units.substr(0, 60)) + "' is not known; mV/km/nT or ohm");
}

bool negative_sign(const ReadGroup& group) {
  const std::string sign = stated(group, "sign_convention");
  if (sign.empty()) return false;
  const bool plus = sign.find('+') != std::string::npos, minus = sign.find('-') != std::string::npos;
  if (plus == minus && upper(sign) != "EXP(I\\OMEGA T)")
    group.refuse("@sign_convention", "'" + printable(sign.substr(0, 60)) + "' is not known; + or -");
  return minus;
}

void read_place(const ReadGroup& station, Site& site, Report& report) {
  site.latitude = number_or(station, "location.latitude", not_a_number);
  site.longitude = number_or(station, "location.longitude", not_a_number);
  site.elevation = number_or(station, "location.elevation", 0);
  if (!station.has_attribute("location.elevation"))
    report.repair(0, "no-elevation", "the station has no elevation; 0 m is taken");
  if (std::isnan(site.latitude) || std::isnan(site.longitude))
    report.repair(0, "no-coordinates", "the station has no latitude and longitude");
  if (std::abs(site.longitude) > 180 && std::abs(site.longitude) <= 360) {
    report.repair(0, "longitude-wrapped",
                  text("longitude ", site.longitude, " written as ", std::remainder(site.longitude, 360.0)));
    site.longitude = std::remainder(site.longitude, 360.0);
  }
  if (!(std::abs(site.elevation) <= highest_elevation))
    station.refuse("@location.elevation", text(site.elevation, " m is no elevation on Earth"));
}

// Zeros of this shape stand for an estimate that is not there.
bool is_placeholder(const ReadGroup& group, const char* name) {
  return group.extents(name) == std::vector<std::size_t>{1, 1, 1};
}

constexpr const char* channel_names[] = {"ex", "ey", "hz"};

// What stands in the rows of one channel.
enum class Content { zeros, nothing, values };

Content content_of(const Cube& cube, std::size_t row, std::size_t periods) {
  std::size_t zeros = 0, missing = 0;
  for (std::size_t i = 0; i < periods; ++i)
    for (std::size_t j = 0; j < cube.columns; ++j) {
      const Complex value = cube.at(i, row, j);
      zeros += value == Complex(0);
      missing += std::isnan(value.real()) || std::isnan(value.imag());
    }
  const std::size_t all = periods * cube.columns;
  return zeros == all ? Content::zeros : missing == all ? Content::nothing : Content::values;
}

// The errors where the file has any: a cube of zeros is noted and becomes an empty one, as an absent one is.
Cube read_errors(const ReadGroup& group, const Cube& values, std::size_t periods, Report& report) {
  const char* const name = "transfer_function_error";
  if (!group.has(name) || is_placeholder(group, name)) return {};
  Cube errors = read_cube(group, name, periods);
  if (errors.rows != values.rows || errors.columns != values.columns)
    group.refuse(name, "has another shape than transfer_function");
  if (!errors.zero) return errors;
  report.repair(0, "zeros", "transfer_function_error: zero everywhere, taken as not known");
  return {};
}

// One value of a file; what is infinite is counted and missing.
Complex finite(Complex value, std::size_t& infinite) {
  if (std::isinf(value.real()) || std::isinf(value.imag())) return ++infinite, missing_value;
  return std::isnan(value.real()) || std::isnan(value.imag()) ? missing_value : value;
}

// Values that are there, and not a fill of zeros or NaN.
void read_values(const ReadGroup& group, Site& site, const FieldUnits& units, bool minus, Report& report) {
  const char* const name = "transfer_function";
  const std::size_t periods = site.periods();
  const Cube cube = read_cube(group, name, periods);
  const auto outputs = places_of<3>(group, name, "output_channels", cube.rows, {"EX", "EY", "HZ"});
  const auto inputs = places_of<2>(group, name, "input_channels", cube.columns, {"HX", "HY"});
  if (inputs[0] < 0 || inputs[1] < 0) group.refuse(name, "has not both input channels hx and hy");
  const Cube errors = read_errors(group, cube, periods, report);
  std::array<bool, 3> measured{}, known_errors{};
  std::string absent, without_errors;
  for (std::size_t k = 0; k < 3; ++k) {
    if (outputs[k] < 0) continue;
    const auto row = static_cast<std::size_t>(outputs[k]);
    const Content content = content_of(cube, row, periods);
    measured[k] = content == Content::values;
    if (content == Content::zeros) absent += std::string(absent.empty() ? "" : ", ") + channel_names[k];
    if (!measured[k] || errors.values.empty()) continue;
    known_errors[k] = content_of(errors, row, periods) != Content::zeros;
    if (!known_errors[k]) without_errors += std::string(without_errors.empty() ? "" : ", ") + channel_names[k];
  }
  if (!absent.empty()) report.repair(0, "zeros", absent + ": zero everywhere, taken as not measured");
  if (!without_errors.empty())
    report.repair(0, "zeros", "errors of " + without_errors + ": zero everywhere, taken as not known");
  if (!measured[0] && !measured[1] && !measured[2])
    group.refuse(name, cube.zero ? "holds zeros only" : "all values are missing");
  if (measured[0] || measured[1]) make_impedance_rows(site, periods);
  if (measured[2]) make_tipper_rows(site, periods);
  std::size_t negative = 0, infinite = 0;
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < periods && measured[k]; ++i)
      for (std::size_t j = 0; j < 2; ++j) {
        const auto row = static_cast<std::size_t>(outputs[k]), column = static_cast<std::size_t>(inputs[j]);
        const double unit = k < 2 ? units.impedance() : 1;
        Complex value = unit * finite(cube.at(i, row, column), infinite);
        if (minus) value = std::conj(value);
        double error = not_a_number;
        if (known_errors[k]) {
          error = unit * finite(errors.at(i, row, column), infinite).real() / std::sqrt(2.0);
          if (error < 0) error = not_a_number, ++negative;
        }
        if (k < 2)
          site.z[i][2 * k + j] = value, site.z_error[i][2 * k + j] = error;
        else
          site.tipper[i][j] = value, site.tipper_error[i][j] = error;
      }
  if (negative) report.repair(0, "negative-error", text(negative, " negative errors taken as missing"));
  if (infinite) report.repair(0, "not-a-number", text(infinite, " infinite values or errors taken as missing"));
}

void read_covariances(const ReadGroup& group, Site& site, const FieldUnits& units, bool minus, Report& report) {
  const char *const signal = "inverse_signal_power", *const residual = "residual_covariance";
  if (!group.has(signal) || !group.has(residual)) return;
  // Two by two at least is the signal; the residual of a tipper alone is one number a period.
  if (is_placeholder(group, signal) || (is_placeholder(group, residual) && site.periods() > 1)) return;
  const Cube s = read_cube(group, signal, site.periods()), n = read_cube(group, residual, site.periods());
  if (s.zero || n.zero) return;
  const auto inputs = places_of<2>(group, signal, "output_channels", s.rows, {"HX", "HY"});
  const auto outputs = places_of<3>(group, residual, "output_channels", n.rows, {"EX", "EY", "HZ"});
  if (s.rows != s.columns || n.rows != n.columns || inputs[0] < 0 || inputs[1] < 0)
    group.refuse(signal, "or residual_covariance is no square matrix of the channels");
  CovarianceRows rows(site.periods());
  for (std::size_t i = 0; i < site.periods(); ++i) {
    CovarianceRow row;
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b)
        row.s[2 * a + b] = s.at(i, static_cast<std::size_t>(inputs[a]), static_cast<std::size_t>(inputs[b]));
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b)
        if (outputs[a] >= 0 && outputs[b] >= 0)
          row.n[3 * a + b] = n.at(i, static_cast<std::size_t>(outputs[a]), static_cast<std::size_t>(outputs[b]));
    if (minus) row.conjugate();
    rows.set(i, row, units);
  }
  rows.move_to(site, report);
}

Site read_site(const ReadGroup& station, const ReadGroup& group, const std::string& name, const std::string& path) {
  Report report(path);
  Site site;
  site.name = utf8_of(name, 0, report);
  read_place(station, site, report);
  site.provenance.format = "mth5";
  const std::string program = stated(group, "software.name");
  site.provenance.program = printable(program).substr(0, 200);
  const FieldUnits units = units_of(group, site.provenance);
  const bool minus = negative_sign(group);
  site.provenance.sign = minus ? "-" : "+";
  site.period = group.read<double>("period");
  for (const double period : site.period)
    if (!(period > 0) || std::isinf(period)) group.refuse("period", text(period, " s is not positive"));
  if (site.period.empty()) group.refuse("period", "is empty");
  read_values(group, site, units, minus, report);
  read_covariances(group, site, units, minus, report);
  const std::string system = upper(stated(group, "coordinate_system"));
  if (system.starts_with("GEOMAG") || system.starts_with("MAGNETIC")) {
    if (!station.has_attribute("location.declination.value"))
      report.repair(0, "magnetic-north", "geomagnetic axes without a declination: taken as geographic north");
    site.rotation = number_or(station, "location.declination.value", 0);
    if (!(std::abs(site.rotation) <= 180)) station.refuse("@location.declination.value", "is no angle in degrees");
  }
  settle(site, report);
  return site;
}

void read_stations(const ReadGroup& stations, const std::string& path, Survey& survey) {
  std::vector<std::string> station_names = stations.names();
  std::sort(station_names.begin(), station_names.end(), natural_less);
  for (const std::string& station_name : station_names) {
    if (stations.object(station_name).kind != ReadGroup::Kind::group) continue;
    const ReadGroup station = stations.group(station_name);
    if (!station.has("Transfer_Functions")) continue;
    const ReadGroup functions = station.group("Transfer_Functions");
    std::vector<std::string> names;
    for (const std::string& name : functions.names())
      if (functions.object(name).kind == ReadGroup::Kind::group) names.push_back(name);
    for (const std::string& name : names) {
      if (survey.sites.size() >= most_stations) stations.refuse("", text("holds more than ", most_stations, " sites"));
      survey.sites.push_back(read_site(station, functions.group(name),
                                       names.size() == 1 ? station_name : station_name + "." + name, path));
    }
  }
}

Survey read_file_of_mth5(const hdf5::Reader& reader, const std::string& path) {
  const ReadGroup& root = reader.root();
  if (!root.has_attribute("file.type") || upper(root.any_text("file.type")) != "MTH5")
    throw FormatError(path, 0, "is an HDF5 file, but neither one of Terrella nor MTH5");
  const std::string version = root.has_attribute("file.version") ? root.any_text("file.version") : std::string();
  if (!version.starts_with("0.1") && !version.starts_with("0.2"))
    throw FormatError(path, 0, "is MTH5 of version '" + printable(version.substr(0, 20)) + "'; 0.1 and 0.2 are read");
  Survey survey;
  if (root.has("Survey")) {  // 0.1
    read_stations(root.group("Survey").group("Stations"), path, survey);
    return survey;
  }
  const ReadGroup surveys = root.group("Experiment").group("Surveys");
  const std::vector<std::string> names = surveys.names();
  for (const std::string& name : names)
    if (surveys.object(name).kind == ReadGroup::Kind::group && surveys.group(name).has("Stations"))
      read_stations(surveys.group(name).group("Stations"), path, survey);
  if (names.size() == 1) survey.name = printable(names[0]);
  return survey;
}

}  // namespace

Survey parse_mth5(std::string_view bytes, const std::string& path) {
  if (!hdf5::is_hdf5(bytes)) throw FormatError(path, 0, "is not an HDF5 file");
  return hdf5::read_foreign(path, bytes, [&](const hdf5::Reader& reader) { return read_file_of_mth5(reader, path); });
}

Survey read_mth5(const std::string& path) { return parse_mth5(read_file(path, largest_file), path); }

bool looks_like_mth5(std::string_view bytes) {
  return hdf5::is_hdf5(bytes) && !hdf5::has_seal(bytes) &&
         (bytes.find("mth5.software") != std::string_view::npos || bytes.find("MTH5") != std::string_view::npos);
}

}  // namespace terrella::datasets
