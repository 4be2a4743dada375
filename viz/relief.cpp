#include "viz/relief.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"

namespace terrella::viz {
namespace {

constexpr std::array<Color, 5> land{
    {{206, 222, 196}, {232, 233, 204}, {240, 226, 196}, {224, 204, 184}, {246, 244, 242}}};
constexpr std::array<Color, 2> water{{{168, 196, 218}, {214, 230, 240}}};
constexpr double pixels_a_cell = 3;

Color height_color(double height, const HeightLimits& limits) {
  if (height < 0) return color_between(water, 1 - height / limits.low);
  const double low = std::max(limits.low, 0.0);
  return color_between(land, (height - low) / std::max(limits.high - low, 1.0));
}

/// Brightness of a slope under light from the north-west, 45 degrees high; 1 for level ground.
double shade_of(double slope_east, double slope_north) {
  const double light = (1 + (slope_east - slope_north) / std::sqrt(2.0)) /
                       std::sqrt(1 + slope_east * slope_east + slope_north * slope_north);
  return std::clamp(light, 0.35, 1.25);
}

Color shaded(const Color& color, double shade) {
  Color result{};
  for (std::size_t i = 0; i < 3; ++i)
    result[i] = static_cast<std::uint8_t>(std::clamp(std::lround(color[i] * (0.4 + 0.6 * shade)), 0L, 255L));
  return result;
}

}  // namespace

std::vector<Color> height_colors(const HeightLimits& limits) {
  std::vector<Color> colors;
  for (int i = 0; i <= 40; ++i)
    colors.push_back(height_color(limits.low + (limits.high - limits.low) * i / 40, limits));
  return colors;
}

HeightLimits add_relief(FigurePanel& panel, const datasets::Topography& topography) {
  if (topography.crs.empty())
    fail("add_relief: ", topography.path, " does not say of which system its coordinates are; name one (EPSG:4326)");
  const auto cells = [](double pixels) { return static_cast<std::size_t>(std::max(1.0, pixels / pixels_a_cell)); };
  const std::size_t nx = cells(panel.right - panel.left), ny = cells(panel.top - panel.bottom);
  const double dx = (panel.x.high - panel.x.low) / static_cast<double>(nx),
               dy = (panel.y.high - panel.y.low) / static_cast<double>(ny);
  std::vector<datasets::MapPoint> middles;  // of the cells, and of a ring around them for their slopes
  for (std::size_t j = 0; j < ny + 2; ++j)
    for (std::size_t i = 0; i < nx + 2; ++i) {
      const double x = panel.x.low + (static_cast<double>(i) - 0.5) * dx;
      middles.push_back({x > 180 ? x - 360 : x, panel.y.low + (static_cast<double>(j) - 0.5) * dy});
    }
  const std::vector<double> height = datasets::elevation_at(topography, middles, datasets::wgs84);
  HeightLimits limits{HUGE_VAL, -HUGE_VAL};
  for (const double h : height)
    if (std::isfinite(h)) limits = {std::min(limits.low, h), std::max(limits.high, h)};
  if (!(limits.high >= limits.low)) fail("add_relief: ", topography.path, " covers nothing of the map");
  const double unit = limits.high - limits.low < 200 ? 10 : 100;
  limits = {unit * std::floor(limits.low / unit), unit * std::ceil(limits.high / unit)};
  if (limits.high == limits.low) limits.high += unit;

  constexpr double metres_per_degree = 111195;
  const double squeeze = std::max(std::cos((panel.y.low + panel.y.high) / 2 * M_PI / 180), 0.02);
  const double east = dx * squeeze * metres_per_degree, north = dy * metres_per_degree;
  // Slopes are drawn steeper the larger the map is, as on maps in general, or a continent would look level.
  const double steeper = std::clamp(std::sqrt(east / 50), 1.0, 20.0);
  const auto at = [&](std::size_t i, std::size_t j) { return height[j * (nx + 2) + i]; };
  for (std::size_t j = 1; j <= ny; ++j)
    for (std::size_t i = 1; i <= nx; ++i) {
      const double h = at(i, j);
      if (!std::isfinite(h)) continue;
      const auto slope = [&](double before, double after, double length) {
        return std::isfinite(after - before) ? steeper * (after - before) / (2 * length) : 0.0;
      };
      const double shade =
          h < 0 ? 1.0 : shade_of(slope(at(i - 1, j), at(i + 1, j), east), slope(at(i, j - 1), at(i, j + 1), north));
      const double left = panel.x.low + static_cast<double>(i - 1) * dx,
                   bottom = panel.y.low + static_cast<double>(j - 1) * dy;
      panel.polygons.push_back(
          {.corners = {{left, bottom}, {left + dx, bottom}, {left + dx, bottom + dy}, {left, bottom + dy}},
           .fill = shaded(height_color(h, limits), shade)});
    }
  return limits;
}

}  // namespace terrella::viz
