#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "inversion/mt2d/line.h"
#include "inversion/mt2d/option_table.h"
#include "inversion/option_values.h"

namespace terrella::inversion {
namespace {

std::optional<double> degrees_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

TERRELLA_NAMES(LineData, "data", {"rho_phase", "impedance"})

void set_strike(LineOptions& options, std::string_view text) {
  if (text == "auto") {
    options.strike_from = StrikeFrom::automatic;
  } else if (text == "phase_tensor") {
    options.strike_from = StrikeFrom::phase_tensor;
  } else if (text == "groom_bailey") {
    options.strike_from = StrikeFrom::groom_bailey;
  } else if (text == "perpendicular") {
    options.strike_from = StrikeFrom::perpendicular;
  } else if (const auto angle = degrees_in(text)) {
    options.strike_from = StrikeFrom::given;
    options.strike = *angle;
  } else {
    fail("strike: '", text, "' is neither degrees nor one of auto, phase_tensor, groom_bailey, perpendicular");
  }
}

void set_profile(LineOptions& options, std::string_view text) {
  const auto angle = degrees_in(text);
  if (!angle && text != "auto") fail("profile: '", text, "' is neither degrees nor 'auto'");
  options.profile = angle.value_or(datasets::not_a_number);
}

void validate(const LineOptions& o) {
  const auto not_negative = [](const char* name, double value) { inversion::not_negative("line", name, value); };
  if (std::isinf(o.profile)) fail("line: profile is infinite; give an azimuth in degrees, or 'auto'");
  if (!std::isfinite(o.strike)) fail("line: strike is ", o.strike, "; give an azimuth in degrees");
  not_negative("shortest_period", o.shortest_period);
  not_negative("longest_period", o.longest_period);
  if (o.longest_period > 0 && !(o.longest_period > o.shortest_period))
    fail("line: longest_period is ", o.longest_period, " s, shortest_period ", o.shortest_period,
         " s; the first must be longer");
  not_negative("periods_per_decade", o.periods_per_decade);
  if (o.periods_per_decade > 1000) fail("line: periods_per_decade is ", o.periods_per_decade, "; 1000 at most");
  not_negative("largest_distance", o.largest_distance);
  not_negative("impedance_floor", o.impedance_floor);
  if (o.impedance_floor > 1)
    fail("line: impedance_floor is ", o.impedance_floor, "; it is a fraction of |Z|: 0.05 means 5 %");
  not_negative("tipper_floor", o.tipper_floor);
  if (!(o.largest_skew > 0)) fail("line: largest_skew is ", o.largest_skew, "; give degrees above 0");
}

std::string to_toml(const LineOptions& o) {
  const auto strike = [&] {
    switch (o.strike_from) {
      case StrikeFrom::automatic:
        return std::string("'auto'");
      case StrikeFrom::phase_tensor:
        return std::string("'phase_tensor'");
      case StrikeFrom::groom_bailey:
        return std::string("'groom_bailey'");
      case StrikeFrom::perpendicular:
        return std::string("'perpendicular'");
      case StrikeFrom::given:
        break;
    }
    return toml_number(o.strike);
  };
  std::string text = "[line]\n";
  text += "profile = " + (std::isnan(o.profile) ? "'auto'" : toml_number(o.profile)) + "\n";
  text += "strike = " + strike() + "\n";
  visit_line_options(
      o, [&]<class T>(const char* key, const T& value, const char*) { text += toml_entry(key, value, '\''); });
  return text;
}

}  // namespace terrella::inversion
