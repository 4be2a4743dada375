#include "datasets/survey/error_floor.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::datasets {
namespace {

constexpr const char* impedance_names[] = {"xx", "xy", "yx", "yy"};
constexpr const char* tipper_names[] = {"Tx", "Ty"};

void validate(const ErrorFloor& floor) {
  const auto check = [](const char* name, double value) {
    if (!(value >= 0) || std::isinf(value)) fail("error floor: ", name, " is ", value, "; give 0 or a positive number");
  };
  for (std::size_t i = 0; i < 4; ++i) check(impedance_names[i], floor.impedance[i]);
  for (std::size_t i = 0; i < 2; ++i) check(tipper_names[i], floor.tipper[i]);
}

/// The larger of both; the floor where there is no error; what there is where there is no floor.
double raised(double error, double least) {
  if (!(least > 0)) return error;
  return std::isnan(error) ? least : std::max(error, least);
}

}  // namespace

std::string describe(const ErrorFloor& floor) {
  std::string words;
  for (std::size_t i = 0; i < 4; ++i)
    if (floor.impedance[i] > 0)
      words += text(words.empty() ? " " : ", ", impedance_names[i], " ", 100 * floor.impedance[i], " %");
  if (!words.empty()) words += floor.reference == ErrorFloor::Reference::own ? " of |Zij|" : " of sqrt|Zxy Zyx|";
  for (std::size_t i = 0; i < 2; ++i)
    if (floor.tipper[i] > 0) words += text(words.empty() ? " " : ", ", tipper_names[i], " ", floor.tipper[i]);
  return "error floor" + (words.empty() ? " none" : words);
}

Site with_error_floor(Site site, const ErrorFloor& floor) {
  validate(floor);
  for (std::size_t p = 0; p < site.z.size(); ++p) {
    const double both = std::sqrt(std::abs(site.z[p][xy]) * std::abs(site.z[p][yx]));
    for (std::size_t i = 0; i < 4; ++i) {
      const double own = std::abs(site.z[p][i]);
      const bool own_serves = floor.reference == ErrorFloor::Reference::own || !std::isfinite(both);
      site.z_error[p][i] = raised(site.z_error[p][i], floor.impedance[i] * (own_serves ? own : both));
    }
  }
  for (auto& error : site.tipper_error)
    for (std::size_t i = 0; i < 2; ++i) error[i] = raised(error[i], floor.tipper[i]);
  site.provenance.history.push_back(describe(floor));
  return site;
}

Survey with_error_floor(Survey survey, const ErrorFloor& floor) {
  for (Site& site : survey.sites) site = with_error_floor(std::move(site), floor);
  return survey;
}

}  // namespace terrella::datasets
