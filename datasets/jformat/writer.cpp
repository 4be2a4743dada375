#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/bounds.h"
#include "datasets/file/digits.h"
#include "datasets/file/text.h"
#include "datasets/jformat/blocks.h"
#include "datasets/jformat/jformat.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

void expect_writable(const Site& site) {
  validate(Survey{"", {site}});
  const std::string who = "write_jformat: site '" + site.name + "'";
  expect_readable(site, who);
  if (site.periods() == 0 || (!site.has_impedance() && !site.has_tipper()))
    fail(who, " has neither impedance nor tipper");
  if (!has_usable_values(site)) fail(who, " has no value that is not masked or missing");
  if (site.name.empty() || trim(site.name) != site.name || printable(site.name) != site.name ||
      site.name.starts_with('#') || site.name.starts_with('>'))
    fail(who, ": that name cannot stand in a J file");
  for (const double period : site.period)
    if (period >= 1e30) fail(who, ": a period of ", period, " s would read as missing");
  for (const Impedance& row : site.z)
    for (const Complex& value : row)
      if (std::abs(value) / ohm_per_field_unit >= 1e30) fail(who, ": impedance ", value, " ohm would read as missing");
}

// period, real, imaginary, error, weight; "value(i)" is NaN where nothing is to be told.
template <class Value, class Error>
void append_block(std::string& out, const Site& site, const std::string& title, const Value& value,
                  const Error& error) {
  bool any = false;
  std::string rows;
  for (std::size_t i = 0; i < site.periods(); ++i) {
    const Complex v = value(i);
    const bool known = !std::isnan(v.real()) && !std::isnan(v.imag());
    any = any || known;
    rows += thirteen_digits(site.period[i]);
    for (const double number : {v.real(), v.imag(), error(i), 1.0})
      rows += "  " + (!known || std::isnan(number) ? std::string("-999.0") : thirteen_digits(number));
    rows += "\n";
  }
  if (any) out += title + "\n" + std::to_string(site.periods()) + "\n" + rows;
}

}  // namespace

std::string jformat_text(const Site& site) {
  expect_writable(site);
  std::string out = "# written by Terrella\n";
  const auto entry = [&](const char* key, double value) {
    out += std::string(">") + key + " = " + (std::isnan(value) ? std::string() : short_digits(value)) + "\n";
  };
  const double azimuth = azimuth_in_range(site.rotation);
  entry("AZIMUTH  ", azimuth);
  entry("LATITUDE ", site.latitude);
  entry("LONGITUDE", site.longitude);
  entry("ELEVATION", site.elevation);
  out += site.name + "  " + short_digits(azimuth) + "\n";
  constexpr const char* tensor[] = {"XX", "XY", "YX", "YY"};
  constexpr const char* vector[] = {"ZX", "ZY"};
  for (std::size_t c = 0; c < 4 && site.has_impedance(); ++c)
    append_block(
        out, site, std::string("Z") + tensor[c] + " field",
        [&](std::size_t i) {
          const bool masked = !site.z_masked.empty() && site.z_masked[i][c];
          return masked ? Complex(not_a_number) : site.z[i][c] / ohm_per_field_unit;
        },
        [&](std::size_t i) { return site.z_error[i][c] / ohm_per_field_unit; });
  for (std::size_t c = 0; c < 2 && site.has_tipper(); ++c)
    append_block(
        out, site, std::string("T") + vector[c],
        [&](std::size_t i) {
          const bool masked = !site.tipper_masked.empty() && site.tipper_masked[i][c];
          return masked ? Complex(not_a_number) : site.tipper[i][c];
        },
        [&](std::size_t i) { return site.tipper_error[i][c]; });
  return out;
}

void write_jformat(const Site& site, const std::string& path) { write_file(path, jformat_text(site)); }

}  // namespace terrella::datasets
