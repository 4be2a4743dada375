#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "core/error.h"
#include "datasets/emdata/emdata.h"
#include "datasets/file/entries.h"
#include "datasets/file/numbers.h"
#include "datasets/observations/profile.h"
#include "datasets/survey/projection.h"

namespace terrella::datasets {
namespace {

constexpr double degree = std::numbers::pi / 180;

struct Origin {
  std::string crs;  // empty: no place is known
  double north = 0, east = 0, strike = 0;
};

// "11 N 3636717.0 476297.0 20.0"; zone 0 stands for none.
Origin origin_of(const EmData& data, const Report& report) {
  Origin origin;
  const auto words = words_of(data.origin);
  if (words.empty()) return origin;
  if (words.size() != 5 || (upper(words[1]) != "N" && upper(words[1]) != "S"))
    report.error(0, "the origin '", data.origin, "' is not 'zone N|S northing easting strike'");
  const auto zone = count_of(words[0], 0, "UTM zone", 0, 60, report);
  origin.north = number_of(words[2], 0, "northing of the origin", report);
  origin.east = number_of(words[3], 0, "easting of the origin", report);
  origin.strike = number_of(words[4], 0, "strike", report);
  if (zone > 0) origin.crs = text("EPSG:", (upper(words[1]) == "N" ? 32600 : 32700) + zone);
  return origin;
}

// "mode: DET", "rotation_angle = 0.00": what mtpy writes as comments of Occam1D files.
bool is_comment_of(std::string_view comment, std::string_view key) {
  const std::size_t mark = comment.find_first_of(":=");
  return mark != std::string_view::npos && is_key(comment.substr(0, mark), key);
}

std::string comment_value(const EmData& data, std::string_view key) {
  for (const std::string& comment : data.comments)
    if (is_comment_of(comment, key)) return std::string(trim(comment.substr(comment.find_first_of(":=") + 1)));
  return "";
}

void place_sites(const EmData& data, const Origin& origin, std::vector<ObservationSite>& sites, const Report& report) {
  if (origin.crs.empty() || sites.empty()) return;
  std::vector<MapPoint> places;
  const double c = std::cos(origin.strike * degree), s = std::sin(origin.strike * degree);
  for (const EmReceiver& r : data.receiver)
    places.push_back({origin.east + r.x * s + r.y * c, origin.north + r.x * c - r.y * s});
  try {
    places = transform(places, origin.crs, wgs84);
  } catch (const std::invalid_argument& error) { report.error(0, "the origin leads nowhere: ", error.what()); }
  for (std::size_t i = 0; i < sites.size(); ++i) {
    sites[i].longitude = places[i].x;
    sites[i].latitude = places[i].y;
  }
}

std::vector<std::string> names_of(const EmData& data) {
  std::map<std::string, int> count;
  for (const EmReceiver& receiver : data.receiver) ++count[receiver.name];
  std::vector<std::string> names;
  for (std::size_t i = 0; i < data.receiver.size(); ++i) {
    const std::string& name = data.receiver[i].name;
    names.push_back(!name.empty() && count[name] == 1 ? name : text("rx", i + 1, name.empty() ? "" : "_", name));
  }
  return names;
}

}  // namespace

Observations observations_of(const EmData& data, bool responses) {
  Report report(data.path);
  if (responses && !data.is_response) report.error(0, "is a data file, which holds no responses");
  if (upper(data.phase_convention) == "LEAD")
    report.error(0,
                 "has the phase convention 'lead', under which the sign of MT phases is not documented; write it "
                 "with 'lag'");
  const Origin origin = origin_of(data, report);
  Observations result;
  ObservationBlock block;
  block.kind = data.version;
  block.header = data.comments;
  block.units = "ohm";
  block.orientation = origin.strike;
  double rotation = origin.strike;
  const bool determinant = is_version_1(data) && upper(comment_value(data, "mode")) == "DET";
  if (const std::string angle = comment_value(data, "rotation_angle"); is_version_1(data) && !angle.empty()) {
    double value = 0;
    if (parse_number(angle, value) != NumberKind::plain)
      report.error(0, "the comment 'rotation_angle' is not a number");
    block.orientation = rotation = value;
  }
  const auto names = names_of(data);
  for (std::size_t i = 0; i < data.receiver.size(); ++i) {
    const EmReceiver& r = data.receiver[i];
    ObservationSite site;
    site.name = names[i];
    site.x = r.x;
    site.y = r.y;
    site.z = r.z;
    site.rotation = rotation + r.theta;
    site.tilt = r.beta;
    result.sites.push_back(site);
  }
  place_sites(data, origin, result.sites, report);
  if (!data.origin.empty()) block.entries["origin"] = data.origin;
  if (!data.phase_convention.empty()) block.entries["phase convention"] = data.phase_convention;
  if (!data.reciprocity.empty()) block.entries["reciprocity"] = data.reciprocity;
  for (std::size_t i = 0; i < data.receiver.size(); ++i)
    if (const EmReceiver& r = data.receiver[i]; r.alpha != 0 || r.length != 0 || r.solve_static != 0)
      block.entries["receiver " + names[i]] = fmt::format("{:.13g} {:.13g} {}", r.alpha, r.length, r.solve_static);
  result.blocks.push_back(block);
  std::size_t csem = 0, hybrid = 0;
  bool request = !responses;  // a table of zeros asks for a forward run
  for (const EmDatum& d : data.data) {
    if (d.type < 100) {
      ++csem;
      continue;
    }
    auto quantity = em_quantity(d.type);
    if (!quantity) report.error(0, "data of type ", d.type, " are no real quantity of a layered or 2D earth");
    if (determinant) switch (*quantity) {
        case Quantity::rho_te:
          quantity = Quantity::rho_det;
          break;
        case Quantity::phase_te:
          quantity = Quantity::phase_det;
          break;
        case Quantity::log10_rho_te:
          quantity = Quantity::log10_rho_det;
          break;
        default:
          report.error(0, "says 'mode: DET' and holds data of type ", d.type, "; xy is expected");
      }
    Observation row;
    row.period = 1 / data.frequency[d.frequency - 1];
    row.value = responses ? d.response : d.value;
    row.error = row.error_imaginary = d.error > 0 ? d.error : not_a_number;
    row.site = d.receiver - 1;
    row.quantity = *quantity;
    if (!is_version_1(data) && d.transmitter != 0 && d.transmitter != d.receiver) {
      row.reference = d.transmitter - 1;
      ++hybrid;
    }
    request = request && d.value == 0 && d.error == 0;
    result.rows.push_back(row);
  }
  if (result.rows.empty()) report.error(0, "holds no MT data");
  if (request)
    report.error(0, "all data and errors are 0: it asks for a forward run and holds no data",
                 data.is_response ? "; take its responses" : "");
  mask_rows_without_error(result);
  result.provenance.path = data.path;
  result.provenance.format = data.version;
  result.provenance.units = "ohm";
  result.provenance.repairs = data.repairs;
  if (csem)
    result.provenance.repairs.push_back({0, "csem-data", text(csem, " data of controlled sources are not MT data")});
  if (hybrid)
    result.provenance.repairs.push_back(
        {0, "separate-magnetic-receiver", text(hybrid, " data have their magnetic sensors at another receiver")});
  try {
    validate(result);
  } catch (const std::invalid_argument& error) { throw FormatError(data.path, 0, error.what()); }
  return result;
}

Observations read_em_observations(const std::string& path) {
  const EmData data = read_emdata(path);
  return observations_of(data, data.is_response);
}

EmData emdata_of(const Observations& observations, const EmDataOptions& options) {
  validate(observations);
  EmData data;
  data.version = options.version;
  const bool version_1 = is_version_1(data);
  const std::vector<double> periods = periods_of(observations, false);
  std::map<double, std::uint32_t> number;
  for (auto period = periods.rbegin(); period != periods.rend(); ++period) {  // ascending frequency
    data.frequency.push_back(1 / *period);
    number[*period] = static_cast<std::uint32_t>(data.frequency.size());
  }
  const ObservationBlock block = observations.blocks.empty() ? ObservationBlock{} : observations.blocks.front();
  data.comments = block.kind == options.version ? block.header : std::vector<std::string>{};
  const auto entry = [&](const std::string& name) {
    const auto found = block.entries.find(name);
    return found == block.entries.end() || version_1 ? std::string() : found->second;
  };
  data.origin = entry("origin");
  data.phase_convention = entry("phase convention");
  data.reciprocity = entry("reciprocity");
  if (version_1) expect_local_fields(observations, "emdata_of");
  if (data.origin.empty() && block.orientation != 0 && !version_1)
    data.origin = fmt::format("0 N 0 0 {:.13g}", block.orientation);
  if (version_1) data.transmitter = {"0 0 0 0 0"};
  for (const ObservationSite& site : observations.sites) {
    if (!version_1 && (std::isnan(site.y) || std::isnan(site.z)))
      fail("emdata_of: site '", site.name, "' has no ", std::isnan(site.y) ? "place along the profile" : "depth z");
    EmReceiver receiver;
    const auto or_zero = [](double value) { return std::isnan(value) ? 0.0 : value; };
    receiver.x = or_zero(site.x);
    receiver.y = or_zero(site.y);
    receiver.z = or_zero(site.z);
    receiver.theta = site.rotation - block.orientation;
    if (version_1 && receiver.theta != 0)
      fail("emdata_of: site '", site.name, "' has x at ", site.rotation, " degrees, others at ", block.orientation,
           "; turn all to one azimuth first");
    receiver.beta = site.tilt;
    const std::string said = entry("receiver " + site.name);
    if (const auto words = words_of(said); words.size() == 3) {
      double solve_static = 0;
      parse_number(words[0], receiver.alpha);
      parse_number(words[1], receiver.length);
      if (parse_number(words[2], solve_static) == NumberKind::plain)
        receiver.solve_static = static_cast<std::int64_t>(std::clamp(solve_static, -1e6, 1e6));
    }
    if (data.version.ends_with("2.1") || data.version.ends_with("2.2")) receiver.name = site.name;
    data.receiver.push_back(receiver);
  }
  std::size_t determinants = 0;
  for (const Observation& row : observations.rows) {
    if (row.masked) continue;
    const QuantityInfo& what = info(row.quantity);
    Quantity quantity = row.quantity;
    if (version_1) {
      if (quantity == Quantity::rho_det) quantity = Quantity::rho_te;
      if (quantity == Quantity::phase_det) quantity = Quantity::phase_te;
      if (quantity == Quantity::log10_rho_det) quantity = Quantity::log10_rho_te;
    }
    if (quantity == Quantity::rho_xy) quantity = Quantity::rho_te;
    if (quantity == Quantity::log10_rho_xy) quantity = Quantity::log10_rho_te;
    if (quantity == Quantity::phase_xy) quantity = Quantity::phase_te;
    if (quantity == Quantity::rho_yx) quantity = Quantity::rho_tm;
    if (quantity == Quantity::log10_rho_yx) quantity = Quantity::log10_rho_tm;
    EmDatum datum;
    datum.type = em_type(quantity);
    if (datum.type == 0) fail("emdata_of: ", options.version, " has no code for ", what.name);
    determinants += what.place == Place::determinant;
    datum.frequency = number[row.period];
    datum.receiver = row.site + 1;
    datum.transmitter = version_1 ? 0 : row.reference == Observation::no_site ? row.site + 1 : row.reference + 1;
    datum.value = row.value.real();
    datum.error = std::isnan(row.error) ? 0 : row.error;
    data.data.push_back(datum);
  }
  if (data.data.empty()) fail("emdata_of: all data are masked");
  if (determinants && determinants != data.data.size())
    fail("emdata_of: a file holds either determinants or components, not both");
  std::erase_if(data.comments, [](const std::string& c) { return is_comment_of(c, "mode"); });
  if (determinants) data.comments.insert(data.comments.begin(), "mode: DET");
  if (version_1) std::erase_if(data.comments, [](const std::string& c) { return is_comment_of(c, "rotation_angle"); });
  if (version_1 && block.orientation != 0)
    data.comments.push_back(fmt::format("rotation_angle = {:.13g}", block.orientation));
  return data;
}

std::string occam1d_data_text(const Observations& observations) {
  return emdata_text(emdata_of(observations, {.version = "EMData_1.1"}));
}

std::string mare2dem_data_text(const Observations& observations) { return emdata_text(emdata_of(observations)); }

}  // namespace terrella::datasets
