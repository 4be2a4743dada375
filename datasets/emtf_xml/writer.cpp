#include <array>
#include <cmath>

#include "core/error.h"
#include "datasets/emtf_xml/emtf_xml.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/bounds.h"
#include "datasets/file/digits.h"
#include "datasets/file/text.h"
#include "datasets/survey/covariance.h"
#include "datasets/survey/rotation.h"

namespace terrella::datasets {
namespace {

constexpr const char* electric[] = {"Ex", "Ey"};
constexpr const char* magnetic[] = {"Hx", "Hy"};
constexpr const char* vertical[] = {"Hz"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

void expect_writable(const Site& site) {
  validate(Survey{"", {site}});
  expect_readable(site, "write_emtf_xml: site '" + printable(site.name) + "'");
  if (site.periods() == 0 || (!site.has_impedance() && !site.has_tipper()))
    fail("write_emtf_xml: site '", site.name, "' has neither impedance nor tipper");
  if (!has_usable_values(site))
    fail("write_emtf_xml: site '", site.name, "' has no value that is not masked or missing");
  if (site.name.empty() || trim(site.name) != site.name)
    fail("write_emtf_xml: site '", site.name, "' needs a name without blanks at its ends");
  if (!is_utf8(site.name) || printable(site.name) != site.name)
    fail("write_emtf_xml: site '", printable(site.name), "': a name with control characters cannot stand in XML");
  for (const Impedance& row : site.z)
    for (const Complex& value : row)
      if (std::abs(value) / ohm_per_field_unit >= 1e30)
        fail("write_emtf_xml: site '", site.name, "': impedance ", value, " ohm would read as missing");
}

class Writer {
 public:
  std::string text;

  template <class... Parts>
  void line(int depth, const Parts&... parts) {
    text.append(static_cast<std::size_t>(2 * depth), ' ');
    (text.append(parts), ...);
    text += '\n';
  }

  // One <value> an entry that is there; nothing at all where none is. `entry(i)` is a Complex, `known(i)` says whether
  // it counts.
  template <std::size_t outputs, std::size_t inputs, class Entry, class Known>
  void matrix(const std::string& name, const char* const (&output)[outputs], const char* const (&input)[inputs],
              bool complex, const char* units, const Entry& entry, const Known& known) {
    std::string values;
    for (std::size_t i = 0; i < outputs; ++i)
      for (std::size_t j = 0; j < inputs; ++j) {
        const std::size_t at = i * inputs + j;
        const Complex value = entry(at);
        if (!known(at) || std::isnan(value.real()) || std::isnan(value.imag())) continue;
        values += "        <value ";
        if (name[0] == 'Z' && name.find("COV") == std::string::npos)
          values += std::string("name=\"Z") + output[i][1] + input[j][1] + "\" ";
        if (name[0] == 'T' && name.find("COV") == std::string::npos)
          values += std::string("name=\"T") + input[j][1] + "\" ";
        values +=
            std::string("output=\"") + output[i] + "\" input=\"" + input[j] + "\">" + thirteen_digits(value.real());
        if (complex) values += " " + thirteen_digits(value.imag());
        values += "</value>\n";
      }
    if (values.empty()) return;
    line(3, "<", name, " type=\"", complex ? "complex" : "real", "\" size=\"", std::to_string(outputs), " ",
         std::to_string(inputs), "\"", *units ? std::string(" units=\"") + units + "\"" : std::string(), ">");
    text += values;
    line(3, "</", name, ">");
  }
};

void write_period(const Site& site, std::size_t row, Writer& out) {
  out.line(2, "<Period value=\"", thirteen_digits(site.period[row]), "\" units=\"secs\">");
  const auto all = [](std::size_t) { return true; };
  const bool covariance = site.has_covariance();
  const InverseSignalPower s = covariance ? from_si(site.inverse_signal_power[row]) : InverseSignalPower{};
  const ResidualCovariance n = covariance ? from_si(site.residual_covariance[row]) : ResidualCovariance{};
  const auto signal = [&](std::size_t i) { return s[i]; };
  if (site.has_impedance()) {
    const auto known = [&](std::size_t c) {
      return !(!site.z_masked.empty() && site.z_masked[row][c]) && !std::isnan(std::abs(site.z[row][c]));
    };
    out.matrix(
        "Z", electric, magnetic, true, "[mV/km]/[nT]",
        [&](std::size_t c) { return site.z[row][c] / ohm_per_field_unit; }, known);
    out.matrix(
        "Z.VAR", electric, magnetic, false, "",
        [&](std::size_t c) {
          const double error = site.z_error[row][c] / ohm_per_field_unit;
          return Complex(2 * error * error);
        },
        known);
    if (covariance && !std::isnan(n[0].real())) {
      out.matrix("Z.INVSIGCOV", magnetic, magnetic, true, "", signal, all);
      out.matrix(
          "Z.RESIDCOV", electric, electric, true, "", [&](std::size_t i) { return n[i + i / 2]; }, all);
    }
  }
  if (site.has_tipper()) {
    const auto known = [&](std::size_t c) {
      return !(!site.tipper_masked.empty() && site.tipper_masked[row][c]) && !std::isnan(std::abs(site.tipper[row][c]));
    };
    out.matrix(
        "T", vertical, magnetic, true, "[]", [&](std::size_t c) { return site.tipper[row][c]; }, known);
    out.matrix(
        "T.VAR", vertical, magnetic, false, "",
        [&](std::size_t c) { return Complex(2 * site.tipper_error[row][c] * site.tipper_error[row][c]); }, known);
    if (covariance && !std::isnan(n[8].real())) {
      out.matrix("T.INVSIGCOV", magnetic, magnetic, true, "", signal, all);
      out.matrix(
          "T.RESIDCOV", vertical, vertical, true, "", [&](std::size_t) { return n[8]; }, all);
    }
  }
  out.line(2, "</Period>");
}

}  // namespace

std::string emtf_xml_text(const Site& site) {
  expect_writable(site);
  Writer out;
  const std::string azimuth = short_digits(azimuth_in_range(site.rotation)),
                    across = short_digits(azimuth_in_range(site.rotation + 90));
  out.line(0, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  out.line(0, "<EM_TF>");
  out.line(1, "<Description>Magnetotelluric Transfer Functions</Description>");
  out.line(1, "<ProductId>", escaped(site.name), "</ProductId>");
  out.line(1, "<SubType>MT_TF</SubType>");
  out.line(1, "<Tags>", site.has_impedance() ? "impedance" : "", site.has_impedance() && site.has_tipper() ? "," : "",
           site.has_tipper() ? "tipper" : "", "</Tags>");
  // Other readers fail without these, empty as they are.
  out.line(1, "<ExternalUrl><Description/><Url/></ExternalUrl>");
  out.line(1, "<PrimaryData><Filename/></PrimaryData>");
  out.line(1, "<Attachment><Filename/><Description/></Attachment>");
  out.line(1, "<Provenance>");
  out.line(2, "<CreatingApplication>Terrella</CreatingApplication>");
  out.line(1, "</Provenance>");
  out.line(1, "<Site>");
  out.line(2, "<Id>", escaped(site.name), "</Id>");
  out.line(2, "<Location datum=\"WGS84\">");
  if (!std::isnan(site.latitude)) out.line(3, "<Latitude>", short_digits(site.latitude), "</Latitude>");
  if (!std::isnan(site.longitude)) out.line(3, "<Longitude>", short_digits(site.longitude), "</Longitude>");
  out.line(3, "<Elevation units=\"meters\">", short_digits(site.elevation), "</Elevation>");
  out.line(2, "</Location>");
  out.line(2, "<Orientation angle_to_geographic_north=\"", azimuth, "\">orthogonal</Orientation>");
  out.line(1, "</Site>");
  out.line(1, "<ProcessingInfo>");
  out.line(2, "<SignConvention>exp(+ i\\omega t)</SignConvention>");
  out.line(2, "<ProcessingSoftware>");
  out.line(3, "<Name>", escaped(printable(site.provenance.program)), "</Name>");
  out.line(2, "</ProcessingSoftware>");
  out.line(1, "</ProcessingInfo>");
  out.line(1, "<DataTypes>");
  if (site.has_impedance())
    out.line(2, "<DataType name=\"Z\" type=\"complex\" output=\"E\" input=\"H\" units=\"[mV/km]/[nT]\"/>");
  if (site.has_tipper()) out.line(2, "<DataType name=\"T\" type=\"complex\" output=\"H\" input=\"H\" units=\"[]\"/>");
  out.line(1, "</DataTypes>");
  out.line(1, "<SiteLayout>");
  out.line(2, "<InputChannels ref=\"site\" units=\"m\">");
  out.line(3, "<Magnetic name=\"Hx\" orientation=\"", azimuth, "\"/>");
  out.line(3, "<Magnetic name=\"Hy\" orientation=\"", across, "\"/>");
  out.line(2, "</InputChannels>");
  out.line(2, "<OutputChannels ref=\"site\" units=\"m\">");
  if (site.has_tipper()) out.line(3, "<Magnetic name=\"Hz\" orientation=\"0\"/>");
  if (site.has_impedance()) {
    out.line(3, "<Electric name=\"Ex\" orientation=\"", azimuth, "\"/>");
    out.line(3, "<Electric name=\"Ey\" orientation=\"", across, "\"/>");
  }
  out.line(2, "</OutputChannels>");
  out.line(1, "</SiteLayout>");
  out.line(1, "<Data count=\"", std::to_string(site.periods()), "\">");
  for (std::size_t row = 0; row < site.periods(); ++row) write_period(site, row, out);
  out.line(1, "</Data>");
  out.line(0, "</EM_TF>");
  return std::move(out.text);
}

void write_emtf_xml(const Site& site, const std::string& path) { write_file(path, emtf_xml_text(site)); }

}  // namespace terrella::datasets
