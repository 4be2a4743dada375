#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "datasets/file/bounds.h"
#include "datasets/file/covariance_rows.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/file/settle.h"
#include "datasets/survey/rows.h"
#include "datasets/zfile/zfile.h"

namespace terrella::datasets {
namespace zfile {
namespace {

constexpr std::size_t largest_file = std::size_t{16} << 20;  // bytes; real files have 20 kB
constexpr std::int64_t most_channels = 12, most_periods = 10000;

enum Channel : std::size_t { hx, hy, hz, ex, ey, channels };
constexpr std::string_view channel_names[] = {"HX", "HY", "HZ", "EX", "EY"};

struct Header {
  std::int64_t periods = 0;
  std::array<int, channels> output = {-1, -1, -1, -1, -1};  ///< row of the transfer function, from 0; -1: not there
  std::array<double, channels> azimuth = {0, 90, 0, 0, 90};
  std::size_t outputs = 0;
};

// The word after `label` in a line that is compared without case.
std::string_view after(const Line& line, std::string_view label, const Report& report) {
  const std::size_t at = upper(line.text).find(label);
  if (at == std::string::npos)
    report.error(line.number, "should say '", label, " ...': '", line.text.substr(0, 60), "'");
  std::string_view rest = trim(line.text.substr(at + label.size()));
  if (rest.starts_with(':')) rest = trim(rest.substr(1));
  return rest.substr(0, std::min(rest.find_first_of(" \t"), rest.size()));
}

void read_station(Lines& lines, Site& site, double& declination, Report& report) {
  // The program's title may be a line without words, which Lines passes over: the lines up to "coordinate" are title
  // and station, the station last.
  Line previous = lines.expect("the station"), line = lines.expect("the coordinates");
  for (int i = 0; i < 3 && !upper(line.text).starts_with("COORDINATE"); ++i) {
    previous = line;
    line = lines.expect("the coordinates");
  }
  std::string_view name = previous.text;
  if (upper(name.substr(0, 7)) == "STATION") name = trim(name.substr(7));
  if (name.starts_with(':')) name = trim(name.substr(1));
  site.name = utf8_of(name, previous.number, report);
  if (site.name.empty()) {
    site.name = std::filesystem::path(report.path()).stem().string();
    report.repair(previous.number, "name-from-file", "no station name; the site is named " + site.name);
  }
  if (site.name.size() > longest_name)
    report.error(previous.number, "a station name of ", site.name.size(), " characters");

  const auto words = words_of(line.text);
  if (words.size() < 3 || upper(words[0]) != "COORDINATE")
    report.error(line.number, "should say 'coordinate LATITUDE LONGITUDE declination ANGLE'");
  site.latitude = number_of(words[1], line.number, "latitude", report);
  site.longitude = number_of(words[2], line.number, "longitude", report);
  declination = number_of(after(line, "DECLINATION", report), line.number, "declination", report);
  if (std::abs(site.latitude) > 90) report.error(line.number, "latitude ", site.latitude, " is beyond 90 degrees");
  if (std::abs(site.longitude) > 360) report.error(line.number, "longitude ", site.longitude, " is beyond 360 degrees");
  if (std::abs(declination) > 180) report.error(line.number, "declination ", declination, " is no angle in degrees");
  if (std::abs(site.longitude) > 180) site.longitude = std::remainder(site.longitude, 360.0);
  report.repair(0, "no-elevation", "the format gives no elevation; 0 m is taken");
}

Header read_channels(Lines& lines, double declination, Report& report) {
  const Line counts = lines.expect("the numbers of channels and frequencies");
  const std::int64_t n = count_of(after(counts, "NUMBER OF CHANNELS", report), counts.number, "number of channels", 3,
                                  most_channels, report);
  Header header;
  header.periods = count_of(after(counts, "NUMBER OF FREQUENCIES", report), counts.number, "number of frequencies", 1,
                            most_periods, report);
  const Line title = lines.expect("the orientations of the channels");
  if (upper(title.text).find("ORIENTATIONS") == std::string::npos)
    report.error(title.number, "should say 'orientations and tilts of each channel'");
  std::size_t tilted = 0;
  std::array<bool, channels> seen{};
  for (std::int64_t i = 0; i < n; ++i) {
    const Line line = lines.expect("the orientation of a channel");
    const auto words = words_of(line.text);
    if (words.size() < 4) report.error(line.number, "should be 'NUMBER ORIENTATION TILT STATION CHANNEL'");
    const auto name = std::find(std::begin(channel_names), std::end(channel_names), upper(words.back()));
    if (name == std::end(channel_names))
      report.error(line.number, "channel '", words.back().substr(0, 40), "' is not known; Hx, Hy, Hz, Ex, Ey");
    const auto channel = static_cast<std::size_t>(name - std::begin(channel_names));
    if (seen[channel]) report.error(line.number, "a second channel ", *name, "; arrays are not read");
    seen[channel] = true;
    if ((channel <= hy) != (i < 2)) report.error(line.number, "the first two channels should be Hx and Hy");
    if (i >= 2) header.output[channel] = static_cast<int>(i) - 2;
    const double orientation = number_of(words[1], line.number, "orientation", report);
    const double tilt = number_of(words[2], line.number, "tilt", report);
    if (std::abs(orientation) > 360) report.error(line.number, orientation, " is no orientation in degrees");
    tilted += tilt != 0 && channel != hz;
    header.azimuth[channel] = orientation + declination;
  }
  header.outputs = static_cast<std::size_t>(n) - 2;
  // Two rows of the file may have changed places: "Hy" before "Hx".
  if (header.azimuth[hx] == header.azimuth[hy]) report.error(title.number, "Hx and Hy have the same orientation");
  if ((header.output[ex] < 0) != (header.output[ey] < 0)) report.error(title.number, "has only one of Ex and Ey");
  if (tilted) report.repair(title.number, "tilt-unused", text(tilted, " horizontal channels are tilted: not applied"));
  return header;
}

void expect_title(Lines& lines, std::string_view title, const Report& report) {
  const Line line = lines.expect(title);
  if (upper(line.text).find(upper(title)) == std::string::npos)
    report.error(line.number, "should say '", title, "': '", line.text.substr(0, 60), "'");
}

// The next line as `count` complex numbers.
std::vector<Complex> complex_row(Lines& lines, std::size_t count, std::string_view what, const Report& report) {
  const Line line = lines.expect(what);
  const auto words = words_of(line.text);
  if (words.size() != 2 * count) report.error(line.number, what, ": ", words.size(), " numbers instead of ", 2 * count);
  std::vector<Complex> row;
  for (std::size_t i = 0; i < count; ++i)
    row.emplace_back(number_of(words[2 * i], line.number, what, report),
                     number_of(words[2 * i + 1], line.number, what, report));
  return row;
}

// A Hermitian matrix of which the lower triangle stands in the file.
std::vector<std::vector<Complex>> lower_triangle(Lines& lines, std::size_t size, std::string_view title,
                                                 const Report& report) {
  expect_title(lines, title, report);
  std::vector<std::vector<Complex>> rows;
  for (std::size_t i = 0; i < size; ++i) rows.push_back(complex_row(lines, i + 1, title, report));
  return rows;
}

Complex entry(const std::vector<std::vector<Complex>>& lower, std::size_t i, std::size_t k) {
  return i >= k ? lower[i][k] : std::conj(lower[k][i]);
}

void read_period(Lines& lines, const Header& header, std::size_t row, Site& site, CovarianceRows& covariances,
                 const Report& report) {
  const Line title = lines.expect("'period : ...'");
  const double period = number_of(after(title, "PERIOD", report), title.number, "period", report);
  if (!(period > 0) || !(period < 1e30)) report.error(title.number, "period ", period, " s is not positive");
  site.period.push_back(period);
  const Line points = lines.expect("'number of data point ...'");
  if (upper(points.text).find("NUMBER OF DATA") == std::string::npos)
    report.error(points.number, "should say 'number of data point ...'");
  expect_title(lines, "Transfer Functions", report);
  std::vector<std::vector<Complex>> values;
  for (std::size_t i = 0; i < header.outputs; ++i)
    values.push_back(complex_row(lines, 2, "Transfer Functions", report));
  const auto s = lower_triangle(lines, 2, "Inverse Coherent Signal Power Matrix", report);
  const auto n = lower_triangle(lines, header.outputs, "Residual Covariance", report);

  const auto output = [&](Channel channel) { return static_cast<std::size_t>(header.output[channel]); };
  if (header.output[ex] >= 0)
    for (std::size_t j = 0; j < 2; ++j) {
      site.z[row][j] = ohm_per_field_unit * values[output(ex)][j];
      site.z[row][2 + j] = ohm_per_field_unit * values[output(ey)][j];
    }
  if (header.output[hz] >= 0) site.tipper[row] = {values[output(hz)][0], values[output(hz)][1]};
  CovarianceRow covariance;
  covariance.s = {entry(s, 0, 0), entry(s, 0, 1), entry(s, 1, 0), entry(s, 1, 1)};
  constexpr Channel order[] = {ex, ey, hz};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      if (header.output[order[i]] >= 0 && header.output[order[k]] >= 0)
        covariance.n[3 * i + k] = entry(n, output(order[i]), output(order[k]));
  covariances.set(row, covariance, FieldUnits());
}

double squared_errors(const Site& site, std::size_t row) {
  double sum = 0;
  if (site.has_impedance())
    for (const double e : site.z_error[row]) sum += e * e / (ohm_per_field_unit * ohm_per_field_unit);
  if (!site.has_impedance())
    for (const double e : site.tipper_error[row]) sum += e * e;
  return std::isnan(sum) ? std::numeric_limits<double>::infinity() : sum;
}

// Bands of neighbouring decimation levels may have the same centre: two estimates of one period, of which the better
// one stays.
void keep_better_of_twins(Site& site, Report& report) {
  std::string dropped;
  for (std::size_t i = 0; i < site.periods(); ++i)
    for (std::size_t k = i + 1; k < site.periods();) {
      if (site.period[i] != site.period[k]) {
        ++k;
        continue;
      }
      const std::size_t worse = squared_errors(site, i) <= squared_errors(site, k) ? k : i;
      dropped += text(dropped.empty() ? "" : ", ", site.period[i], " s");
      std::vector<std::size_t> kept;
      for (std::size_t row = 0; row < site.periods(); ++row)
        if (row != worse) kept.push_back(row);
      keep_rows(site, kept);
      if (worse == i) k = i + 1;  // the rows behind have moved: look at all of them again
    }
  if (!dropped.empty())
    report.repair(0, "period-twice",
                  "two decimation levels estimate " + dropped.substr(0, 200) + "; that of larger errors dropped");
}

}  // namespace

Site read_document(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  const Line first = lines.expect("'TRANSFER FUNCTIONS IN MEASUREMENT COORDINATES'");
  if (upper(first.text).find("IN MEASUREMENT COORDINATES") == std::string::npos)
    report.error(first.number, "should say 'TRANSFER FUNCTIONS IN MEASUREMENT COORDINATES'");
  const Line second = lines.expect("'WITH FULL ERROR COVARIANCE'");
  if (upper(second.text).find("WITH FULL ERROR") == std::string::npos)
    report.error(second.number, "should say 'WITH FULL ERROR COVARIANCE'; other Z-files are not read");

  Site site;
  double declination = 0;
  read_station(lines, site, declination, report);
  const Header header = read_channels(lines, declination, report);
  // Bounded by what the text can hold: a period takes more than 100 bytes.
  if (static_cast<std::size_t>(header.periods) > text.size() / 100 + 1)
    report.error(0, header.periods, " frequencies are announced in a file of ", text.size(), " bytes");
  const auto periods = static_cast<std::size_t>(header.periods);
  if (header.output[ex] >= 0) make_impedance_rows(site, periods);
  if (header.output[hz] >= 0) make_tipper_rows(site, periods);
  CovarianceRows covariances(periods);
  for (std::size_t row = 0; row < periods; ++row) read_period(lines, header, row, site, covariances, report);
  if (Line line; lines.next(line)) report.error(line.number, "text after the last of ", periods, " frequencies");

  covariances.move_to(site, report);
  keep_better_of_twins(site, report);
  site.provenance.format = "zfile";
  site.provenance.program = "EMTF";
  ChannelAzimuths azimuths{header.azimuth[hx], header.azimuth[hy], header.azimuth[ex], header.azimuth[ey]};
  if (header.output[ex] < 0) azimuths.ex = azimuths.hx, azimuths.ey = azimuths.hy;
  settle(site, azimuths, report);
  return site;
}

}  // namespace zfile

Site parse_zfile(std::string_view bytes, const std::string& path) { return zfile::read_document(bytes, path); }

Site read_zfile(const std::string& path) { return zfile::read_document(read_file(path, zfile::largest_file), path); }

bool looks_like_zfile(std::string_view bytes) {
  const std::string start = upper(bytes.substr(0, 400));
  const std::size_t at = start.find("IN MEASUREMENT COORDINATES");
  return at != std::string::npos &&
         std::count(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(at), '\n') < 3;
}

}  // namespace terrella::datasets
