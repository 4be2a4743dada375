#include "datasets/edi/header.h"

#include <cmath>
#include <filesystem>

#include "datasets/edi/coordinates.h"
#include "datasets/edi/options.h"
#include "datasets/file/bounds.h"
#include "datasets/file/elevation.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"

namespace terrella::datasets::edi {
namespace {

// The three places where a file may hold its header entries, in order of trust.
struct Places {
  std::vector<Option> head, measurement, info;
};

std::vector<Option> options_of_all(const Document& document, std::string_view keyword, Report& report) {
  const Block* const block = document.find(keyword, report);
  return block ? options_of(*block, report) : std::vector<Option>();
}

constexpr const char *stated_sign = "SIGNCONVENTION", *sign_in_prose = "SIGN CONVENTION";

// The key of a line of >INFO in upper case; those of the sign convention are one of two in all their spellings.
std::string info_key(std::string_view text) {
  std::string key = upper(trim(text));
  std::string plain = key;
  std::erase_if(plain, [](char c) { return c == ' ' || c == '\t' || c == '_'; });
  if (plain != "SIGNCONVENTION" && plain != "TRANSFERFUNCTION.SIGNCONVENTION") return key;
  return key.find_first_of(" \t") == std::string::npos ? stated_sign : sign_in_prose;
}

// +1 or -1 of i w t in exp(-i w t), e^{-iwt} and their like, or of a sign alone; 0 where that is not what stands there.
int sign_of(std::string text) {
  std::erase_if(text, [](char c) { return std::string_view(" \t(){}*\"'").find(c) != std::string_view::npos; });
  if (text == "+" || text == "-") return text == "+" ? 1 : -1;
  int sign = 0;
  for (const std::string_view exponential : {"EXP", "E^"})
    for (std::size_t at = text.find(exponential); at != std::string::npos; at = text.find(exponential, at)) {
      at += exponential.size();
      const bool minus = at < text.size() && text[at] == '-', plus = at < text.size() && text[at] == '+';
      if (minus || plus) ++at;
      if (at >= text.size() || (text[at] != 'I' && text[at] != 'J')) continue;
      if (sign == (minus ? 1 : -1)) return 0;  // both stand there
      sign = minus ? -1 : 1;
    }
  return sign;
}

// >INFO is free text; of it only "KEY = value" and "KEY: value" lines with these words before the sign are taken.
std::vector<Option> info_options(const Document& document) {
  std::vector<Option> options;
  for (const Block& block : document.blocks()) {
    if (block.keyword != "INFO") continue;
    for_each_line(block, [&](std::string_view line, std::int64_t number) {
      const std::size_t sign = line.find_first_of("=:");
      if (sign == std::string_view::npos) return;
      const std::string key = info_key(line.substr(0, sign));
      if (key == "LATITUDE" || key == "LONGITUDE" || key == "ELEVATION" || key == stated_sign || key == sign_in_prose)
        options.push_back({key, std::string(trim(line.substr(sign + 1))), number});
    });
  }
  return options;
}

bool is_missing(const Option& option, const Empty& empty) {
  double value = 0;
  return parse_number(option.value, value) == NumberKind::plain && std::abs(value) > 360 && empty.matches(value);
}

struct Candidate {
  const Option* option;
  const char* repair;  ///< rule to note when this place is used
  bool from_prose = false;
};

double coordinate(const char* what, double limit, const std::vector<Candidate>& candidates, const Empty& empty,
                  Report& report) {
  double value = not_a_number;
  const Option* used = nullptr;
  for (const Candidate& candidate : candidates) {
    if (!candidate.option || is_missing(*candidate.option, empty)) continue;
    if (used && candidate.from_prose) continue;  // programs write much there that only looks like a coordinate
    const auto degrees = parse_degrees(candidate.option->value);
    if (!degrees)
      report.error(candidate.option->line, candidate.option->key, "='", candidate.option->value, "' is no ", what,
                   "; write degrees as -34.5 or -34:30:00");
    if (std::abs(*degrees) > limit)
      report.error(candidate.option->line, what, " ", *degrees, " is beyond ", limit, " degrees");
    if (!used) {
      value = *degrees;
      used = candidate.option;
      if (candidate.repair) report.repair(used->line, candidate.repair, text(what, " taken from ", used->key));
    } else if (std::abs(std::remainder(*degrees - value, 360.0)) > 0.01) {
      report.repair(
          candidate.option->line, "coordinates-disagree",
          text(candidate.option->key, " ", *degrees, " differs from ", used->key, " ", value, ", which is used"));
    }
  }
  if (!used) report.repair(0, "no-coordinates", text("the file gives no ", what));
  return value;
}

void read_coordinates(const Places& places, Header& header, Report& report) {
  header.latitude = coordinate("latitude", 90,
                               {{find_option(places.head, {"LAT", "LATITUDE"}), nullptr},
                                {find_option(places.measurement, {"REFLAT"}), "coordinates-from-reference"},
                                {find_option(places.info, {"LATITUDE"}), "coordinates-from-info", true}},
                               header.empty, report);
  header.longitude = coordinate("longitude", 360,
                                {{find_option(places.head, {"LONG", "LON", "LONGITUDE"}), nullptr},
                                 {find_option(places.measurement, {"REFLONG", "REFLON"}), "coordinates-from-reference"},
                                 {find_option(places.info, {"LONGITUDE"}), "coordinates-from-info", true}},
                                header.empty, report);
  if (std::abs(header.longitude) > 180) {
    const double wrapped = std::remainder(header.longitude, 360.0);
    report.repair(0, "longitude-wrapped", text("longitude ", header.longitude, " written as ", wrapped));
    header.longitude = wrapped;
  }
}

// "158 m", "518ft" or "158" as number and unit; a comment may follow.
std::pair<std::string_view, std::string_view> number_and_unit(std::string_view value) {
  const std::vector<std::string_view> words = words_of(value.substr(0, value.find('!')));
  if (words.empty()) return {};
  if (words.size() > 1) return {words[0], words[1]};
  double number = 0;
  if (parse_number(words[0], number) != NumberKind::bad) return {words[0], {}};
  const std::size_t digits = words[0].find_last_of("0123456789") + 1;  // 0 where there is none
  if (digits == 0) return {words[0], {}};
  return {words[0].substr(0, digits), words[0].substr(digits)};
}

void read_elevation(const Places& places, Header& header, Report& report) {
  struct Place {
    const Option* option;
    const std::vector<Option>* units;  ///< where UNITS may say feet
  };
  const Place candidates[] = {{find_option(places.head, {"ELEV", "ELEVATION"}), &places.head},
                              {find_option(places.measurement, {"REFELEV"}), &places.measurement},
                              {find_option(places.info, {"ELEVATION"}), nullptr}};
  for (const auto& [option, place] : candidates) {
    if (!option) continue;
    double value = 0;
    auto [token, unit] = number_and_unit(option->value);
    const NumberKind kind = parse_number(token, value);
    if (kind == NumberKind::bad) report.error(option->line, option->key, "='", option->value, "' is no elevation in m");
    if (kind == NumberKind::nan || std::abs(value) >= 1e30) continue;
    if (kind == NumberKind::decimal_comma)
      report.repair(option->line, "decimal-comma", text(option->key, "=", option->value));
    if (!place && !metres_of_unit(unit)) continue;  // prose, of which the number may be anything
    const Option* const units = place ? find_option(*place, {"UNITS"}) : nullptr;
    // UNITS of >HEAD may also be those of the impedance.
    if (unit.empty() && units && metres_of_unit(units->value)) unit = units->value;
    value = elevation_in_metres(value, unit, option->line, report);
    if (std::abs(value) > highest_elevation)
      report.error(option->line, option->key, "=", option->value, " is no elevation on Earth");
    header.elevation = value;
    return;
  }
  report.repair(0, "no-elevation", "the file gives no elevation; 0 m is taken");
}

void read_units(const Places& places, Header& header, Report& report) {
  const Option* const option = find_option(places.head, {"UNITS"});
  if (!option) return;
  const std::string unit = upper(option->value);
  if (unit == "OHM" || unit == "OHMS" || unit == "[V/M]/[A/M]" || unit == "V/A") {
    header.in_ohm = true;
    return;
  }
  // In >HEAD most programs give the unit of length here.
  for (const char* known : {"M", "METER", "METERS", "METRE", "METRES", "FT", "FEET", "NONE", "SI", "MV/KM/NT",
                            "[MV/KM]/[NT]", "MV/KM/GAMMA", "MILLIVOLTS_PER_KILOMETER_PER_NANOTESLA"})
    if (unit == known) return;
  report.error(option->line, "UNITS=", option->value, " is not known; impedances are read in mV/km/nT or ohm");
}

void read_sign(const Places& places, Header& header, Report& report) {
  const Option* first = nullptr;
  for (const Option& option : places.info) {
    const std::string stated = upper(option.value);
    if (option.key != stated_sign && option.key != sign_in_prose) continue;
    if (stated.empty() || stated == "NONE" || stated == "UNKNOWN") continue;
    const int sign = sign_of(stated);
    if (sign == 0 && option.key == stated_sign)
      report.error(option.line, "sign convention '", option.value, "' is not known; exp(+iwt) or exp(-iwt)");
    if (sign == 0) {
      report.repair(option.line, "sign-convention-unknown", text("'", option.value.substr(0, 60), "' names no sign"));
      continue;
    }
    if (first && header.negative_sign != (sign < 0))
      report.error(option.line, "sign convention '", option.value, "' contradicts that of line ", first->line);
    header.negative_sign = sign < 0;
    first = &option;
  }
}

void read_channel_azimuth(const Document& document, Header& header, Report& report) {
  for (const Block& block : document.blocks()) {
    if (block.keyword != "HMEAS") continue;
    const auto options = options_of(block, report);
    const Option* const type = find_option(options, {"CHTYPE"});
    const Option* const azimuth = find_option(options, {"AZM"});
    if (!type || upper(type->value) != "HX" || !azimuth) continue;
    double value = 0;
    const NumberKind kind = parse_number(azimuth->value, value);
    if (kind == NumberKind::bad) report.error(azimuth->line, "AZM='", azimuth->value, "' is no angle");
    if (kind == NumberKind::plain && std::abs(value) <= 360) header.channel_azimuth = value;
    return;
  }
}

}  // namespace

Header read_header(const Document& document, Report& report) {
  const Places places{options_of_all(document, "HEAD", report), options_of_all(document, "=DEFINEMEAS", report),
                      info_options(document)};
  Header header;
  if (const Option* const empty = find_option(places.head, {"EMPTY"})) {
    double value = 0;
    const NumberKind kind = parse_number(empty->value, value);
    if (kind == NumberKind::bad) report.error(empty->line, "EMPTY='", empty->value, "' is not a number");
    if (kind == NumberKind::decimal_comma) report.repair(empty->line, "decimal-comma", "EMPTY=" + empty->value);
    header.empty.declared = kind != NumberKind::nan;
    if (header.empty.declared) header.empty.value = value;
  }
  read_coordinates(places, header, report);
  read_elevation(places, header, report);
  read_units(places, header, report);
  read_sign(places, header, report);
  read_channel_azimuth(document, header, report);
  if (const Option* const system = find_option(places.head, {"COORDSYS", "COORDINATE_SYSTEM"}))
    if (upper(system->value).find("MAGNETIC") != std::string::npos)
      report.repair(system->line, "magnetic-north",
                    system->key + "=" + system->value + ", without a declination: taken as geographic north");
  if (const Option* const program = find_option(places.head, {"PROGVERS", "PROGNAME"}))
    header.program = program->value.substr(0, 200);

  if (const Option* const name = find_option(places.head, {"DATAID"})) {
    header.name = name->value;
  } else {
    for (const char* section : {"=MTSECT", "=SPECTRASECT", "=EMAPSECT"}) {
      const auto options = options_of_all(document, section, report);
      const Option* const id = find_option(options, {"SECTID"});
      if (!id) continue;
      header.name = id->value;
      report.repair(id->line, "name-from-section", "no DATAID; the site is named by SECTID=" + id->value);
      break;
    }
  }
  if (header.name.empty()) {
    header.name = std::filesystem::path(report.path()).stem().string();
    report.repair(0, "name-from-file", "no DATAID and no SECTID; the site is named " + header.name);
  }
  if (header.name.size() > longest_name) report.error(1, "DATAID of ", header.name.size(), " characters");
  return header;
}

}  // namespace terrella::datasets::edi
