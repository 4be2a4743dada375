#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "viz/render/frame.h"
#include "viz/render/pictures.h"

namespace terrella::viz {
namespace {

struct Layout {
  Panel panel;
  Axis distance;  // m
  Axis depth;     // m, downwards
};

void draw_cells(Canvas& canvas, const Layout& layout, const SectionPicture& picture) {
  const Section& section = picture.section;
  for (std::size_t layer = 0; layer < section.layers(); ++layer) {
    const double top = section.depth_edges[layer];
    const bool half_space = layer + 1 == section.layers();
    const double bottom =
        half_space ? picture.depth_limit : std::min(section.depth_edges[layer + 1], picture.depth_limit);
    if (top >= picture.depth_limit) break;
    for (std::size_t column = 0; column < section.columns(); ++column)
      canvas.fill({layout.distance.pixel(section.distance_edges[column]), layout.depth.pixel(bottom)},
                  {layout.distance.pixel(section.distance_edges[column + 1]), layout.depth.pixel(top)},
                  color_of(section.at(layer, column), picture.limits));
  }
}

/// Lines of slope 1, in step over the whole picture, cut to the rectangle.
void hatch(Canvas& canvas, const Panel& area) {
  constexpr double spacing = 14;
  for (double c = std::ceil((area.bottom - area.right) / spacing) * spacing; c < area.top - area.left; c += spacing) {
    const double from = std::max(area.left, area.bottom - c), to = std::min(area.right, area.top - c);
    if (to > from) canvas.line({from, from + c}, {to, to + c}, {.color = {70, 70, 70}, .opacity = 0.28});
  }
}

void draw_veil(Canvas& canvas, const Layout& layout, const SectionPicture& picture) {
  std::vector<Point> steps;
  const auto finish = [&] {
    canvas.line(steps, {.color = white, .width = 3.5, .opacity = 0.7});
    canvas.line(steps, {.color = black, .width = 1.8, .dashed = true});
    steps.clear();
  };
  for (std::size_t column = 0; column < picture.section.columns(); ++column) {
    const double limit = picture.section.sites[column].depth_of_investigation;
    if (!(limit < picture.depth_limit)) {  // deeper than the picture, or not known
      finish();
      continue;
    }
    const double left = std::round(layout.distance.pixel(picture.section.distance_edges[column]));
    const double right = std::round(layout.distance.pixel(picture.section.distance_edges[column + 1]));
    const Panel below{left, layout.panel.bottom, right, std::round(layout.depth.pixel(std::max(limit, 0.0)))};
    canvas.fill({below.left, below.bottom}, {below.right, below.top}, white, 0.5);
    hatch(canvas, below);
    steps.push_back({left, below.top});
    steps.push_back({right, below.top});
  }
  finish();
}

struct SiteLabels {
  TextStyle style;
  std::vector<std::optional<std::string>> names;  // [column], none where there is no room
  double height = 0;                              // pixels above the panel
};

/// Upright where names fit beside each other, else turned, else only as many as there is room for.
SiteLabels fit_labels(Canvas& canvas, const Axis& distance, const Section& section) {
  SiteLabels labels;
  labels.style = {.size = 16, .horizontal = Align::middle, .vertical = Align::start};
  double widest = 0, last = -1e9;
  bool flat = true;
  for (const SectionSite& site : section.sites) {
    const std::string name = printable(site.name, 16);
    const double width = canvas.text_width(name, labels.style), x = distance.pixel(site.distance);
    flat = flat && x - width / 2 > last + 8;
    last = x + width / 2;
    labels.names.push_back(name);
  }
  if (flat) {
    labels.height = labels.style.size;
    return labels;
  }
  labels.style.rotation = 60;
  labels.style.horizontal = Align::start;
  labels.style.vertical = Align::middle;
  last = -1e9;
  for (std::size_t column = 0; column < section.columns(); ++column) {
    const double x = distance.pixel(section.sites[column].distance);
    if (x < last + 1.5 * labels.style.size) {
      labels.names[column].reset();
      continue;
    }
    last = x;
    widest = std::max(widest, canvas.text_width(*labels.names[column], labels.style));
  }
  labels.height = widest * std::sin(M_PI / 3) + 10;
  return labels;
}

void draw_sites(Canvas& canvas, const Layout& layout, const Section& section, const SiteLabels& labels) {
  const double top = layout.panel.top;
  const double half = section.columns() > 100 ? 3 : 6;
  for (std::size_t column = 0; column < section.columns(); ++column) {
    // A site that shares its place stands over its own part of the column.
    const double x = std::clamp(layout.distance.pixel(section.sites[column].distance),
                                layout.distance.pixel(section.distance_edges[column]),
                                layout.distance.pixel(section.distance_edges[column + 1]));
    const Point triangle[] = {{x, top + 2}, {x - half, top + 2 + 1.6 * half}, {x + half, top + 2 + 1.6 * half}};
    canvas.polygon(triangle, black);
    if (labels.names[column]) canvas.text({x, top + 2 * half + 6}, *labels.names[column], labels.style);
  }
}

void draw_color_bar(Canvas& canvas, const Panel& panel, const ColorLimits& limits) {
  const Panel bar{panel.right + 38, panel.bottom + 0.06 * panel.height(), panel.right + 66,
                  panel.top - 0.06 * panel.height()};
  const Axis axis{limits.minimum, limits.maximum, bar.bottom, bar.top, true};
  for (double y = bar.bottom; y < bar.top; ++y) {
    const double fraction = (y + 0.5 - bar.bottom) / bar.height();
    const double value = limits.minimum * std::pow(limits.maximum / limits.minimum, fraction);
    canvas.fill({bar.left, y}, {bar.right, y + 1}, color_of(value, limits));
  }
  canvas.frame({bar.left, bar.bottom}, {bar.right, bar.top});
  double widest = 0;
  for (const Tick& tick : axis.ticks(45)) {
    const double y = std::round(axis.pixel(tick.value)) + 0.5;
    canvas.line({bar.right, y}, {bar.right + (tick.label.empty() ? 4 : 7), y}, {.width = 1.3});
    const TextStyle style{.size = 18, .vertical = Align::middle};
    canvas.text({bar.right + 13, y}, tick.label, style);
    widest = std::max(widest, canvas.text_width(tick.label, style));
  }
  canvas.text({bar.right + 13 + widest + 14, (bar.bottom + bar.top) / 2}, "Resistivity (" + ohm_metre() + ")",
              {.size = 20, .horizontal = Align::middle, .vertical = Align::end, .rotation = 90});
}

Axis in_kilometres(Axis axis) {
  axis.low /= 1000;
  axis.high /= 1000;
  return axis;
}

/// Pixels per metre down over pixels per metre along; empty where the places of the sites are not known.
std::string exaggeration(const Layout& layout, const Section& section) {
  if (std::isnan(section.azimuth)) return "";
  const double down = layout.panel.height() / (layout.depth.high - layout.depth.low);
  const double along = layout.panel.width() / (layout.distance.high - layout.distance.low);
  char label[64];
  std::snprintf(label, sizeof label, ", vertical exaggeration %.2g", down / along);
  return label;
}

void draw(Canvas& canvas, const SectionPicture& picture) {
  const Section& section = picture.section;
  const Panel rest = draw_titles(canvas, picture.title, picture.subtitle, picture.notes);
  Layout layout;
  layout.panel = {rest.left + 120, rest.bottom + 70, rest.right - 185, rest.top};
  layout.distance = {section.distance_edges.front(), section.distance_edges.back(), layout.panel.left,
                     layout.panel.right};
  const SiteLabels labels = fit_labels(canvas, layout.distance, section);
  layout.panel.top = std::round(rest.top - labels.height - 22);
  layout.depth = {0, picture.depth_limit, layout.panel.top, layout.panel.bottom};

  draw_cells(canvas, layout, picture);
  if (picture.show_depth_of_investigation) draw_veil(canvas, layout, picture);
  canvas.frame({layout.panel.left, layout.panel.bottom}, {layout.panel.right, layout.panel.top}, {.width = 1.5});
  draw_sites(canvas, layout, section, labels);

  const bool short_line = section.distance_edges.back() - section.distance_edges.front() < 2000;
  draw_bottom_axis(
      canvas, layout.panel, short_line ? layout.distance : in_kilometres(layout.distance),
      {.label = (short_line ? "Distance (m)" : "Distance (km)") + exaggeration(layout, section), .spacing = 100});
  const bool shallow = picture.depth_limit < 2000;
  draw_left_axis(canvas, layout.panel, shallow ? layout.depth : in_kilometres(layout.depth),
                 {.label = shallow ? "Depth (m)" : "Depth (km)", .spacing = 55});
  const double ends = layout.panel.bottom - 13 - 1.5 * 18;
  const TextStyle end_style{.size = 20, .vertical = Align::end, .bold = true};
  canvas.text({layout.panel.left, ends}, picture.left_end, end_style);
  TextStyle right_style = end_style;
  right_style.horizontal = Align::end;
  canvas.text({layout.panel.right, ends}, picture.right_end, right_style);
  draw_color_bar(canvas, layout.panel, picture.limits);
}

}  // namespace

void draw_section(const SectionPicture& picture, const std::string& path) {
  write_png(path, picture.width, picture.height, [&](Canvas& canvas) { draw(canvas, picture); });
}

}  // namespace terrella::viz
