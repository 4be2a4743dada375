#include "datasets/file/elevation.h"

#include <string>

#include "datasets/file/text.h"

namespace terrella::datasets {

namespace {

// In capitals, without brackets and points.
std::string bare(std::string_view unit) {
  std::string word = upper(unit);
  std::erase_if(word, [](char c) { return std::string_view(".()[]").find(c) != std::string_view::npos; });
  return word;
}

template <class... Names>
bool is_one_of(const std::string& word, const Names&... names) {
  return ((word == names) || ...);
}

bool is_other_length(const std::string& word) {
  return is_one_of(word, "KM", "CM", "MM", "YD", "YARD", "YARDS", "MI", "MILE", "MILES", "IN", "INCH", "INCHES",
                   "FATHOM", "FATHOMS", "KILOMETER", "KILOMETERS", "KILOMETRE", "KILOMETRES");
}

}  // namespace

std::optional<double> metres_of_unit(std::string_view unit) {
  const std::string word = bare(unit);
  if (is_one_of(word, "", "M", "METRE", "METRES", "METER", "METERS", "MASL", "AMSL", "ASL", "MSL")) return 1.0;
  if (is_one_of(word, "FT", "FOOT", "FEET")) return 0.3048;
  return std::nullopt;
}

double elevation_in_metres(double value, std::string_view unit, std::int64_t line, Report& report) {
  const std::optional<double> factor = metres_of_unit(unit);
  if (!factor && is_other_length(bare(unit)))
    report.error(line, "elevation ", value, " in '", unit.substr(0, 40), "', which is not read; metres or feet");
  if (!factor) {
    report.repair(line, "elevation-remark", text("'", unit.substr(0, 40), "' behind it is no unit; taken as metres"));
    return value;
  }
  if (*factor == 1) return value;
  report.repair(line, "elevation-in-feet", text(value, " feet are ", value * *factor, " m"));
  return value * *factor;
}

}  // namespace terrella::datasets
