#include "viz/mesh_2d.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/survey_line.h"

namespace terrella::viz {
namespace {

constexpr Color air_color{226, 238, 246}, sea_color{150, 196, 226}, earth_color{236, 226, 208},
    line_color{150, 142, 130}, ground_color{60, 40, 20};

struct Nodes {
  const elec::mt2d::Grid& grid;
  std::vector<double> z = grid.z.to_vector<double>();
  std::size_t lines = grid.y.size(), rows = z.size() / lines, surface = static_cast<std::size_t>(grid.surface);
  std::size_t floor = static_cast<std::size_t>(grid.ground());  ///< the row of the ground, a sea floor or the surface
  double depth(std::size_t j, std::size_t i) const { return z[j * lines + i]; }
  Place at(std::size_t j, std::size_t i) const { return {grid.y[i] / 1000, depth(j, i) / 1000}; }
  /// Of the ground at y.
  double ground(double y) const {
    const auto next = std::upper_bound(grid.y.begin() + 1, grid.y.end() - 1, y);
    const auto i = static_cast<std::size_t>(next - grid.y.begin());
    const double t = (y - grid.y[i - 1]) / (grid.y[i] - grid.y[i - 1]);
    return (1 - t) * depth(floor, i - 1) + t * depth(floor, i);
  }
};

bool outside(const FigurePanel& panel, const Place& a, const Place& b) {
  return std::max(a.x, b.x) < panel.x.low || std::min(a.x, b.x) > panel.x.high || std::max(a.y, b.y) < panel.y.high ||
         std::min(a.y, b.y) > panel.y.low;
}

void fill(FigurePanel& panel, const Nodes& n, const std::vector<double>& resistivity, const ColorLimits& limits) {
  for (std::size_t i = 0; i + 1 < n.lines; ++i) {
    if (n.surface > 0)
      panel.polygons.push_back(
          {.corners = {n.at(0, i), n.at(0, i + 1), n.at(n.surface, i + 1), n.at(n.surface, i)}, .fill = air_color});
    if (n.floor > n.surface)
      panel.polygons.push_back(
          {.corners = {n.at(n.surface, i), n.at(n.surface, i + 1), n.at(n.floor, i + 1), n.at(n.floor, i)},
           .fill = sea_color});
    if (resistivity.empty())
      panel.polygons.push_back(
          {.corners = {n.at(n.floor, i), n.at(n.floor, i + 1), n.at(n.rows - 1, i + 1), n.at(n.rows - 1, i)},
           .fill = earth_color});
  }
  for (std::size_t k = 0; k < resistivity.size(); ++k) {
    const std::size_t j = n.surface + k / (n.lines - 1), i = k % (n.lines - 1);
    const Polygon cell{.corners = {n.at(j, i), n.at(j, i + 1), n.at(j + 1, i + 1), n.at(j + 1, i)},
                       .fill = color_of(resistivity[k], limits)};
    if (!outside(panel, cell.corners[0], cell.corners[2])) panel.polygons.push_back(cell);
  }
}

/// Lines and rows, each one polyline.
void draw_elements(FigurePanel& panel, const Nodes& n, double width) {
  for (std::size_t i = 0; i < n.lines; ++i) {
    Polyline line{.points = {}, .color = line_color, .width = width};
    for (std::size_t j = 0; j < n.rows; ++j) line.points.push_back(n.at(j, i));
    panel.lines.push_back(std::move(line));
  }
  for (std::size_t j = 0; j < n.rows; ++j) {
    const bool edge = j == n.surface || j == n.floor;
    Polyline line{.points = {}, .color = edge ? ground_color : line_color, .width = edge ? 2.5 : width};
    for (std::size_t i = 0; i < n.lines; ++i) line.points.push_back(n.at(j, i));
    panel.lines.push_back(std::move(line));
  }
}

void draw_sites(FigurePanel& panel, const Nodes& n, const MeshPicture& picture, bool names) {
  const double width = panel.right - panel.left, span = panel.x.high - panel.x.low;
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < picture.place.size(); ++k) order.push_back(k);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return picture.place[a] < picture.place[b]; });
  double last = -1e9;
  for (const std::size_t k : order) {
    const Place at{picture.place[k] / 1000, n.ground(picture.place[k]) / 1000};
    panel.discs.push_back({.at = at, .radius = names ? 5.0 : 3.0, .fill = {184, 28, 42}, .edge = {255, 255, 255}});
    const double pixel = (at.x - panel.x.low) / span * width;
    if (!names || picture.name.empty() || pixel < last + 19) continue;
    last = pixel;
    panel.labels.push_back({.at = {at.x, panel.y.high},
                            .offset = {3, 8},
                            .words = picture.name[k],
                            .size = 14,
                            .rotation = 60,
                            .horizontal = -1});
  }
}

}  // namespace

