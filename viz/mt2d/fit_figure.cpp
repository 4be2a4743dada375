#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/mt2d/fit_figures.h"
#include "viz/mt2d/line_axis.h"
#include "viz/survey_line.h"

namespace terrella::viz {
namespace {

constexpr double most_phase = 90, most_residual = 4;

std::vector<Color> signed_table() { return {signed_colors.begin(), signed_colors.end()}; }

/// Colours of observed and predicted values of a curve.
struct Scale {
  std::vector<Color> colors;
  FigureAxis axis;
  Color color(double value) const {
    if (!std::isfinite(value)) return missing_color;
    if (axis.degrees && (value < axis.low || value > axis.high)) return {150, 150, 150};
    if (axis.logarithmic) return color_of(value, {axis.low, axis.high});
    return color_between(colors, (value - axis.low) / (axis.high - axis.low));
  }
};

struct Row {
  Curve2d curve;
  std::vector<Fitted> data;
};

/// One scale for both modes, since TE and TM are to be compared.
Scale scale_of(Curve2d curve, const std::vector<Row>& rows) {
  std::vector<double> values;
  for (const Row& row : rows)
    for (const Fitted& f : row.data)
      if (is_rho(row.curve) == is_rho(curve) && is_phase(row.curve) == is_phase(curve) && !f.masked)
        values.insert(values.end(), {f.observed, f.predicted});
  if (is_rho(curve)) {
    const ColorLimits limits = limits_around(values);
    return {{resistivity_colors.begin(), resistivity_colors.end()},
            {.label = "\u03C1a (\u03A9\u00B7m)",
             .low = limits.minimum,
             .high = limits.maximum,
             .logarithmic = true,
             .spacing = 32,
             .size = 15}};
  }
  if (is_phase(curve))
    return {phase_colors(),
            {.label = "Phase (\u00B0)", .low = 0, .high = most_phase, .degrees = true, .spacing = 32, .size = 15}};
  std::vector<double> sizes;
  for (double v : values)
    if (std::isfinite(v)) sizes.push_back(std::abs(v));
  std::sort(sizes.begin(), sizes.end());
  double limit = 1;
  for (double choice : {0.5, 0.3, 0.2, 0.1})
    if (!sizes.empty() && sizes[sizes.size() * 98 / 100 - (sizes.size() > 1 ? 0 : 0)] <= choice) limit = choice;
  return {signed_table(), {.label = "Tipper", .low = -limit, .high = limit, .spacing = 32, .size = 15}};
}

void draw_cells(FigurePanel& panel, const DataLine& line, const std::vector<Fitted>& data, double Fitted::*value,
                const Scale& scale) {
  std::vector<std::size_t> place(line.order.size());
  for (std::size_t k = 0; k < line.order.size(); ++k) place[line.order[k]] = k;
  for (std::size_t first = 0; first < data.size();) {
    std::size_t last = first;
    std::vector<double> period;
    for (; last < data.size() && data[last].site == data[first].site; ++last)
      if (period.empty() || data[last].period > period.back()) period.push_back(data[last].period);
    const auto cells = period_cells(period);
    const std::size_t k = place[data[first].site];
    for (; first < last; ++first) {
      const Fitted& f = data[first];
      if (f.masked || std::isnan(f.*value)) continue;
      const auto i =
          static_cast<std::size_t>(std::lower_bound(period.begin(), period.end(), f.period) - period.begin());
      const double l = line.edges[k], r = line.edges[k + 1];
      const auto [from, to] = cells[i];
      panel.polygons.push_back(
          {.corners = {{l, from}, {r, from}, {r, to}, {l, to}}, .around = {}, .fill = scale.color(f.*value)});
    }
  }
}

}  // namespace

Figure fit_figure(const inversion::Result2d& result, const std::string& title) {
  const DataLine line = data_line("plot fit", result);
  std::vector<Row> rows;
  std::size_t masked = 0;
  for (Curve2d curve : curves_2d) {
    std::vector<Fitted> data = fitted(result, curve);
    for (const Fitted& f : data) masked += f.masked;
    if (std::any_of(data.begin(), data.end(), [](const Fitted& f) { return !f.masked; }))
      rows.push_back({curve, std::move(data)});
  }
  if (rows.empty()) fail("plot fit: no impedance, apparent resistivity, phase or tipper was fitted");

  Figure figure = figure_of_line(result, title, "observed and predicted data");
  figure.subtitle = line.subtitle;
  figure.notes = {"Residual: predicted minus observed, in standard errors. White: no data"};
  if (masked) figure.notes[0] += text(", or not fitted (", masked, " values)");
  figure.notes[0] += ". Phases of TM are those of \u2212Zyx; grey: not between 0\u00B0 and 90\u00B0.";
  figure.width = std::clamp(1100 + 3 * 14 * static_cast<int>(line.order.size()), 1900, 3400);
  const double left = 105, bar_room = 118, gap = 24, between = 36, height = rows.size() > 4 ? 200 : 250;
  const double width = (figure.width - left - gap - 2 * bar_room - 10) / 3;
  const double names = names_height(line, result, width);
  const double used = names + 34 + static_cast<double>(rows.size()) * (height + between) + 24;
  figure.height = static_cast<int>(std::ceil(50 + 32 + 12 + used + 10 + 25 * static_cast<double>(figure.notes.size())));
  const double start = area_of(figure).top - names - 34;
  const Scale residual{
      signed_table(),
      {.label = "Residual (standard errors)", .low = -most_residual, .high = most_residual, .spacing = 30, .size = 15}};
  const char* const heads[] = {"Observed", "Predicted", "Residual"};
  double Fitted::*const shown[] = {&Fitted::observed, &Fitted::predicted, &Fitted::residual};
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Scale scale = scale_of(rows[r].curve, rows);
    for (int column = 0; column < 3; ++column) {
      FigurePanel panel;
      panel.left = std::round(left + column * (width + gap) + (column == 2 ? bar_room - gap : 0));
      panel.right = std::round(panel.left + width);
      panel.top = std::round(start - static_cast<double>(r) * (height + between));
      panel.bottom = panel.top - height;
      panel.x = line.axis;
      panel.x.numbers = r + 1 == rows.size();
      if (!panel.x.numbers) panel.x.label.clear();
      panel.y = period_axis(result);
      std::swap(panel.y.low, panel.y.high);  // short periods above
      panel.y.spacing = 34;
      panel.y.numbers = column == 0;
      if (column > 0) panel.y.label.clear();
      draw_cells(panel, line, rows[r].data, shown[column], column == 2 ? residual : scale);
      std::string words = column == 0 ? title_of(rows[r].curve) : "";
      if (column == 2) words = "RMS " + fixed_digits(rms_of(rows[r].data), 2);
      const double above = r == 0 ? names + 8 : 7;
      if (r > 0) panel.title = words;
      if (r == 0)
        panel.labels.push_back({.at = {panel.x.low, panel.y.high},
                                .offset = {2, above},
                                .words = text(heads[column], column == 1 ? "" : ": ", words),
                                .size = 17,
                                .horizontal = -1,
                                .vertical = -1,
                                .bold = true});
      if (column > 0) {
        const Scale& of = column == 1 ? scale : residual;
        figure.bars.push_back({.left = panel.right + 16,
                               .bottom = panel.bottom,
                               .right = panel.right + 34,
                               .top = panel.top,
                               .colors = of.colors,
                               .axis = of.axis});
      }
      FigurePanel sites;
      if (r == 0) sites = names_above(panel, line, result);
      figure.panels.push_back(std::move(panel));
      if (r == 0) figure.panels.push_back(std::move(sites));
    }
  }
  return figure;
}

}  // namespace terrella::viz
