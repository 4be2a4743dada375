#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/mt2d/fit_figures.h"
#include "viz/mt2d/line_axis.h"

namespace terrella::viz {
namespace {

constexpr double rounding = 1e-12;  // the roughness of a uniform start is what sums leave of it
constexpr Color path_color{31, 90, 160}, end_color{196, 50, 40};

/// A logarithmic axis around the positive ones of the values, a factor of 3 long at least.
FigureAxis around(const std::vector<Place>& points, double Place::*which, const char* label) {
  double low = INFINITY, high = 0;
  for (const Place& p : points) low = std::min(low, p.*which), high = std::max(high, p.*which);
  if (!(high > 0)) low = 0.1, high = 10;
  const double spread = std::max(1.25, std::sqrt(3 * low / high));
  return {.label = label, .low = low / spread, .high = high * spread, .logarithmic = true, .grid = true, .spacing = 40};
}

bool positive(const Place& p) { return std::isfinite(p.x) && p.y > 0 && std::isfinite(p.y); }

void draw_path(FigurePanel& panel, const std::vector<Place>& points, const Color& color, bool last) {
  panel.lines.push_back({.points = points, .color = color, .width = 1.6});
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool end = last && i + 1 == points.size();
    panel.discs.push_back({.at = points[i],
                           .radius = end ? 5.5 : 4,
                           .fill = end ? end_color : Color{255, 255, 255},
                           .edge = end ? end_color : color});
  }
}

std::string short_number(double value) {
  char buffer[32];
  if (value >= 1e-3 && value < 1e4) {
    std::snprintf(buffer, sizeof buffer, value >= 10 ? "%.0f" : "%.2g", value);
    return buffer;
  }
  const int power = static_cast<int>(std::floor(std::log10(value)));
  std::snprintf(buffer, sizeof buffer, "%.1fe%d", value / std::pow(10, power), power);
  return buffer;
}

}  // namespace

