#include "datasets/file/elevation.h"

namespace terrella::datasets {

std::optional<double> metres_of_unit(std::string_view unit) {
  const auto is_one_of = [word = upper(unit.substr(0, unit.find_last_not_of('.') + 1))](const auto&... names) {
    return ((word == names) || ...);
  };
  if (is_one_of("", "M", "METRE", "METRES", "METER", "METERS")) return 1.0;
  if (is_one_of("FT", "FOOT", "FEET")) return 0.3048;
  return std::nullopt;
}

double elevation_in_metres(double value, std::string_view unit, std::int64_t line, Report& report) {
  const std::optional<double> factor = metres_of_unit(unit);
  if (!factor)
    report.error(line, "elevation ", value, " in '", unit.substr(0, 40), "', which is not known; metres or feet");
  if (*factor == 1) return value;
  report.repair(line, "elevation-in-feet", text(value, " feet are ", value * *factor, " m"));
  return value * *factor;
}

}  // namespace terrella::datasets
