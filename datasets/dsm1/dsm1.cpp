#include "datasets/dsm1/dsm1.h"

#include <array>
#include <cmath>
#include <map>

#include "core/error.h"
#include "datasets/file/lines.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 26;
constexpr std::array elements = {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy};

/// What stands behind the keys of the first line, in their order; empty where one is missing.
struct Head {
  std::string_view name, easting, northing;
};
Head head_of(std::string_view line) {
  if (line.starts_with('#')) line.remove_prefix(1);
  const auto words = words_of(line);
  std::size_t at = 0;
  const auto after = [&](std::string_view key) -> std::string_view {
    for (; at < words.size(); ++at) {
      if (!words[at].starts_with(key)) continue;
      const std::string_view rest = words[at++].substr(key.size());
      if (!rest.empty()) return rest;
      return at < words.size() ? words[at++] : std::string_view{};
    }
    return {};
  };
  Head head;
  head.name = after("sitename:");
  head.easting = after("easting:");
  head.northing = after("northing:");
  return head;
}

}  // namespace

bool looks_like_dsm1(std::string_view first_bytes) {
  const std::string_view line = trim(first_bytes.substr(0, first_bytes.find('\n')));
  return line.starts_with('#') && !head_of(line).northing.empty();
}

Observations parse_dsm1(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text_of_file = text_of(bytes, most_bytes, report);
  Lines lines(text_of_file, report);
  Observations result;
  result.blocks.emplace_back();
  result.blocks[0].units = "ohm";
  ObservationSite site;
  Line line = lines.expect("'# sitename: ...'");
  const Head head = head_of(line.text);
  site.name = printable(std::string(head.name));
  if (site.name.empty() || line.text[0] != '#')
    report.error(line.number, "'# sitename: NAME easting: M northing: M' should stand here");
  site.y = number_of(head.easting, line.number, "easting", report);
  site.x = number_of(head.northing, line.number, "northing", report);
  site.z = 0;
  result.sites.push_back(site);
  double last = 0;
  bool any = false;
  while (lines.next(line)) {
    if (line.text[0] == '#') {
      if (any) report.error(line.number, "a comment among the data");
      continue;
    }
    const auto words = words_of(line.text);
    if (words.size() != 9)
      report.error(line.number, "a row has a period and eight numbers, found ", words.size(), " words");
    Observation row;
    row.period = number_of(words[0], line.number, "period", report);
    if (!(row.period > last)) report.error(line.number, "period ", row.period, " s does not ascend from ", last, " s");
    last = row.period;
    any = true;
    for (std::size_t c = 0; c < 4; ++c) {
      row.quantity = elements[c];
      row.value = {number_of(words[1 + 2 * c], line.number, "real part", report),
                   number_of(words[2 + 2 * c], line.number, "imaginary part", report)};
      result.rows.push_back(row);
    }
  }
  if (!any) report.error(lines.number(), "there are no data");
  result.provenance.path = path;
  result.provenance.format = "dsm1";
  result.provenance.units = "ohm";
  result.provenance.repairs = report.take_repairs();
  validate(result);
  return result;
}

Observations read_dsm1(const std::string& path) { return parse_dsm1(read_file(path, most_bytes), path); }

std::string dsm1_text(const Observations& observations) {
  validate(observations);
  expect_local_fields(observations, "write_dsm1");
  if (observations.sites.size() != 1) fail("write_dsm1: one file holds one site, not ", observations.sites.size());
  const ObservationSite& site = observations.sites[0];
  if (site.name.empty() || site.name.find_first_of(" \t\r\n") != std::string::npos)
    fail("write_dsm1: the name '", site.name, "' should be one word");
  if (!std::isfinite(site.x) || !std::isfinite(site.y)) fail("write_dsm1: site '", site.name, "' has no x and y");
  if (site.rotation != 0) fail("write_dsm1: site '", site.name, "': turn x to the north first");
  std::map<double, std::map<Quantity, Complex>> rows;
  for (const Observation& row : observations.rows) {
    if (info(row.quantity).kind != QuantityKind::impedance || info(row.quantity).place > Place::yy)
      fail("write_dsm1: the format has the four impedances, not ", info(row.quantity).name);
    if (row.masked)
      fail("write_dsm1: ", info(row.quantity).name, ", period ", row.period,
           " s is masked, which the format cannot say; leave masked rows out");
    rows[row.period][row.quantity] = row.value;
  }
  std::string out = "# sitename: " + site.name + "  easting:";
  append_fixed(out, site.y, 0);
  out += " m  northing:";
  append_fixed(out, site.x, 0);
  out += " m\n# periods (s) ReZxx ImZxx ReZxy ImZxy ReZyx ImZyx ReZyy ImZyy\n";
  for (const auto& [period, values] : rows) {
    if (values.size() != 4) fail("write_dsm1: period ", period, " s has ", values.size(), " of four impedances");
    append_scientific(out, period, 4);
    for (const Quantity element : elements) {
      append_scientific(out, values.at(element).real(), 4);
      append_scientific(out, values.at(element).imag(), 4);
    }
    out += '\n';
  }
  return out;
}

}  // namespace terrella::datasets
