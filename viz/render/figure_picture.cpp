#include <algorithm>
#include <cmath>

#include "viz/render/frame.h"
#include "viz/render/pictures.h"

namespace terrella::viz {
namespace {

Axis axis_of(const FigureAxis& a, double low_pixel, double high_pixel) {
  Axis axis{std::min(a.low, a.high), std::max(a.low, a.high), low_pixel, high_pixel, a.logarithmic, a.degrees, a.whole};
  if (a.low > a.high) std::swap(axis.low_pixel, axis.high_pixel);
  return axis;
}

AxisStyle style_of(const FigureAxis& a) {
  return {.label = a.label, .size = a.size, .spacing = a.spacing, .numbers = a.numbers, .grid = a.grid};
}

struct Frame {
  Panel panel;
  Axis x, y;

  Point pixel(const Place& p) const { return {x.pixel(p.x), y.pixel(p.y)}; }
  std::vector<Point> pixels(const std::vector<Place>& places, const std::vector<Place>& around) const {
    std::vector<Point> result;
    for (const Place& p : places) {
      if (around.empty()) {
        result.push_back(pixel(p));
      } else {
        const Point at = pixel(around[0]);
        result.push_back({at.x + p.x, at.y + p.y});
      }
    }
    return result;
  }
};

/// The part of a convex polygon within the panel. Sutherland & Hodgman (1974).
std::vector<Point> cut(std::vector<Point> corners, const Panel& panel) {
  const auto against = [&](const auto& inside, const auto& crossing) {
    std::vector<Point> result;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const Point &a = corners[i], &b = corners[(i + 1) % corners.size()];
      if (inside(a)) result.push_back(a);
      if (inside(a) != inside(b)) result.push_back(crossing(a, b));
    }
    corners = std::move(result);
  };
  const auto at_x = [](double x) {
    return [x](const Point& a, const Point& b) { return Point{x, a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)}; };
  };
  const auto at_y = [](double y) {
    return [y](const Point& a, const Point& b) { return Point{a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y}; };
  };
  against([&](const Point& p) { return p.x >= panel.left; }, at_x(panel.left));
  against([&](const Point& p) { return p.x <= panel.right; }, at_x(panel.right));
  against([&](const Point& p) { return p.y >= panel.bottom; }, at_y(panel.bottom));
  against([&](const Point& p) { return p.y <= panel.top; }, at_y(panel.top));
  return corners;
}

/// The part of a line from a to b within the panel, by Liang & Barsky (1984); false where there is none.
bool cut(Point& a, Point& b, const Panel& panel) {
  double from = 0, to = 1;
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double way[] = {-dx, dx, -dy, dy};
  const double room[] = {a.x - panel.left, panel.right - a.x, a.y - panel.bottom, panel.top - a.y};
  for (int side = 0; side < 4; ++side) {
    if (way[side] == 0) {
      if (room[side] < 0) return false;
      continue;
    }
    const double part = room[side] / way[side];
    if (way[side] < 0)
      from = std::max(from, part);
    else
      to = std::min(to, part);
  }
  if (from > to) return false;
  const Point start = a;
  a = {start.x + from * dx, start.y + from * dy};
  b = {start.x + to * dx, start.y + to * dy};
  return true;
}

Align align_of(int where) { return where < 0 ? Align::start : where > 0 ? Align::end : Align::middle; }

/// Rectangles are filled in whole pixels, so that cells meet without a seam.
bool is_cell(const std::vector<Point>& c) {
  return c.size() == 4 && c[0].y == c[1].y && c[1].x == c[2].x && c[2].y == c[3].y && c[3].x == c[0].x;
}