Figure mesh_figure(const MeshPicture& picture) {
  validate(picture.grid);
  const Nodes n{picture.grid};
  if (!picture.resistivity.empty() &&
      picture.resistivity.size() != static_cast<std::size_t>(picture.grid.earth_rows() * picture.grid.ny()))
    fail("mesh_figure: ", picture.resistivity.size(), " resistivities for ", picture.grid.earth_rows(), " x ",
         picture.grid.ny(), " elements of the earth");
  if (!picture.name.empty() && picture.name.size() != picture.place.size())
    fail("mesh_figure: ", picture.name.size(), " names for ", picture.place.size(), " sites");
  if (!(picture.depth >= 0)) fail("mesh_figure: depth ", picture.depth, " m");
  double first = picture.grid.y[picture.grid.y.size() / 2], last = first;
  for (const double y : picture.place) {
    if (!(y >= picture.grid.y.front() && y <= picture.grid.y.back()))
      fail("mesh_figure: a site at y = ", y, " m, outside of the grid");
    if (&y == &picture.place.front()) first = last = y;
    first = std::min(first, y), last = std::max(last, y);
  }
  double shallow = INFINITY, deep = -INFINITY;  // of the ground below the sites
  const std::size_t low_row = std::min(n.floor + 8, n.rows - 1);
  double eight = 0;
  for (std::size_t i = 0; i < n.lines; ++i) {
    if (picture.grid.y[i] < first || picture.grid.y[i] > last) continue;
    shallow = std::min(shallow, n.depth(n.surface, i)), deep = std::max(deep, n.depth(n.floor, i));
    eight = std::max(eight, n.depth(low_row, i) - n.depth(n.floor, i));
  }
  for (const double y : picture.place) shallow = std::min(shallow, n.ground(y)), deep = std::max(deep, n.ground(y));
  if (!(shallow <= deep)) shallow = deep = n.depth(n.surface, n.lines / 2);
  const double extent = last - first;
  const double depth = picture.depth > 0 ? picture.depth : std::max({extent / 3, eight, 1.0});
  const double margin = extent > 0 ? 0.06 * extent : depth;

  Figure figure;
  figure.width = 1600, figure.height = 1250;
  figure.title = picture.title;
  figure.subtitle = text(picture.grid.ny(), " columns, ", picture.grid.earth_rows() - picture.grid.sea,
                         " rows of earth, ", picture.grid.sea > 0 ? text(picture.grid.sea, " of sea, ") : "", n.surface,
                         " of air, ", picture.place.size(), picture.place.size() == 1 ? " site" : " sites");
  figure.notes = picture.notes;
  const FigureArea area = area_of(figure);
  const double left = 115, right = area.right - (picture.resistivity.empty() ? 40 : 135),
               middle = 0.5 * (area.bottom + area.top);
  const auto axes = [&](FigurePanel& panel, double from, double to, double top, double bottom) {
    panel.left = left, panel.right = right;
    panel.x = {.label = "y (km)", .low = from / 1000, .high = to / 1000, .spacing = 90};
    panel.y = {.label = "Depth (km)", .low = bottom / 1000, .high = top / 1000, .spacing = 45};
  };
  FigurePanel close, whole;
  axes(close, std::max(picture.grid.y.front(), first - margin), std::min(picture.grid.y.back(), last + margin),
       shallow - 0.15 * depth, std::min(deep + depth, *std::max_element(n.z.begin(), n.z.end())));
  close.bottom = middle + 5, close.top = area.top - 85;
  close.y.label += ", around the sites";
  axes(whole, picture.grid.y.front(), picture.grid.y.back(), *std::min_element(n.z.begin(), n.z.end()),
       *std::max_element(n.z.begin(), n.z.end()));
  whole.bottom = area.bottom + 62, whole.top = middle - 75;
  whole.y.label += ", all of it";
  const ColorLimits limits = picture.resistivity.empty() ? ColorLimits{} : limits_around(picture.resistivity);
  for (FigurePanel* const panel : {&close, &whole}) {
    fill(*panel, n, picture.resistivity, limits);
    draw_elements(*panel, n, panel == &close ? 1 : 0.5);
    draw_sites(*panel, n, picture, panel == &close);
  }
  whole.lines.push_back({.points = {{close.x.low, close.y.low},
                                    {close.x.high, close.y.low},
                                    {close.x.high, close.y.high},
                                    {close.x.low, close.y.high},
                                    {close.x.low, close.y.low}},
                         .color = {38, 52, 122},
                         .width = 2});
  if (!picture.resistivity.empty()) {
    ColorBar bar{
        .left = right + 22, .bottom = close.bottom, .right = right + 44, .top = close.top, .colors = {}, .axis = {}};
    bar.colors = {resistivity_colors.begin(), resistivity_colors.end()};
    bar.axis = {.label = "Resistivity (\u03A9\u00B7m)",
                .low = limits.minimum,
                .high = limits.maximum,
                .logarithmic = true,
                .spacing = 40};
    figure.bars.push_back(std::move(bar));
  }
  figure.panels = {std::move(close), std::move(whole)};
  return figure;
}

}  // namespace terrella::viz
