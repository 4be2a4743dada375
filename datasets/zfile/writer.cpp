#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/bounds.h"
#include "datasets/file/digits.h"
#include "datasets/file/text.h"
#include "datasets/survey/covariance.h"
#include "datasets/survey/rotation.h"
#include "datasets/zfile/zfile.h"

namespace terrella::datasets {
namespace {

template <std::size_t n>
bool any_missing(const std::array<Complex, n>& row) {
  for (const Complex& value : row)
    if (std::isnan(value.real()) || std::isnan(value.imag())) return true;
  return false;
}

template <std::size_t n>
bool any_masked(const std::vector<std::array<bool, n>>& mask, std::size_t row) {
  if (mask.empty()) return false;
  for (const bool masked : mask[row])
    if (masked) return true;
  return false;
}

template <std::size_t n>
bool differ(const std::array<double, n>& given, const std::array<double, n>& computed) {
  for (std::size_t i = 0; i < n; ++i)
    if (!(std::abs(given[i] - computed[i]) <= 0.01 * computed[i])) return true;
  return false;
}

void expect_writable(const Site& site) {
  validate(Survey{"", {site}});
  const std::string who = "write_zfile: site '" + site.name + "'";
  expect_readable(site, who);
  if (site.periods() == 0 || (!site.has_impedance() && !site.has_tipper()))
    fail(who, " has neither impedance nor tipper");
  if (site.name.empty() || trim(site.name) != site.name || printable(site.name) != site.name ||
      site.name.starts_with(':') || upper(site.name).starts_with("COORDINATE"))
    fail(who, ": that name cannot stand in a Z-file");
  if (!site.has_covariance())
    fail(who, " has no covariances, by which alone Z-files tell errors; write EMTF XML or EDI");
  if (std::isnan(site.latitude) || std::isnan(site.longitude)) fail(who, " has no coordinates, which Z-files need");
  for (std::size_t i = 0; i < site.periods(); ++i) {
    const auto refuse = [&](const char* what) {
      fail(who, ", period ", site.period[i], " s: ", what, "; write EMTF XML or EDI");
    };
    const InverseSignalPower& s = site.inverse_signal_power[i];
    const ResidualCovariance& n = site.residual_covariance[i];
    if ((site.has_impedance() && (any_missing(site.z[i]) || any_masked(site.z_masked, i))) ||
        (site.has_tipper() && (any_missing(site.tipper[i]) || any_masked(site.tipper_masked, i))))
      refuse("values are missing or masked, which Z-files cannot say");
    if ((site.has_impedance() && differ(site.z_error[i], impedance_error(s, n))) ||
        (site.has_tipper() && differ(site.tipper_error[i], tipper_error(s, n))))
      refuse("errors are missing or not those of the covariances");
    if (any_missing(s)) refuse("the inverse signal power is missing");
  }
}

void append(std::string& out, Complex value) {
  for (const double part : {value.real(), value.imag()}) {
    const std::string digits = thirteen_digits(part);
    out += (digits.starts_with('-') ? " " : "  ") + digits;
  }
}

// A number as a header has it, with at least one blank before it.
std::string number(double value) { return " " + short_digits(value); }

}  // namespace

std::string zfile_text(const Site& site) {
  expect_writable(site);
  // Rows in the order of the format: Hz, Ex, Ey; each is an index of Site::residual_covariance.
  std::vector<std::size_t> outputs;
  if (site.has_tipper()) outputs.push_back(2);
  if (site.has_impedance()) outputs.insert(outputs.end(), {0, 1});
  std::string out = "TRANSFER FUNCTIONS IN MEASUREMENT COORDINATES\n";
  out += "********* WITH FULL ERROR COVARIANCE*********\n";
  out += "Terrella\n";
  out += "station    :" + site.name + "\n";
  const double longitude = site.longitude < 0 ? site.longitude + 360 : site.longitude;
  out += "coordinate " + number(site.latitude) + " " + number(longitude) + "  declination  0.00\n";
  out += "number of channels   " + std::to_string(2 + outputs.size()) + "   number of frequencies " +
         std::to_string(site.periods()) + "\n";
  out += " orientations and tilts of each channel\n";
  std::string label;
  for (const char c : site.name) label += c == ' ' ? '_' : c;
  std::size_t channel = 0;
  const auto orientation = [&](double azimuth, const char* name) {
    out +=
        "    " + std::to_string(++channel) + number(azimuth_in_range(azimuth)) + "  0.00 " + label + "  " + name + "\n";
  };
  orientation(site.rotation, "Hx");
  orientation(site.rotation + 90, "Hy");
  if (site.has_tipper()) orientation(0, "Hz");
  if (site.has_impedance()) orientation(site.rotation, "Ex"), orientation(site.rotation + 90, "Ey");
  for (std::size_t i = 0; i < site.periods(); ++i) {
    out += "\nperiod : " + thirteen_digits(site.period[i]) +
           "    decimation level   1    freq. band from    0 to    0\n"
           "number of data point      0 sampling freq.  0.000 Hz\n Transfer Functions\n";
    for (const std::size_t k : outputs) {
      for (std::size_t j = 0; j < 2; ++j)
        append(out, k == 2 ? site.tipper[i][j] : site.z[i][2 * k + j] / ohm_per_field_unit);
      out += "\n";
    }
    const InverseSignalPower s = from_si(site.inverse_signal_power[i]);
    const ResidualCovariance n = from_si(site.residual_covariance[i]);
    out += " Inverse Coherent Signal Power Matrix\n";
    append(out, s[0]), out += "\n";
    append(out, s[2]), append(out, s[3]), out += "\n";
    out += " Residual Covariance\n";
    for (std::size_t a = 0; a < outputs.size(); ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        const Complex value = n[3 * outputs[a] + outputs[b]];
        // EMTF XML keeps no covariance of E and Hz; errors do not depend on it.
        append(out, std::isnan(value.real()) ? Complex(0) : value);
      }
      out += "\n";
    }
  }
  return out;
}

void write_zfile(const Site& site, const std::string& path) { write_file(path, zfile_text(site)); }

}  // namespace terrella::datasets
