#include "datasets/survey/periods.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/survey/rows.h"

namespace terrella::datasets {
namespace {

Complex between(Complex a, Complex b, double part, bool as_curve) {
  if (as_curve && a != 0.0 && b != 0.0) {
    const Complex ratio = b / a;
    if (std::abs(std::arg(ratio)) <= std::acos(0.0)) return a * std::exp(part * std::log(ratio));
  }
  return a + part * (b - a);
}

/// Along a straight line of its logarithm, or of itself, from a to b: never beyond either.
double error_between(double a, double b, double part, bool as_curve) {
  const double error = as_curve && a > 0 && b > 0 ? a * std::pow(b / a, part) : a + part * (b - a);
  return std::isnan(error) ? error : std::clamp(error, std::min(a, b), std::max(a, b));
}

struct Neighbours {
  std::size_t low = 0, high = 0;
  double part = 0;  // of the way from low to high
  bool found = false;
};

Neighbours neighbours(const std::vector<double>& period, double at, double largest_gap) {
  for (std::size_t i = 0; i < period.size(); ++i)
    if (std::abs(period[i] - at) <= 1e-6 * at) return {i, i, 0, true};
  const auto above = static_cast<std::size_t>(std::upper_bound(period.begin(), period.end(), at) - period.begin());
  if (above == 0 || above == period.size()) return {};
  const double gap = std::log10(period[above] / period[above - 1]);
  if (gap > largest_gap) return {};
  return {above - 1, above, std::log10(at / period[above - 1]) / gap, true};
}

template <class Values, class Errors, class Masks>
void interpolate_rows(const Values& values, const Errors& errors, const Masks& masks, const std::vector<Neighbours>& at,
                      bool as_curve, Values& new_values, Errors& new_errors, Masks& new_masks) {
  if (values.empty()) return;
  for (const Neighbours& n : at) {
    typename Values::value_type value;
    typename Errors::value_type error;
    typename Masks::value_type mask{};
    for (std::size_t k = 0; k < value.size(); ++k) {
      value[k] = {not_a_number, not_a_number};
      error[k] = not_a_number;
      if (!n.found) continue;
      const Complex a = values[n.low][k], b = values[n.high][k];
      if (!masks.empty()) mask[k] = masks[n.low][k] || masks[n.high][k];
      value[k] = n.low == n.high ? a : between(a, b, n.part, as_curve);
      const double ea = errors[n.low][k], eb = errors[n.high][k];
      error[k] = n.low == n.high ? ea : error_between(ea, eb, n.part, as_curve);
    }
    new_values.push_back(value);
    new_errors.push_back(error);
    if (!masks.empty()) new_masks.push_back(mask);
  }
}

}  // namespace

Site decimate(Site site, double per_decade) {
  if (!(per_decade > 0 && per_decade <= 1e4)) fail("decimate: ", per_decade, " periods a decade");
  std::vector<std::size_t> rows;
  double last_distance = 0;
  long last_place = 0;
  for (std::size_t i = 0; i < site.period.size(); ++i) {
    const double exact = per_decade * std::log10(site.period[i]);
    const long place = std::lround(exact);
    const double distance = std::abs(exact - static_cast<double>(place));
    if (!rows.empty() && place == last_place) {
      if (distance < last_distance) rows.back() = i, last_distance = distance;
      continue;
    }
    rows.push_back(i);
    last_place = place;
    last_distance = distance;
  }
  if (rows.size() == site.period.size()) return site;
  site.provenance.history.push_back(
      text("decimate to ", per_decade, " periods a decade: ", rows.size(), " of ", site.period.size()));
  keep_rows(site, rows);
  return site;
}

Survey decimate(Survey survey, double per_decade) {
  for (Site& site : survey.sites) site = decimate(std::move(site), per_decade);
  return survey;
}

Survey keep_periods(Survey survey, double from, double to) {
  if (!(from >= 0) || !(to >= from)) fail("keep_periods: periods ", from, " .. ", to, " s");
  for (Site& site : survey.sites) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < site.period.size(); ++i)
      if (site.period[i] >= from && site.period[i] <= to) rows.push_back(i);
    if (rows.size() == site.period.size()) continue;
    site.provenance.history.push_back(
        text("keep periods ", from, " .. ", to, " s: ", rows.size(), " of ", site.period.size()));
    keep_rows(site, rows);
  }
  return survey;
}

Site interpolate(const Site& site, const std::vector<double>& period, double largest_gap) {
  for (std::size_t i = 0; i < period.size(); ++i)
    if (!(period[i] > 0) || std::isinf(period[i]) || (i > 0 && period[i] <= period[i - 1]))
      fail("interpolate: periods must be positive and ascend, got ", period[i], " s at place ", i);
  if (!(largest_gap > 0)) fail("interpolate: largest gap ", largest_gap, " decades is not positive");
  Site result = site;
  clear_rows(result);
  result.period = period;
  std::vector<Neighbours> at;
  std::size_t found = 0;
  for (double t : period) {
    at.push_back(neighbours(site.period, t, largest_gap));
    found += at.back().found;
  }
  interpolate_rows(site.z, site.z_error, site.z_masked, at, true, result.z, result.z_error, result.z_masked);
  interpolate_rows(site.tipper, site.tipper_error, site.tipper_masked, at, false, result.tipper, result.tipper_error,
                   result.tipper_masked);
  result.provenance.history.push_back(text("interpolate to ", period.size(), " periods, ", found,
                                           " of them within the sounding, gaps up to ", largest_gap, " decades"));
  return result;
}

Survey interpolate(const Survey& survey, const std::vector<double>& period, double largest_gap) {
  Survey result{survey.name, {}};
  for (const Site& site : survey.sites) result.sites.push_back(interpolate(site, period, largest_gap));
  return result;
}

}  // namespace terrella::datasets
