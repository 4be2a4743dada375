#include "viz/mt2d/section_marks.h"

#include <algorithm>
#include <cmath>

namespace terrella::viz {
namespace {

using inversion::SectionModel;

constexpr double missing = datasets::not_a_number;
constexpr Color sea_color{198, 224, 241}, ink{20, 20, 20};

const char* compass(double azimuth) {
  static const char* const names[] = {"N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
                                      "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"};
  return names[std::lround(std::fmod(azimuth + 720, 360) / 22.5) % 16];
}

}  // namespace

void draw_elements(FigurePanel& panel, const SectionView& section, const std::vector<double>& values,
                   const SectionScale& scale, const Window& w, bool edges) {
  const SectionModel& m = section.model;
  for (std::size_t row = 0; row < m.rows; ++row)
    for (std::size_t column = 0; column < m.columns; ++column) {
      const std::size_t i = row * m.columns + column;
      if (m.y[column + 1] <= w.from || m.y[column] >= w.to || (!section.air.empty() && section.air[i])) continue;
      const double *const upper = &m.z[row * (m.columns + 1) + column], *const lower = upper + m.columns + 1;
      if (std::min(upper[0], upper[1]) >= w.bottom) continue;
      const double l = w.along(m.y[column]), r = w.along(m.y[column + 1]);
      panel.polygons.push_back(
          {.corners = {{l, w.down(upper[0])}, {r, w.down(upper[1])}, {r, w.down(lower[1])}, {l, w.down(lower[0])}},
           .fill = is_sea(m, i) ? sea_color : scale.color(values[i]),
           .outlined = edges,
           .edge = {90, 90, 90},
           .edge_width = 0.5,
           .snapped = true});
    }
  const auto along_row = [&](std::size_t row) {
    Polyline line{.points = {}, .color = ink, .width = 1.6};
    for (std::size_t i = 0; i <= m.columns; ++i)
      line.points.push_back({w.along(m.y[i]), w.down(m.z[row * (m.columns + 1) + i])});
    panel.lines.push_back(std::move(line));
  };
  if (!w.flat) along_row(m.sea_rows);
  if (m.sea_rows > 0) along_row(0);
}

bool draw_veil(FigurePanel& panel, const SectionModel& m, const Window& w) {
  if (m.depth_of_investigation.empty()) return false;
  std::vector<double> limit(m.columns),
      edge(m.columns + 1, missing);  // z, m, in the middle and at the sides of columns
  for (std::size_t c = 0; c < m.columns; ++c)
    limit[c] = ground_at(m, (m.y[c] + m.y[c + 1]) / 2) + m.depth_of_investigation[c];
  for (std::size_t i = 0; i <= m.columns; ++i) {
    const double before = i > 0 ? limit[i - 1] : missing, after = i < m.columns ? limit[i] : missing;
    edge[i] = std::isnan(before) ? after : std::isnan(after) ? before : (before + after) / 2;
  }
  bool any = false;
  for (std::size_t c = 0; c < m.columns; ++c) {
    if (std::isnan(limit[c]) || m.y[c + 1] <= w.from || m.y[c] >= w.to) continue;
    const double a = std::min(edge[c], w.bottom), b = std::min(edge[c + 1], w.bottom);
    if (a >= w.bottom && b >= w.bottom) continue;
    any = true;
    const double l = w.along(m.y[c]), r = w.along(m.y[c + 1]);
    panel.polygons.push_back({.corners = {{l, w.down(a)}, {r, w.down(b)}, {r, w.down(w.bottom)}, {l, w.down(w.bottom)}},
                              .fill = {255, 255, 255},
                              .snapped = true,
                              .opacity = 0.5});
  }
  if (!any) return false;

  // Hatching: lines of slope 1 in pixels, where they lie below the bound.
  const double width = panel.right - panel.left, height = panel.top - panel.bottom;
  const auto y_of = [&](double x) { return w.from + (w.to - w.from) * x / width; };
  const auto z_of = [&](double up) { return w.bottom - (w.bottom - w.top) * up / height; };
  const auto hatched = [&](double x, double up) {
    const double y = y_of(x);
    if (y < m.y.front() || y >= m.y.back()) return false;
    const auto c = static_cast<std::size_t>(std::upper_bound(m.y.begin(), m.y.end(), y) - m.y.begin()) - 1;
    const double part = (y - m.y[c]) / (m.y[c + 1] - m.y[c]);
    return !std::isnan(limit[c]) && z_of(up) > edge[c] + part * (edge[c + 1] - edge[c]);
  };
  for (double c = -14 * std::floor(width / 14); c < height; c += 14) {
    double start = missing;
    for (double x = std::max(0.0, -c); x <= width + 1; x += 1) {
      const bool in = x <= width && x + c <= height && hatched(x, x + c);
      if (in && std::isnan(start)) start = x;
      if (in || std::isnan(start)) continue;
      const double end = x - 1;
      if (end > start)
        panel.lines.push_back(
            {.points = {{w.along(y_of(start)), w.down(z_of(start + c))}, {w.along(y_of(end)), w.down(z_of(end + c))}},
             .color = {70, 70, 70},
             .width = 1,
             .opacity = 0.28});
      start = missing;
    }
  }
  Polyline bound{.points = {}, .color = {255, 255, 255}, .width = 3.5, .opacity = 0.7};
  const auto finish = [&] {
    Polyline dashes = bound;
    dashes.color = ink, dashes.width = 1.8, dashes.dashed = true, dashes.opacity = 1;
    if (bound.points.size() > 1) panel.lines.push_back(bound), panel.lines.push_back(dashes);
    bound.points.clear();
  };
  for (std::size_t i = 0; i <= m.columns; ++i) {
    if (std::isnan(edge[i]))
      finish();
    else
      bound.points.push_back({w.along(m.y[i]), w.down(edge[i])});
  }
  finish();
  return true;
}

void draw_sites(FigurePanel& panel, FigurePanel* above, const SectionModel& m, const Window& w) {
  const double half = w.sites.size() > 80 ? 3.5 : 6;
  Polygon mark{.corners = {{0, 1}, {-half, 1 + 1.7 * half}, {half, 1 + 1.7 * half}}, .fill = ink};
  for (const LineSite& site : w.sites) {
    if (site.y < w.from || site.y > w.to) continue;
    if (!w.flat) {
      mark.around = {{w.along(site.y), w.down(ground_at(m, site.y))}};
      panel.polygons.push_back(mark);
    } else if (above) {
      mark.around = {{panel.left + (site.y - w.from) / (w.to - w.from) * (panel.right - panel.left), 0}};
      above->polygons.push_back(mark);
    }
  }
}

void name_ends(FigurePanel& panel, double azimuth) {
  if (std::isnan(azimuth)) return;
  for (int end : {-1, 1})
    panel.labels.push_back({.at = {end < 0 ? panel.x.low : panel.x.high, panel.y.low},
                            .offset = {0, -40},
                            .words = compass(end < 0 ? azimuth + 180 : azimuth),
                            .size = 20,
                            .horizontal = end,
                            .vertical = 1,
                            .bold = true});
}

}  // namespace terrella::viz
