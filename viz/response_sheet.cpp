#include "viz/response_sheet.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/survey/units.h"

namespace terrella::viz {
namespace {

constexpr std::size_t sites_a_sheet = 20;
constexpr Color xy_color{196, 50, 40}, yx_color{31, 90, 160};

struct Ranges {
  FigureAxis period, resistivity, phase;
};

Ranges ranges_of(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites) {
  std::vector<double> values;
  for (const auto& site : sites)
    for (const auto* curve : {&site.xy, &site.yx})
      for (double rho : curve->resistivity)
        if (rho > 0 && std::isfinite(rho)) values.push_back(rho);
  std::sort(values.begin(), values.end());
  double low = 1, high = 1000;
  if (!values.empty()) {  // a few wild values must not flatten all curves
    low = values[values.size() / 50];
    high = values[values.size() - 1 - values.size() / 50];
  }
  const double middle = std::sqrt(low * high);
  low = std::min(low / 1.5, middle / 10), high = std::max(high * 1.5, middle * 10);
  Ranges ranges;
  ranges.period = period_axis_right(survey);
  ranges.resistivity = {.low = low, .high = high, .logarithmic = true, .grid = true, .spacing = 26, .size = 13};
  ranges.phase = {.low = -15, .high = 105, .degrees = true, .grid = true, .spacing = 26, .size = 13};
  ranges.period.grid = true;
  ranges.period.size = 13;
  ranges.period.spacing = 48;
  return ranges;
}

void draw_curve(FigurePanel& rho, FigurePanel& phase, const elec::Curve& curve, const elec::LayeredTest* test,
                const Color& color, bool& turned) {
  Polyline level{.points = {}, .color = color, .width = 1.3, .dashed = test && !test->best.exists, .around = {}};
  Polyline angle = level;
  for (std::size_t i = 0; test && i < curve.period.size(); ++i) {
    const double t = curve.period[i];
    const std::complex<double> z = test->best.predicted[i];
    level.points.push_back({t, std::norm(z) * t / (2 * datasets::pi * datasets::mu_0)});
    angle.points.push_back({t, std::arg(z) * 180 / datasets::pi});
  }
  if (!level.points.empty()) rho.lines.push_back(std::move(level)), phase.lines.push_back(std::move(angle));
  const auto mark = [&](FigurePanel& panel, double t, double value, double error) {
    const double low = std::min(panel.y.low, panel.y.high), high = std::max(panel.y.low, panel.y.high);
    if (!(value >= low && value <= high)) {
      turned = true;
      return;
    }
    if (std::isfinite(error))
      panel.lines.push_back(
          {.points = {{t, std::max(value - error, panel.y.logarithmic ? low : value - error)}, {t, value + error}},
           .color = color,
           .width = 1,
           .dashed = false,
           .around = {}});
    panel.discs.push_back({.at = {t, value}, .radius = 2.2, .fill = {255, 255, 255}, .edge = color});
  };
  for (std::size_t i = 0; i < curve.period.size(); ++i) {
    if (!std::isfinite(curve.resistivity[i])) continue;
    mark(rho, curve.period[i], curve.resistivity[i], curve.resistivity_error[i]);
    mark(phase, curve.period[i], curve.phase[i], curve.phase_error[i]);
  }
}

}  // namespace

std::vector<Figure> response_sheets(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites) {
  if (survey.sites.empty() || sites.size() != survey.sites.size())
    fail("response_sheets: ", survey.sites.size(), " sites, ", sites.size(), " of them analysed");
  const Ranges ranges = ranges_of(survey, sites);
  std::vector<Figure> sheets;
  const std::size_t count = (sites.size() + sites_a_sheet - 1) / sites_a_sheet;
  for (std::size_t sheet = 0; sheet < count; ++sheet) {
    const std::size_t first = sheet * sites_a_sheet, last = std::min(first + sites_a_sheet, sites.size());
    Figure figure;
    figure.title = survey.name.empty() ? "Sounding curves" : survey.name + ": sounding curves";
    if (count > 1) figure.title += text(" (", sheet + 1, " of ", count, ")");
    figure.subtitle =
        "Red: xy; blue: yx (phase of \u2212Zyx), standard errors; lines: D+, the best that a layered earth can do, "
        "dashed where "
        "it does not fit within errors";
    const int n = static_cast<int>(last - first), columns = std::min(n, 5), rows = (n + columns - 1) / columns;
    const double gap_x = 22, gap_y = 50, cell = 300, tall = 330;
    figure.width = std::max(900, static_cast<int>(100 + columns * (cell + gap_x) + 20));
    figure.height = static_cast<int>(190 + rows * (tall + gap_y));
    bool turned = false;
    figure.notes = {"Points beyond the axes are not shown."};
    const FigureArea area = area_of(figure);
    for (int k = 0; k < n; ++k) {
      const int row = k / columns, column = k % columns;
      const std::size_t s = first + static_cast<std::size_t>(k);
      FigurePanel rho, phase;
      rho.left = phase.left = 85 + column * (cell + gap_x);
      rho.right = phase.right = rho.left + cell;
      rho.top = area.top - 30 - row * (tall + gap_y);
      rho.bottom = rho.top - 0.58 * tall;
      phase.top = rho.bottom - 10;
      phase.bottom = rho.top - tall;
      rho.x = phase.x = ranges.period;
      rho.x.label.clear();
      rho.x.numbers = false;
      phase.x.numbers = k + columns >= n;
      if (!phase.x.numbers) phase.x.label.clear();
      rho.y = ranges.resistivity, phase.y = ranges.phase;
      rho.y.numbers = phase.y.numbers = column == 0;
      if (column == 0) rho.y.label = "\u03C1a (\u03A9\u00B7m)", phase.y.label = "Phase (\u00B0)";
      rho.title = survey.sites[s].name;
      for (const elec::Mode mode : {elec::Mode::yx, elec::Mode::xy}) {
        const auto test = std::find_if(sites[s].layered.begin(), sites[s].layered.end(),
                                       [&](const auto& t) { return t.mode == mode; });
        draw_curve(rho, phase, mode == elec::Mode::xy ? sites[s].xy : sites[s].yx,
                   test == sites[s].layered.end() ? nullptr : &*test, mode == elec::Mode::xy ? xy_color : yx_color,
                   turned);
      }
      figure.panels.push_back(std::move(rho));
      figure.panels.push_back(std::move(phase));
    }
    if (!turned) figure.notes.clear();
    sheets.push_back(std::move(figure));
  }
  return sheets;
}

}  // namespace terrella::viz
