#include <algorithm>
#include <cmath>
#include <filesystem>

#include "datasets/emtf_xml/emtf_xml.h"
#include "datasets/emtf_xml/estimates.h"
#include "datasets/file/bounds.h"
#include "datasets/file/covariance_rows.h"
#include "datasets/file/elevation.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/file/settle.h"
#include "datasets/survey/covariance.h"

namespace terrella::datasets {
namespace emtf_xml {
namespace {

// The text of an element as a number, which `what` names.
double number(const pugi::xml_node& node, const Document& document, const Report& report, std::string_view text) {
  double value = 0;
  if (parse_number(trim(text), value) != NumberKind::plain)
    report.error(document.line(node), "<", node.name(), ">: '", std::string(text).substr(0, 40), "' is not a number");
  return value;
}

void read_place(const pugi::xml_node& site_node, Site& site, const Document& document, Report& report) {
  const pugi::xml_node location = child(site_node, "Location");
  struct Coordinate {
    const char* name;
    double limit;
    double* value;
  };
  for (const Coordinate& c : {Coordinate{"Latitude", 90, &site.latitude}, {"Longitude", 360, &site.longitude}}) {
    const pugi::xml_node node = child(location, c.name);
    if (text_of_element(node).empty()) {
      report.repair(0, "no-coordinates",
                    std::string("the file gives no ") + (c.limit == 90 ? "latitude" : "longitude"));
      continue;
    }
    *c.value = number(node, document, report, text_of_element(node));
    if (std::abs(*c.value) > c.limit)
      report.error(document.line(node), c.name, " ", *c.value, " is beyond ", c.limit, " degrees");
  }
  if (std::abs(site.longitude) > 180) {
    report.repair(0, "longitude-wrapped",
                  text("longitude ", site.longitude, " written as ", std::remainder(site.longitude, 360.0)));
    site.longitude = std::remainder(site.longitude, 360.0);
  }
  const pugi::xml_node elevation = child(location, "Elevation");
  if (text_of_element(elevation).empty()) {
    report.repair(0, "no-elevation", "the file gives no elevation; 0 m is taken");
    return;
  }
  site.elevation = elevation_in_metres(number(elevation, document, report, text_of_element(elevation)),
                                       elevation.attribute("units").value(), document.line(elevation), report);
  if (std::abs(site.elevation) > highest_elevation)
    report.error(document.line(elevation), site.elevation, " m is no elevation on Earth");
}

std::string read_name(const pugi::xml_node& root, Report& report) {
  const std::string_view id = text_of_element(descendant(root, {"Site", "Id"}));
  std::string name(id);
  if (name.empty()) {
    name = text_of_element(child(root, "ProductId"));
    if (!name.empty()) report.repair(0, "name-from-product", "no <Site><Id>; the site is named by <ProductId>");
  }
  if (name.empty()) {
    name = std::filesystem::path(report.path()).stem().string();
    report.repair(0, "name-from-file", "no <Site><Id>; the site is named " + name);
  }
  if (!is_utf8(name)) {
    report.repair(0, "foreign-encoding", "the name is no UTF-8");
    name = printable(name);
  }
  if (name.size() > longest_name) report.error(0, "<Id> of ", name.size(), " characters");
  return name;
}

// exp(-iwt)?
bool negative_sign(const pugi::xml_node& root, const Document& document, Report& report) {
  const pugi::xml_node node = descendant(root, {"ProcessingInfo", "SignConvention"});
  const std::string_view sign = text_of_element(node);
  if (sign.empty()) {
    report.repair(0, "no-sign-convention", "no <SignConvention>; exp(+iwt) is taken");
    return false;
  }
  const bool minus = sign.find('-') != std::string_view::npos, plus = sign.find('+') != std::string_view::npos;
  if (minus == plus && upper(sign) != "EXP(I\\OMEGA T)")
    report.error(document.line(node), "<SignConvention>: '", std::string(sign).substr(0, 60),
                 "' is not known; exp(+ i\\omega t) or exp(- i\\omega t)");
  return minus;
}

FieldUnits units_of(std::string name, const pugi::xml_node& node, const Document& document, const Report& report) {
  std::erase_if(name, [](char c) { return c == ' ' || c == '[' || c == ']'; });
  const std::string unit = upper(name);
  if (unit == "MV/KM/NT" || unit == "MV/KM/NANOTESLA") return {};
  if (unit == "V/M/T") return {1, 1 / mu_0};
  if (unit == "V/M/A/M" || unit == "OHM" || unit == "OHMS" || unit == "V/A") return {1, 1};
  report.error(document.line(node), "impedance in '", name.substr(0, 40),
               "' is not known; [mV/km]/[nT], [V/m]/[T] or Ohm");
}

// The units that <Z> states, else <DataTypes>; all periods must agree.
struct Units {
  FieldUnits factors;
  std::string name;
  bool known = false;
};

Units declared_units(const pugi::xml_node& root, const Document& document, const Report& report) {
  Units units;
  for (const pugi::xml_node& type : child(root, "DataTypes").children()) {
    if (!same_name(type.attribute("name").value(), "Z") || !*type.attribute("units").value()) continue;
    units.name = type.attribute("units").value();
    units.factors = units_of(units.name, type, document, report);
    units.known = true;
  }
  return units;
}

void check_units(const pugi::xml_node& z, Units& units, const Document& document, const Report& report) {
  const std::string stated = z.attribute("units").value();
  if (stated.empty() || (units.known && stated == units.name)) return;
  const FieldUnits factors = units_of(stated, z, document, report);
  if (units.known && factors.impedance() != units.factors.impedance())
    report.error(document.line(z), "<Z> in ", stated.substr(0, 40), ", but ", units.name.substr(0, 40), " before");
  units = {factors, stated, true};
}

double azimuth_of(const pugi::xml_node& channel, const Document& document, const Report& report) {
  const char* const orientation = channel.attribute("orientation").value();
  if (!*orientation)
    report.error(document.line(channel), "<SiteLayout>: channel ", channel.attribute("name").value(),
                 " has no orientation, which the data need");
  const double azimuth = number(channel, document, report, orientation);
  if (std::abs(azimuth) > 360) report.error(document.line(channel), azimuth, " is no orientation in degrees");
  return azimuth;
}

// The axes in which the data stand.
ChannelAzimuths read_axes(const pugi::xml_node& root, const Document& document, Report& report) {
  const pugi::xml_node node = descendant(root, {"Site", "Orientation"});
  const std::string kind = upper(text_of_element(node));
  if (kind == "ORTHOGONAL" || (kind.empty() && *node.attribute("angle_to_geographic_north").value())) {
    const pugi::xml_attribute angle = node.attribute("angle_to_geographic_north");
    const double azimuth = *angle.value() ? number(node, document, report, angle.value()) : 0;
    if (std::abs(azimuth) > 360) report.error(document.line(node), azimuth, " is no angle in degrees");
    return {azimuth, azimuth + 90, azimuth, azimuth + 90};
  }
  if (kind.empty()) {
    report.repair(0, "no-orientation", "no <Orientation>; x is taken as geographic north");
    return {};
  }
  if (kind != "SITELAYOUT")
    report.error(document.line(node), "<Orientation>: '", kind.substr(0, 40),
                 "' is not known; orthogonal or sitelayout");
  ChannelAzimuths axes;
  const pugi::xml_node layout = child(root, "SiteLayout");
  std::array<bool, 4> seen{};
  for (const char* group : {"InputChannels", "OutputChannels"})
    for (const pugi::xml_node& channel : child(layout, group).children()) {
      const std::string_view name = channel.attribute("name").value();
      constexpr std::string_view names[] = {"Hx", "Hy", "Ex", "Ey"};
      double* const places[] = {&axes.hx, &axes.hy, &axes.ex, &axes.ey};
      for (std::size_t i = 0; i < 4; ++i)
        if (same_name(name, names[i])) *places[i] = azimuth_of(channel, document, report), seen[i] = true;
    }
  if (!seen[0] || !seen[1])
    report.error(document.line(node), "<Orientation> points to <SiteLayout>, which has no Hx and Hy");
  if (!seen[2] || !seen[3]) axes.ex = axes.hx, axes.ey = axes.hy;  // a site without E
  return axes;
}

double read_period(const pugi::xml_node& node, const Document& document, const Report& report) {
  const double period = number(node, document, report, node.attribute("value").value());
  const std::string unit = upper(node.attribute("units").value());
  if (!unit.empty() && unit != "SECS" && unit != "SEC" && unit != "S" && unit != "SECONDS")
    report.error(document.line(node), "<Period>: units='", unit.substr(0, 40), "' are not known; secs");
  if (!(period > 0) || !(period < 1e30)) report.error(document.line(node), "<Period>: ", period, " s is not positive");
  return period;
}

template <std::size_t n>
std::array<double, n> errors_of(const std::array<double, n>& variance, double unit, std::size_t& negative) {
  std::array<double, n> errors;
  for (std::size_t i = 0; i < n; ++i) {
    negative += variance[i] < 0;
    errors[i] = variance[i] < 0 ? not_a_number : unit * std::sqrt(variance[i] / 2);
  }
  return errors;
}

// One period's estimates in SI as a row of the site.
void add_row(const Estimates& e, const Units& units, bool minus, std::size_t row, Site& site, CovarianceRows& rows,
             std::size_t& negative) {
  const double unit = units.factors.impedance();
  if (e.z)
    for (std::size_t c = 0; c < 4; ++c) site.z[row][c] = unit * (minus ? std::conj((*e.z)[c]) : (*e.z)[c]);
  if (e.tipper)
    for (std::size_t c = 0; c < 2; ++c) site.tipper[row][c] = minus ? std::conj((*e.tipper)[c]) : (*e.tipper)[c];
  if (e.z && e.z_variance) site.z_error[row] = errors_of(*e.z_variance, unit, negative);
  if (e.tipper && e.tipper_variance) site.tipper_error[row] = errors_of(*e.tipper_variance, 1, negative);
  CovarianceRow covariance;
  if (e.z && e.z_signal && e.z_residual) {
    covariance.s = *e.z_signal;
    for (std::size_t i = 0; i < 4; ++i) covariance.n[i + i / 2] = (*e.z_residual)[i];  // 3 x 3 from 2 x 2
  }
  if (e.tipper && e.tipper_signal && e.tipper_residual)
    covariance.add_tipper(*e.tipper_signal, *e.tipper_residual, rows);
  if (minus) covariance.conjugate();
  rows.set(row, covariance, units.factors);
}

}  // namespace

Site read_document(std::string_view bytes, const std::string& path) {
  Report report(path);
  const Document document(bytes, report);
  const pugi::xml_node root = document.root();
  if (!same_name(root.name(), "EM_TF"))
    report.error(document.line(root), "the root element is <", std::string(root.name()).substr(0, 40),
                 ">, not <EM_TF>");
  Site site;
  site.name = read_name(root, report);
  read_place(child(root, "Site"), site, document, report);
  const bool minus = negative_sign(root, document, report);
  const ChannelAzimuths axes = read_axes(root, document, report);
  Units units = declared_units(root, document, report);

  const pugi::xml_node data = child(root, "Data");
  if (!data) report.error(0, "has no <Data>");
  std::vector<Estimates> estimates;
  std::size_t not_numbers = 0;
  for (const pugi::xml_node& node : data.children()) {
    if (!same_name(node.name(), "Period")) continue;
    site.period.push_back(read_period(node, document, report));
    if (const pugi::xml_node z = child(node, "Z")) check_units(z, units, document, report);
    estimates.push_back(read_estimates(node, document, report, not_numbers));
  }
  if (estimates.empty()) report.error(document.line(data), "<Data> holds no <Period>");
  if (const char* const count = data.attribute("count").value();
      *count && number(data, document, report, count) != static_cast<double>(estimates.size()))
    report.error(document.line(data), "<Data count=\"", std::string(count).substr(0, 40), "\">, but ", estimates.size(),
                 " <Period> follow");

  const auto has = [&](auto member) {
    return std::any_of(estimates.begin(), estimates.end(), [&](const Estimates& e) { return (e.*member).has_value(); });
  };
  const bool impedance = has(&Estimates::z), tipper = has(&Estimates::tipper);
  if (!impedance && !tipper) report.error(document.line(data), "holds neither impedances <Z> nor a tipper <T>");
  if (impedance && !units.known)
    report.repair(document.line(data), "no-units", "no units of the impedance; [mV/km]/[nT] is taken");
  if (impedance) make_impedance_rows(site, estimates.size());
  if (tipper) make_tipper_rows(site, estimates.size());
  CovarianceRows rows(estimates.size());
  std::size_t negative = 0;
  for (std::size_t i = 0; i < estimates.size(); ++i) add_row(estimates[i], units, minus, i, site, rows, negative);
  if (not_numbers)
    report.repair(document.line(data), "not-a-number",
                  text(not_numbers, " values that are no numbers taken as missing"));
  if (negative)
    report.repair(document.line(data), "negative-variance", text(negative, " negative values taken as missing"));
  rows.move_to(site, report);

  site.provenance.format = "emtf-xml";
  site.provenance.units = impedance && units.known ? units.name : "mV/km/nT";
  site.provenance.sign = minus ? "-" : "+";
  site.provenance.program =
      printable(std::string(text_of_element(descendant(root, {"ProcessingInfo", "ProcessingSoftware", "Name"}))))
          .substr(0, 200);
  settle(site, axes, report);
  return site;
}

}  // namespace emtf_xml

Site parse_emtf_xml(std::string_view bytes, const std::string& path) { return emtf_xml::read_document(bytes, path); }

Site read_emtf_xml(const std::string& path) {
  return emtf_xml::read_document(read_file(path, std::size_t{8} << 20), path);
}

bool looks_like_emtf_xml(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  for (;;) {
    bytes = trim(bytes);
    if (!bytes.starts_with('<')) return false;
    // Declarations, comments and a DOCTYPE (which reading refuses) may stand before the root element.
    const bool comment = bytes.starts_with("<!--");
    if (!comment && !bytes.starts_with("<?") && !bytes.starts_with("<!")) break;
    const bool subset = bytes.starts_with("<!") && bytes.find('[') < bytes.find('>');  // of a DOCTYPE
    const std::string_view stop = comment ? "-->" : subset ? "]>" : ">";
    const std::size_t end = bytes.find(stop);
    if (end == std::string_view::npos) return false;
    bytes.remove_prefix(end + stop.size());
  }
  return emtf_xml::same_name(bytes.substr(1, 5), "EM_TF");
}

}  // namespace terrella::datasets
