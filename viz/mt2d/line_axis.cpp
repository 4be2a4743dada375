#include "viz/mt2d/line_axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/error.h"
#include "viz/profile.h"

namespace terrella::viz {
namespace {

constexpr double triangle = 11;

std::vector<PlacedName> placed(const DataLine& line, const inversion::Result2d& result, double left, double width) {
  std::vector<PlacedName> names;
  for (std::size_t k = 0; k < line.order.size(); ++k)
    names.push_back({result.data.sites[line.order[k]].name,
                     left + (line.at[k] - line.axis.low) / (line.axis.high - line.axis.low) * width});
  return names;
}

}  // namespace

std::string fixed_digits(double value, int digits) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

std::vector<Color> phase_colors() { return {resistivity_colors.rbegin(), resistivity_colors.rend()}; }

DataLine data_line(const char* who, const inversion::Result2d& result) {
  const auto& sites = result.data.sites;
  if (sites.empty() || result.data.rows.empty()) fail(who, ": the result has no data; there is nothing to show");
  for (const auto& site : sites)
    if (!std::isfinite(site.y)) fail(who, ": site '", site.name, "' has no place along the profile (y)");
  DataLine line;
  line.order.resize(sites.size());
  std::iota(line.order.begin(), line.order.end(), std::size_t{0});
  std::stable_sort(line.order.begin(), line.order.end(),
                   [&](std::size_t a, std::size_t b) { return sites[a].y < sites[b].y; });
  std::vector<double> y;
  for (std::size_t s : line.order) y.push_back(sites[s].y);
  const std::vector<double> edges = column_edges(y);
  const double unit = edges.back() - edges.front() < 3000 ? 1 : 1000;
  for (double v : y) line.at.push_back(v / unit);
  for (double v : edges) line.edges.push_back(v / unit);
  line.axis = {.label = unit == 1 ? "Distance (m)" : "Distance (km)",
               .low = line.edges.front(),
               .high = line.edges.back(),
               .spacing = 80};
  line.subtitle = text(sites.size(), sites.size() == 1 ? " site" : " sites");
  if (std::isfinite(result.azimuth))
    line.subtitle += text(", profile towards N ", std::lround(std::fmod(result.azimuth + 720, 360)), "\u00B0 E");
  if (std::isfinite(result.rms)) line.subtitle += ", RMS " + fixed_digits(result.rms, 2);
  return line;
}

double names_height(const DataLine& line, const inversion::Result2d& result, double width) {
  return names_height(placed(line, result, 0, width), width) + triangle + 3;
}

FigurePanel names_above(const FigurePanel& panel, const DataLine& line, const inversion::Result2d& result) {
  const std::vector<PlacedName> names = placed(line, result, panel.left, panel.right - panel.left);
  FigurePanel above = names_panel(names, panel.left, panel.right, panel.top + triangle + 3);
  above.bottom -= triangle + 3;
  above.y.low -= triangle + 3;
  for (Polyline& leader : above.lines) leader.points[0].y -= 1;
  const double half = names.size() > 40 ? 3.5 : 6;
  for (const PlacedName& name : names)
    above.polygons.push_back({.corners = {{0, 1}, {-half, 1 + 1.7 * half}, {half, 1 + 1.7 * half}},
                              .around = {{name.at, -(triangle + 3)}},
                              .fill = {20, 20, 20}});
  return above;
}

FigureAxis period_axis(const inversion::Result2d& result) {
  const std::vector<double> periods = datasets::periods_of(result.data);
  if (periods.empty()) fail("figure: the result has no data; there is nothing to show");
  return {.label = "Period (s)",
          .low = periods.front() / 1.3,
          .high = periods.back() * 1.3,
          .logarithmic = true,
          .spacing = 48};
}

Figure figure_of_line(const inversion::Result2d& result, const std::string& title, const std::string& what) {
  Figure figure;
  figure.title = !title.empty() ? title : result.data.name.empty() ? what : result.data.name + ": " + what;
  if (title.empty() && result.data.name.empty()) figure.title[0] = static_cast<char>(std::toupper(figure.title[0]));
  return figure;
}

}  // namespace terrella::viz
