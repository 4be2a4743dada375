#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/bounds.h"
#include "datasets/file/digits.h"
#include "datasets/file/text.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"
#include "datasets/zonge_avg/zonge_avg.h"

namespace terrella::datasets {
namespace {

void expect_writable(const Survey& survey) {
  validate(survey);
  if (survey.sites.empty()) fail("write_zonge_avg: the survey has no sites");
  for (std::size_t i = 0; i < survey.sites.size(); ++i) {
    const Site& site = survey.sites[i];
    const std::string who = "write_zonge_avg: site '" + site.name + "'";
    expect_readable(site, who);
    if (site.periods() == 0 || (!site.has_impedance() && !site.has_tipper()))
      fail(who, " has neither impedance nor tipper");
    if (!has_usable_values(site)) fail(who, " has no value that is not masked or missing");
    if (site.name.empty() || trim(site.name) != site.name || printable(site.name) != site.name)
      fail(who, ": that name cannot stand in an AVG file");
    for (std::size_t k = 0; k < i; ++k)
      if (survey.sites[k].name == site.name) fail(who, ": two sites of that name cannot stand in one AVG file");
    if (std::isnan(site.latitude) || std::isnan(site.longitude)) fail(who, " has no coordinates, which AVG files need");
    for (const Impedance& row : site.z)
      for (const Complex& value : row)
        if (std::abs(value) / ohm_per_field_unit >= 1e30)
          fail(who, ": impedance ", value, " ohm is no number of a file");
  }
}

// One component: a row a period that has a value. `unit` is that of Z.mag.
template <class Rows, class Errors, class Masks>
void append_component(std::string& out, const char* name, const Site& site, const Rows& values, const Errors& errors,
                      const Masks& masks, std::size_t component, double unit) {
  std::string rows;
  for (std::size_t i = site.periods(); i-- > 0;) {  // frequencies ascend
    const Complex value = values[i][component] / unit;
    if (std::isnan(value.real()) || std::isnan(value.imag())) continue;
    const double magnitude = std::abs(value), error = errors[i][component] / unit, frequency = 1 / site.period[i];
    const bool masked = !masks.empty() && masks[i][component], known = !std::isnan(error) && magnitude > 0;
    rows += (masked ? "0, " : "2, ") + thirteen_digits(frequency) + ", " + thirteen_digits(magnitude) + ", " +
            thirteen_digits(1000 * std::arg(value)) + ", ";
    // As MTEdit does, the magnitude of a tipper stands in the column of resistivities.
    rows += thirteen_digits(unit == 1 ? magnitude : magnitude * magnitude / (5 * frequency)) + ", " +
            (known ? thirteen_digits(200 * error / magnitude) : "NaN") + ", " +
            (known ? thirteen_digits(1000 * error / magnitude) : "NaN") + "\n";
  }
  if (!rows.empty()) out += std::string("$Rx.Cmp = ") + name + "\n" + rows;
}

}  // namespace

std::string zonge_avg_text(const Survey& survey) {
  expect_writable(survey);
  std::string out = "$Survey.Type=MT\n$Tx.Type=Natural\n$MTEdit:Version=Terrella\n$Unit.Length=m\n$Unit.B=nT\n";
  for (std::size_t i = 0; i < survey.sites.size(); ++i) {
    const Site& site = survey.sites[i];
    out += "$Rx.GdpStn= " + std::to_string(i + 1) + "\n";
    out += "$Stn.Name= " + site.name + "\n";
    out += "$GPS.Lat=" + short_digits(site.latitude) + "\n$GPS.Lon=" + short_digits(site.longitude) + "\n";
    out += "$Rx.Center=0:0:" + short_digits(site.elevation) + " m\n";
    out += "$Rx.HPR=" + short_digits(azimuth_in_range(site.rotation)) + ",0,180\n";
    out += "Skp, Freq, Z.mag, Z.phz, ARes.mag, ARes.%err, Z.perr\n";
    constexpr const char* tensor[] = {"Zxx", "Zxy", "Zyx", "Zyy"};
    constexpr const char* vector[] = {"Tzx", "Tzy"};
    for (std::size_t c = 0; c < 4 && site.has_impedance(); ++c)
      append_component(out, tensor[c], site, site.z, site.z_error, site.z_masked, c, ohm_per_field_unit);
    for (std::size_t c = 0; c < 2 && site.has_tipper(); ++c)
      append_component(out, vector[c], site, site.tipper, site.tipper_error, site.tipper_masked, c, 1);
  }
  return out;
}

void write_zonge_avg(const Survey& survey, const std::string& path) { write_file(path, zonge_avg_text(survey)); }

}  // namespace terrella::datasets
