#include <algorithm>
#include <cmath>
#include <cstdio>

#include "viz/render/frame.h"
#include "viz/render/pictures.h"

namespace terrella::viz {
namespace {

constexpr Color data_color{31, 73, 125}, fit_color{204, 52, 38};

/// Ranges shared by all panels, so that sites can be compared by eye.
struct Ranges {
  Axis period, resistivity, phase;
};

/// Whole decades would waste half of a panel: limits at 1, 2, 5 times a power of ten around the values.
void frame_logarithmic(Axis& axis, double low, double high) {
  axis.logarithmic = true;
  if (!(low <= high)) low = 1, high = 100;
  const double middle = std::sqrt(low * high);
  low = std::min(low / 1.25, middle / 3.2), high = std::max(high * 1.25, middle * 3.2);
  const auto step = [](double value, bool up) {
    const double power = std::pow(10, std::floor(std::log10(value)));
    if (!up) return value >= 5 * power ? 5 * power : value >= 2 * power ? 2 * power : power;
    return value <= 2 * power ? 2 * power : value <= 5 * power ? 5 * power : 10 * power;
  };
  axis.low = step(low, false);
  axis.high = step(high, true);
}

Ranges find_ranges(const std::vector<Sounding>& soundings) {
  double period[2] = {INFINITY, 0}, resistivity[2] = {INFINITY, 0}, phase[2] = {0, 90};
  const auto include = [](double(&range)[2], double value) {
    if (!std::isfinite(value)) return;
    range[0] = std::min(range[0], value);
    range[1] = std::max(range[1], value);
  };
  for (const Sounding& s : soundings)
    for (std::size_t i = 0; i < s.period.size(); ++i) {
      include(period, s.period[i]);
      // Error bars may reach zero; the range follows the points, and a bar down to a third of its point.
      for (double value : {s.resistivity[i], s.fitted_resistivity[i], s.resistivity[i] + s.resistivity_error[i],
                           std::max(s.resistivity[i] - s.resistivity_error[i], s.resistivity[i] / 3)})
        if (value > 0) include(resistivity, value);
      include(phase, s.phase[i]);
      include(phase, s.fitted_phase[i]);
    }
  Ranges ranges;
  frame_logarithmic(ranges.period, period[0], period[1]);
  frame_logarithmic(ranges.resistivity, resistivity[0], resistivity[1]);
  ranges.phase.degrees = true;
  ranges.phase.low = std::floor(phase[0] / 15) * 15;
  ranges.phase.high = std::ceil(phase[1] / 15) * 15;
  return ranges;
}

struct PanelStyle {
  double radius = 3;
  double width = 2;  // of the fit
};

void draw_curve(Canvas& canvas, const Axis& x, const Axis& y, const std::vector<double>& period,
                const std::vector<double>& value, const std::vector<double>& error, const std::vector<double>& fit,
                const PanelStyle& style) {
  const double low = std::min(y.low_pixel, y.high_pixel), high = std::max(y.low_pixel, y.high_pixel);
  const auto place = [&](double at) { return y.logarithmic && !(at > 0) ? low : std::clamp(y.pixel(at), low, high); };
  for (std::size_t i = 0; i < period.size(); ++i) {
    if (!std::isfinite(value[i]) || !std::isfinite(error[i]) || !y.contains(value[i])) continue;
    const double px = x.pixel(period[i]), from = place(value[i] - error[i]), to = place(value[i] + error[i]);
    canvas.line({px, from}, {px, to}, {.color = data_color, .width = 1.2});
    for (double end : {from, to})
      if (end > low && end < high)
        canvas.line({px - style.radius, end}, {px + style.radius, end}, {.color = data_color, .width = 1.2});
  }
  for (std::size_t i = 0; i < period.size(); ++i)
    if (std::isfinite(value[i]) && y.contains(value[i]))
      canvas.disc({x.pixel(period[i]), y.pixel(value[i])}, style.radius, white, {.color = data_color, .width = 1.4});
  std::vector<Point> line;
  for (std::size_t i = 0; i <= period.size(); ++i) {
    if (i < period.size() && std::isfinite(fit[i]) && y.contains(fit[i])) {
      line.push_back({x.pixel(period[i]), y.pixel(fit[i])});
      continue;
    }
    canvas.line(line, {.color = fit_color, .width = style.width});
    line.clear();
  }
}

void place(Axis& axis, double low_pixel, double high_pixel) {
  axis.low_pixel = low_pixel, axis.high_pixel = high_pixel;
}

/// Apparent resistivity above, phase below; `gap` pixels between.
void draw_sounding(Canvas& canvas, const Panel& area, double gap, const Sounding& s, Ranges ranges,
                   const AxisStyle& x_style, AxisStyle resistivity_style, AxisStyle phase_style,
                   const PanelStyle& style) {
  const double cut = std::round(area.bottom + 0.4 * (area.height() - gap));
  const Panel upper{area.left, cut + gap, area.right, area.top}, lower{area.left, area.bottom, area.right, cut};
  place(ranges.period, area.left, area.right);
  place(ranges.resistivity, upper.bottom, upper.top);
  place(ranges.phase, lower.bottom, lower.top);
  AxisStyle bare = x_style;
  bare.numbers = false;
  bare.label.clear();
  draw_bottom_axis(canvas, upper, ranges.period, bare);
  draw_left_axis(canvas, upper, ranges.resistivity, resistivity_style);
  draw_bottom_axis(canvas, lower, ranges.period, x_style);
  draw_left_axis(canvas, lower, ranges.phase, phase_style);
  draw_curve(canvas, ranges.period, ranges.resistivity, s.period, s.resistivity, s.resistivity_error,
             s.fitted_resistivity, style);
  draw_curve(canvas, ranges.period, ranges.phase, s.period, s.phase, s.phase_error, s.fitted_phase, style);
  canvas.frame({upper.left, upper.bottom}, {upper.right, upper.top}, {.width = 1.3});
  canvas.frame({lower.left, lower.bottom}, {lower.right, lower.top}, {.width = 1.3});
}

std::string rms_label(double rms) {
  char label[32];
  std::snprintf(label, sizeof label, "RMS %.2f", rms);
  return std::isfinite(rms) ? label : "";
}

void draw_model(Canvas& canvas, const Panel& panel, const Staircase& model) {
  double depth = 0, low = INFINITY, high = 0;
  for (double thickness : model.thickness) depth += thickness;
  const double known = model.depth_of_investigation;
  const double limit = std::isfinite(known) && known > 0 ? 1.5 * known : depth > 0 ? 1.25 * depth : 1000;
  for (double value : model.resistivity)
    if (value > 0 && std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  const bool shallow = limit < 2000;
  Axis x, y{0, shallow ? limit : limit / 1000, panel.top, panel.bottom};
  frame_logarithmic(x, low, high);
  place(x, panel.left, panel.right);
  if (known < limit) {
    const double at = y.pixel(shallow ? known : known / 1000);
    canvas.fill({panel.left, panel.bottom}, {panel.right, at}, light_grey, 0.6);
    canvas.line({panel.left, at}, {panel.right, at}, {.color = grey, .width = 1.5, .dashed = true});
  }
  draw_bottom_axis(canvas, panel, x, {.label = "Resistivity (" + ohm_metre() + ")", .grid = true});
  draw_left_axis(canvas, panel, y, {.label = shallow ? "Depth (m)" : "Depth (km)", .spacing = 55, .grid = true});
  std::vector<Point> steps;
  double top = 0;
  for (std::size_t k = 0; k < model.resistivity.size() && top < limit; ++k) {
    const double bottom = k < model.thickness.size() ? std::min(top + model.thickness[k], limit) : limit;
    if (model.resistivity[k] > 0 && std::isfinite(model.resistivity[k]))
      for (double at : {top, bottom})
        steps.push_back({x.pixel(model.resistivity[k]), y.pixel(shallow ? at : at / 1000)});
    top = bottom;
  }
  canvas.line(steps, {.color = fit_color, .width = 2.5});
  canvas.frame({panel.left, panel.bottom}, {panel.right, panel.top}, {.width = 1.3});
}

void draw_single(Canvas& canvas, const ResponsePicture& picture, const Panel& rest) {
  const Sounding& sounding = picture.soundings[0];
  const Panel area{115, rest.bottom + 70, rest.right * (picture.models.empty() ? 1.0 : 0.6) - 40, rest.top - 12};
  draw_sounding(canvas, area, 26, sounding, find_ranges(picture.soundings),
                {.label = "Period (s)", .spacing = 70, .grid = true},
                {.label = "Apparent resistivity (" + ohm_metre() + ")", .spacing = 40, .grid = true},
                {.label = "Phase (degrees)", .spacing = 40, .grid = true}, {.radius = 5, .width = 2.5});
  if (!picture.models.empty())
    draw_model(canvas, {rest.right * 0.6 + 85, area.bottom, rest.right - 40, area.top}, picture.models[0]);
}

void draw_sheet(Canvas& canvas, const ResponsePicture& picture, const Panel& rest) {
  const Ranges ranges = find_ranges(picture.soundings);
  const int count = int(picture.soundings.size()), columns = picture.columns, rows = (count + columns - 1) / columns;
  const double left = 100, bottom = rest.bottom + 62, gap_x = 18, gap_y = 44;
  const double width = (rest.right - left - 30 + gap_x) / columns - gap_x;
  const double height = (rest.top - bottom + gap_y) / rows - gap_y;
  for (int i = 0; i < count; ++i) {
    const int row = i / columns, column = i % columns;
    const Panel area{
        std::round(left + column * (width + gap_x)), std::round(rest.top - 26 - row * (height + gap_y) - (height - 26)),
        std::round(left + column * (width + gap_x) + width), std::round(rest.top - 26 - row * (height + gap_y))};
    const bool first = column == 0, last = i + columns >= count;
    const Sounding& s = picture.soundings[i];
    draw_sounding(canvas, area, 18, s, ranges,
                  {.label = last ? "Period (s)" : "", .size = 15, .spacing = 45, .numbers = last, .grid = true},
                  {.label = first ? "App. res. (" + ohm_metre() + ")" : "",
                   .size = 15,
                   .spacing = 28,
                   .numbers = first,
                   .grid = true},
                  {.label = first ? "Phase (\u00B0)" : "", .size = 15, .spacing = 26, .numbers = first, .grid = true},
                  {.radius = 2.5, .width = 2});
    const std::string rms = rms_label(s.rms);
    canvas.text({area.left + 2, area.top + 6}, printable(s.site, 14), {.size = 16, .bold = true});
    canvas.text({area.right - 2, area.top + 6}, rms, {.size = 15, .color = grey, .horizontal = Align::end});
  }
}

void draw(Canvas& canvas, const ResponsePicture& picture) {
  const Panel rest = draw_titles(canvas, picture.title, picture.subtitle, picture.notes);
  if (picture.soundings.size() == 1)
    draw_single(canvas, picture, rest);
  else
    draw_sheet(canvas, picture, rest);
}

}  // namespace

void draw_response(const ResponsePicture& picture, const std::string& path) {
  write_png(path, picture.width, picture.height, [&](Canvas& canvas) { draw(canvas, picture); });
}

}  // namespace terrella::viz
