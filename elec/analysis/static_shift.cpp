#include "elec/analysis/static_shift.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "elec/analysis/curve.h"

namespace terrella::elec {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/// log10 rho_a of a curve at a period, between its known neighbours; NaN beyond them or across half a decade.
double at_period(const Curve& curve, double period) {
  double before = 0, after = 0, low = 0, high = 0;
  for (std::size_t i = 0; i < curve.period.size(); ++i) {
    if (!(curve.resistivity[i] > 0) || std::isinf(curve.resistivity[i])) continue;
    const double t = curve.period[i], value = std::log10(curve.resistivity[i]);
    if (t <= period * (1 + 1e-9)) before = t, low = value;
    if (after == 0 && t >= period * (1 - 1e-9)) after = t, high = value;
  }
  if (before == 0 || after == 0) return datasets::not_a_number;
  const double gap = std::log10(after / before);
  if (gap > 0.5) return datasets::not_a_number;
  if (gap < 1e-9) return low;
  return low + (high - low) * std::log10(period / before) / gap;
}

StaticShift shift_of(const std::vector<Curve>& curves, std::size_t site, const std::vector<std::size_t>& neighbours,
                     const StaticShiftOptions& o) {
  std::vector<double> differences;
  const Curve& own = curves[site];
  for (std::size_t i = 0; i < own.period.size(); ++i) {
    const double t = own.period[i];
    if (t < o.shortest_period || t >= o.longest_period || !(own.resistivity[i] > 0)) continue;
    const double value = std::log10(own.resistivity[i]);
    std::vector<double> around = {value};
    for (std::size_t s : neighbours)
      if (const double other = at_period(curves[s], t); std::isfinite(other)) around.push_back(other);
    if (around.size() >= 3) differences.push_back(value - median(around));
  }
  StaticShift shift;
  shift.periods = differences.size();
  if (differences.empty()) return shift;
  const double middle = median(differences);
  shift.factor = std::pow(10, middle);
  for (double& d : differences) d = std::abs(d - middle);
  shift.scatter = 1.4826 * median(differences);
  return shift;
}

}  // namespace

std::vector<SiteShift> estimate_static_shift(const datasets::Survey& survey, const std::vector<double>& north,
                                             const std::vector<double>& east, const StaticShiftOptions& o) {
  const std::size_t n = survey.sites.size();
  if (north.size() != n || east.size() != n)
    fail("estimate_static_shift: ", n, " sites, ", north.size(), " and ", east.size(), " coordinates");
  if (n < 3) fail("estimate_static_shift: ", n, " sites; a median needs at least 3");
  if (o.neighbours < 2) fail("estimate_static_shift: ", o.neighbours, " neighbours; at least 2");
  if (!(o.longest_period > o.shortest_period) || !(o.largest_distance > 0))
    fail("estimate_static_shift: periods ", o.shortest_period, " .. ", o.longest_period, " s within ",
         o.largest_distance, " m");
  for (std::size_t s = 0; s < n; ++s)
    if (!std::isfinite(north[s]) || !std::isfinite(east[s]))
      fail("estimate_static_shift: site '", survey.sites[s].name, "' has no coordinates");
  std::vector<Curve> xy, yx;
  for (const datasets::Site& site : survey.sites) {
    xy.push_back(curve_of(site, Mode::xy));
    yx.push_back(curve_of(site, Mode::yx));
  }
  std::vector<SiteShift> shifts;
  for (std::size_t s = 0; s < n; ++s) {
    const auto distance = [&](std::size_t k) { return std::hypot(north[k] - north[s], east[k] - east[s]); };
    std::vector<std::size_t> near;
    for (std::size_t k = 0; k < n; ++k)
      if (k != s && distance(k) <= o.largest_distance) near.push_back(k);
    std::stable_sort(near.begin(), near.end(), [&](auto a, auto b) { return distance(a) < distance(b); });
    near.resize(std::min(near.size(), o.neighbours));
    shifts.push_back({survey.sites[s].name, shift_of(xy, s, near, o), shift_of(yx, s, near, o)});
  }
  return shifts;
}

}  // namespace terrella::elec