void draw_marks(Canvas& canvas, const Frame& frame, const FigurePanel& panel) {
  for (const Polygon& m : panel.polygons) {
    std::vector<Point> pixels = frame.pixels(m.corners, m.around);
    if (m.snapped)
      for (Point& p : pixels) p = {std::round(p.x), std::round(p.y)};
    const std::vector<Point> corners = cut(std::move(pixels), frame.panel);
    if (corners.size() < 3) continue;
    if (is_cell(corners) && !m.outlined) {
      canvas.fill({std::min(corners[0].x, corners[2].x), std::min(corners[0].y, corners[2].y)},
                  {std::max(corners[0].x, corners[2].x), std::max(corners[0].y, corners[2].y)}, m.fill, m.opacity);
      continue;
    }
    canvas.polygon(corners, m.fill, m.opacity);
    if (!m.outlined) continue;
    std::vector<Point> edge = corners;
    edge.push_back(corners[0]);
    canvas.line(edge, {.color = m.edge, .width = m.edge_width});
  }
  for (const Polyline& m : panel.lines) {
    const std::vector<Point> points = frame.pixels(m.points, m.around);
    std::vector<Point> piece;
    const LineStyle style{.color = m.color, .width = m.width, .dashed = m.dashed, .opacity = m.opacity};
    const auto finish = [&] {
      if (piece.size() > 1) canvas.line(piece, style);
      piece.clear();
    };
    for (std::size_t i = 1; i < points.size(); ++i) {
      Point a = points[i - 1], b = points[i];
      if (!cut(a, b, frame.panel)) {
        finish();
        continue;
      }
      if (piece.empty() || piece.back().x != a.x || piece.back().y != a.y) finish(), piece.push_back(a);
      piece.push_back(b);
    }
    finish();
  }
  for (const Disc& m : panel.discs) {
    const Point at = frame.pixel(m.at);
    if (at.x >= frame.panel.left && at.x <= frame.panel.right && at.y >= frame.panel.bottom && at.y <= frame.panel.top)
      canvas.disc(at, m.radius, m.fill, {.color = m.edge, .width = 1.3});
  }
}

void draw_panel(Canvas& canvas, const FigurePanel& panel) {
  const Panel area{panel.left, panel.bottom, panel.right, panel.top};
  const Frame frame{area, axis_of(panel.x, area.left, area.right), axis_of(panel.y, area.bottom, area.top)};
  if (panel.x.ticks) draw_bottom_axis(canvas, area, frame.x, style_of(panel.x));
  if (panel.y.ticks) draw_left_axis(canvas, area, frame.y, style_of(panel.y));
  draw_marks(canvas, frame, panel);
  if (panel.framed) canvas.frame({area.left, area.bottom}, {area.right, area.top}, {.width = 1.3});
  if (!panel.title.empty())
    canvas.text({area.left + 2, area.top + 7}, printable(panel.title, 60), {.size = 17, .bold = true});
  for (const Label& m : panel.labels) {
    const Point at = frame.pixel(m.at);
    canvas.text({at.x + m.offset.x, at.y + m.offset.y}, printable(m.words, 60),
                {.size = m.size,
                 .color = m.color,
                 .horizontal = align_of(m.horizontal),
                 .vertical = align_of(m.vertical),
                 .rotation = m.rotation,
                 .bold = m.bold});
  }
}

void draw_bar(Canvas& canvas, const ColorBar& bar) {
  const Axis axis = axis_of(bar.axis, bar.bottom, bar.top);
  for (double y = std::round(bar.bottom); y < bar.top; ++y) {
    const double fraction = std::clamp((y + 0.5 - bar.bottom) / (bar.top - bar.bottom), 0.0, 1.0);
    canvas.fill({bar.left, y}, {bar.right, y + 1}, color_between(bar.colors, fraction));
  }
  canvas.frame({bar.left, bar.bottom}, {bar.right, bar.top});
  double widest = 0;
  for (const Tick& tick : axis.ticks(bar.axis.spacing)) {
    const double y = std::round(axis.pixel(tick.value)) + 0.5;
    canvas.line({bar.right, y}, {bar.right + (tick.label.empty() ? 4 : 7), y}, {.width = 1.3});
    const TextStyle style{.size = bar.axis.size, .vertical = Align::middle};
    canvas.text({bar.right + 12, y}, tick.label, style);
    widest = std::max(widest, canvas.text_width(tick.label, style));
  }
  canvas.text({bar.right + 12 + widest + 12, (bar.bottom + bar.top) / 2}, bar.axis.label,
              {.size = bar.axis.size + 1, .horizontal = Align::middle, .vertical = Align::end, .rotation = 90});
}

void draw(Canvas& canvas, const Figure& figure) {
  draw_titles(canvas, figure.title, figure.subtitle, figure.notes);
  for (const FigurePanel& panel : figure.panels) draw_panel(canvas, panel);
  for (const ColorBar& bar : figure.bars) draw_bar(canvas, bar);
}

}  // namespace

void draw_figure(const Figure& figure, const std::string& path) {
  write_png(path, figure.width, figure.height, [&](Canvas& canvas) { draw(canvas, figure); });
}

}  // namespace terrella::viz
