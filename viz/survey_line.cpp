#include "viz/survey_line.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::viz {
namespace {

void period_range(const datasets::Survey& survey, double& shortest, double& longest) {
  shortest = INFINITY, longest = 0;
  for (const datasets::Site& site : survey.sites)
    for (double t : site.period) shortest = std::min(shortest, t), longest = std::max(longest, t);
  if (!(longest > 0)) fail("pictures: no site of the survey has a period");
  shortest /= 1.3, longest *= 1.3;
}

/// Decades, the smaller of two medians; 0 where there is one period.
double usual_spacing(const std::vector<double>& period) {
  std::vector<double> spacing;
  for (std::size_t i = 1; i < period.size(); ++i) spacing.push_back(std::log10(period[i] / period[i - 1]));
  if (spacing.empty()) return 0;
  const auto middle = spacing.begin() + static_cast<std::ptrdiff_t>((spacing.size() - 1) / 2);
  std::nth_element(spacing.begin(), middle, spacing.end());
  return *middle;
}

}  // namespace

SurveyLine survey_line(const datasets::Survey& survey, double azimuth) {
  std::vector<double> latitude, longitude;
  for (const datasets::Site& site : survey.sites)
    latitude.push_back(site.latitude), longitude.push_back(site.longitude);
  SurveyLine line;
  line.profile = profile_of(latitude, longitude, azimuth);
  line.order = line.profile.order;
  for (double d : line.profile.distance) line.distance.push_back(d / 1000);
  for (double d : column_edges(line.profile.distance)) line.edges.push_back(d / 1000);
  const std::size_t n = survey.sites.size();
  line.subtitle = text(n, n == 1 ? " site" : " sites");
  if (line.profile.placed) {
    line.axis_label = "Distance (km)";
    line.subtitle += text(", profile towards N ", std::lround(std::fmod(line.profile.azimuth + 360, 360)), "\u00B0 E");
    double farthest = 0;
    for (double offset : line.profile.offset) farthest = std::max(farthest, std::abs(offset));
    const double length = line.profile.distance.back();
    if (farthest > 0.1 * length)
      line.notes.push_back(text("Sites stand up to ", std::lround(farthest / 1000), " km beside the profile, which is ",
                                std::lround(length / 1000), " km long."));
  } else {
    line.axis_label = "Sites in file order, equal spacing";
    line.notes.push_back("Sites have no places that define a line: equal spacing, in file order.");
  }
  return line;
}

FigureAxis period_axis_down(const datasets::Survey& survey) {
  FigureAxis axis{.label = "Period (s)", .logarithmic = true, .spacing = 40};
  period_range(survey, axis.high, axis.low);
  return axis;
}

FigureAxis period_axis_right(const datasets::Survey& survey) {
  FigureAxis axis{.label = "Period (s)", .logarithmic = true, .spacing = 60};
  period_range(survey, axis.low, axis.high);
  return axis;
}

void name_sites_above(FigurePanel& panel, const SurveyLine& line, const datasets::Survey& survey) {
  const double width = panel.right - panel.left, span = panel.x.high - panel.x.low;
  double last = -1e9;
  for (std::size_t k = 0; k < line.order.size(); ++k) {
    const double at = std::clamp(line.distance[k], line.edges[k], line.edges[k + 1]);
    panel.labels.push_back(
        {.at = {at, panel.y.high}, .offset = {0, 7}, .words = "\u25BC", .size = line.order.size() > 60 ? 8 : 12});
    const double pixel = (at - panel.x.low) / span * width;
    if (pixel < last + 19) continue;
    last = pixel;
    panel.labels.push_back({.at = {at, panel.y.high},
                            .offset = {3, 17},
                            .words = survey.sites[line.order[k]].name,
                            .size = 14,
                            .rotation = 60,
                            .horizontal = -1});
  }
}

std::vector<std::pair<double, double>> period_cells(const std::vector<double>& period) {
  const double farthest = std::pow(10, std::max(0.2, 0.75 * usual_spacing(period)));
  std::vector<std::pair<double, double>> cells;
  for (std::size_t i = 0; i < period.size(); ++i) {
    const double t = period[i];
    double low = i > 0 ? std::sqrt(period[i - 1] * t) : 0,
           high = i + 1 < period.size() ? std::sqrt(period[i + 1] * t) : 0;
    if (low == 0) low = high > 0 ? t * t / high : t / 1.1;
    if (high == 0) high = t * t / low;
    cells.emplace_back(std::max(low, t / farthest), std::min(high, t * farthest));
  }
  return cells;
}

ColorLimits limits_around(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !(v > 0) || std::isinf(v); });
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto rank = [&](double part) {
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
  };
  return limits_around(rank(0.02), rank(0.98));
}

ColorLimits limits_around(double low, double high) {
  const auto mark = [](double value, bool up) {
    const double power = std::pow(10, std::floor(std::log10(value) + 1e-9));
    if (up) return value <= 1.001 * power ? power : value <= 3.001 * power ? 3 * power : 10 * power;
    return value >= 2.999 * power ? 3 * power : power;
  };
  ColorLimits limits{mark(low, false), mark(high, true)};
  while (limits.maximum < 29 * limits.minimum) limits.minimum /= std::sqrt(10.0), limits.maximum *= std::sqrt(10.0);
  return limits;
}

std::vector<Place> ellipse(double major, double minor, double azimuth) {
  const double c = std::cos(azimuth * M_PI / 180), s = std::sin(azimuth * M_PI / 180);
  std::vector<Place> corners;
  for (int k = 0; k < 28; ++k) {
    const double angle = 2 * M_PI * k / 28, along = major * std::cos(angle), across = minor * std::sin(angle);
    corners.push_back({along * s + across * c, along * c - across * s});
  }
  return corners;
}

}  // namespace terrella::viz