Figure convergence_figure(const inversion::Result2d& result, const std::string& title) {
  const auto& history = result.history;
  if (history.empty()) fail("plot convergence: the result has no history; there is nothing to show");
  Figure figure = figure_of_line(result, title, "convergence");
  const auto& last = history.back();
  figure.subtitle = text("RMS ", fixed_digits(history.front().rms, 2), " to ", fixed_digits(last.rms, 2), " in ",
                         last.iteration, last.iteration == 1 ? " iteration, " : " iterations, ",
                         fixed_digits(last.seconds, last.seconds < 10 ? 1 : 0), " s");
  if (!result.stopped.empty()) figure.subtitle += "; " + result.stopped;
  figure.width = 1600, figure.height = 900;
  figure.notes = {result.trials.empty() ? "Right: the path of the iterations; red: the result."
                                        : "Right: what each lambda that was tried led to; red: the result."};
  const FigureArea area = area_of(figure);

  struct Measure {
    const char* label;
    double inversion::Iteration::*value;
  };
  const Measure measures[] = {{"RMS", &inversion::Iteration::rms},
                              {"Lambda", &inversion::Iteration::lambda},
                              {"Roughness", &inversion::Iteration::regularization}};
  const double left = 110, middle = 800, bottom = area.bottom + 68, gap = 26;
  const double height = (area.top - 16 - bottom - 2 * gap) / 3;
  double first = INFINITY, end = -INFINITY;
  for (const auto& row : history)
    first = std::min<double>(first, row.iteration), end = std::max<double>(end, row.iteration);
  for (int k = 0; k < 3; ++k) {
    FigurePanel panel;
    panel.left = left, panel.right = middle;
    panel.top = std::round(area.top - 16 - k * (height + gap));
    panel.bottom = std::round(panel.top - height);
    panel.x = {.label = k == 2 ? "Iteration" : "",
               .low = first - 0.03 * (end - first) - 0.1,
               .high = end + 0.03 * (end - first) + 0.1,
               .whole = true,
               .numbers = k == 2,
               .grid = true,
               .spacing = 55};
    std::vector<Place> points;
    for (const auto& row : history) points.push_back({static_cast<double>(row.iteration), row.*measures[k].value});
    double largest = 0;
    for (const Place& p : points)
      if (positive(p)) largest = std::max(largest, p.y);
    std::erase_if(points, [&](const Place& p) { return !positive(p) || p.y < rounding * largest; });
    panel.y = around(points, &Place::y, measures[k].label);
    if (k == 0) {
      panel.y.low = std::min(panel.y.low, 0.9);
      panel.lines.push_back(
          {.points = {{panel.x.low, 1}, {panel.x.high, 1}}, .color = {110, 110, 110}, .dashed = true});
    }
    draw_path(panel, points, path_color, true);
    figure.panels.push_back(std::move(panel));
  }

  FigurePanel curve;
  curve.left = middle + 150, curve.right = figure.width - 45.0;
  curve.top = area.top - 16, curve.bottom = bottom;
  std::vector<Place> points;
  std::vector<double> lambda;
  const auto add = [&](double roughness, double rms, double weight) {
    if (!(roughness > rounding * last.regularization) || !positive({roughness, rms})) return;
    points.push_back({roughness, rms});
    lambda.push_back(weight);
  };
  if (result.trials.empty())
    for (const auto& row : history) add(row.regularization, row.rms, row.lambda);
  else
    for (const auto& trial : result.trials) add(trial.regularization, trial.rms, trial.lambda);
  curve.x = around(points, &Place::x, "Roughness");
  curve.y = around(points, &Place::y, "RMS");
  curve.x.spacing = 60;
  curve.title = result.trials.empty() ? "Path" : "L-curve of the trials";
  if (result.trials.empty()) {
    draw_path(curve, points, path_color, false);
  } else {
    // Trials of several iterations are no single curve: only marks, with the weights of some.
    for (const Place& p : points)
      curve.discs.push_back({.at = p, .radius = 4, .fill = {255, 255, 255}, .edge = path_color});
  }
  std::vector<Place> named;
  const double width = curve.right - curve.left, tall = curve.top - curve.bottom;
  const auto pixel = [&](const Place& p) {
    return Place{std::log(p.x / curve.x.low) / std::log(curve.x.high / curve.x.low) * width,
                 std::log(p.y / curve.y.low) / std::log(curve.y.high / curve.y.low) * tall};
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Place here = pixel(points[i]);
    const bool room = std::all_of(named.begin(), named.end(), [&](const Place& p) {
      return std::abs(p.x - here.x) > 62 || std::abs(p.y - here.y) > 18;
    });
    // No mark may lie under the words.
    const bool clear = std::none_of(points.begin(), points.end(), [&](const Place& point) {
      const Place p = pixel(point);
      return p.x > here.x + 3 && p.x < here.x + 68 && p.y > here.y - 6 && p.y < here.y + 28;
    });
    if (!room || !clear || !(lambda[i] > 0) || here.x > width - 60) continue;
    named.push_back(here);
    curve.labels.push_back({.at = points[i],
                            .offset = {8, 8},
                            .words = "\u03BB " + short_number(lambda[i]),
                            .size = 13,
                            .horizontal = -1,
                            .vertical = -1,
                            .color = {90, 90, 90}});
  }
  if (last.regularization > 0 && last.rms > 0 && last.regularization >= curve.x.low &&
      last.regularization <= curve.x.high)
    curve.discs.push_back({.at = {last.regularization, last.rms}, .radius = 5.5, .fill = end_color, .edge = end_color});
  if (curve.y.low < 1 && curve.y.high > 1)
    curve.lines.push_back({.points = {{curve.x.low, 1}, {curve.x.high, 1}}, .color = {110, 110, 110}, .dashed = true});
  if (!points.empty()) figure.panels.push_back(std::move(curve));
  return figure;
}

}  // namespace terrella::viz
