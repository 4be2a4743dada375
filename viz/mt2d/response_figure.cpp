#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/mt2d/fit_figures.h"
#include "viz/mt2d/line_axis.h"

namespace terrella::viz {
namespace {

constexpr std::size_t sites_a_sheet = 12;
constexpr Color te_color{196, 50, 40}, tm_color{31, 90, 160}, real_color{40, 120, 70}, imaginary_color{150, 96, 166},
    masked_color{170, 170, 170};

Color color_of_curve(Curve2d curve) {
  switch (curve) {
    case Curve2d::rho_te:
    case Curve2d::phase_te:
      return te_color;
    case Curve2d::rho_tm:
    case Curve2d::phase_tm:
      return tm_color;
    case Curve2d::tipper_real:
      return real_color;
    case Curve2d::tipper_imaginary:
      break;
  }
  return imaginary_color;
}

struct Curves {
  std::vector<std::pair<Curve2d, std::vector<Fitted>>> all;
  bool tipper = false;
};

Curves curves_of(const inversion::Result2d& result) {
  Curves curves;
  for (Curve2d curve : curves_2d) {
    std::vector<Fitted> data = fitted(result, curve);
    curves.tipper = curves.tipper || (!is_rho(curve) && !is_phase(curve) && !data.empty());
    if (!data.empty()) curves.all.emplace_back(curve, std::move(data));
  }
  if (curves.all.empty())
    fail("plot response: the result has no impedance, apparent resistivity, phase or tipper; there is nothing to show");
  return curves;
}

/// The same axes for all sites of all sheets, so that sites can be compared; a few wild values must not flatten them.
struct Axes {
  FigureAxis rho, phase, tipper;
};

Axes axes_of(const Curves& curves, const std::vector<std::size_t>& sites) {
  std::vector<double> rho, angle, size;
  for (const auto& [curve, data] : curves.all)
    for (const Fitted& f : data) {
      if (f.masked || std::find(sites.begin(), sites.end(), f.site) == sites.end()) continue;
      auto& values = is_rho(curve) ? rho : is_phase(curve) ? angle : size;
      for (double v : {f.observed, f.predicted})
        if (std::isfinite(v) && (!is_rho(curve) || v > 0)) values.push_back(v);
    }
  const auto range = [](std::vector<double>& values, double low, double high, bool factor) {
    std::sort(values.begin(), values.end());
    if (values.empty()) return std::pair(low, high);
    const double least = values[values.size() / 100], most = values[values.size() - 1 - values.size() / 100];
    const double room = factor ? 0 : 0.5 * (most - least);
    return std::pair(std::max(values.front(), factor ? least / 5 : least - room),
                     std::min(values.back(), factor ? 5 * most : most + room));
  };
  auto [low, high] = range(rho, 1, 1000, true);
  const double middle = std::sqrt(low * high);
  Axes axes;
  axes.rho = {.low = std::min(low / 1.6, middle / 8), .high = std::max(high * 1.6, middle * 8), .logarithmic = true};
  const auto [least, most] = range(angle, 0, 90, false);
  axes.phase = {.low = (least < 0 ? std::max(-180.0, std::floor(least / 15) * 15) : 0) - 6,
                .high = (most > 90 ? std::min(180.0, std::ceil(most / 15) * 15) : 90) + 6,
                .degrees = true};
  auto [lowest, highest] = range(size, -0.2, 0.2, false);
  const double largest = std::max({std::abs(lowest), std::abs(highest), 0.1});
  axes.tipper = {.low = -1.15 * largest, .high = 1.15 * largest};
  for (FigureAxis* axis : {&axes.rho, &axes.phase, &axes.tipper})
    axis->grid = true, axis->spacing = 26, axis->size = 13;
  return axes;
}

/// Data of one site, one curve: discs with error bars, predictions as a line. The number of data beyond the axis.
std::size_t draw(FigurePanel& panel, const std::vector<Fitted>& data, std::uint32_t site, bool rho, const Color& color,
                 double radius) {
  std::size_t beyond = 0;
  Polyline line{.points = {}, .color = color, .width = radius > 3 ? 2.2 : 1.6};
  for (const Fitted& f : data) {
    if (f.site != site) continue;
    if (std::isfinite(f.predicted) && (!rho || f.predicted > 0)) line.points.push_back({f.period, f.predicted});
    if (!(f.observed >= panel.y.low && f.observed <= panel.y.high)) {
      ++beyond;
      continue;
    }
    const Color shade = f.masked ? masked_color : color;
    if (std::isfinite(f.error) && !f.masked) {
      const double up = rho ? f.observed * std::pow(10, f.error) : f.observed + f.error;
      const double down = rho ? f.observed * std::pow(10, -f.error) : f.observed - f.error;
      panel.lines.push_back(
          {.points = {{f.period, std::max(down, panel.y.low)}, {f.period, std::min(up, panel.y.high)}},
           .color = shade,
           .width = 1});
    }
    panel.discs.push_back({.at = {f.period, f.observed}, .radius = radius, .fill = {255, 255, 255}, .edge = shade});
  }
  panel.lines.push_back(std::move(line));
  return beyond;
}

}  // namespace

std::vector<Figure> response_figures(const inversion::Result2d& result, const std::vector<std::string>& sites,
                                     const std::string& title) {
  const DataLine line = data_line("plot response", result);
  std::vector<std::size_t> chosen;
  if (sites.empty()) chosen = line.order;
  for (const std::string& name : sites) {
    const auto found = std::find_if(result.data.sites.begin(), result.data.sites.end(),
                                    [&](const auto& site) { return site.name == name; });
    if (found == result.data.sites.end()) {
      std::string known;
      for (const auto& site : result.data.sites) known += (known.empty() ? "" : ", ") + site.name;
      fail("plot response: no site '", name, "' in the result, which has: ", known);
    }
    chosen.push_back(static_cast<std::size_t>(found - result.data.sites.begin()));
  }
  const Curves curves = curves_of(result);
  const Axes axes = axes_of(curves, chosen);
  const std::vector<double> rms = inversion::rms_of_sites(result);
  const std::size_t count = (chosen.size() + sites_a_sheet - 1) / sites_a_sheet;
  std::vector<Figure> sheets;
  for (std::size_t sheet = 0; sheet < count; ++sheet) {
    const std::size_t first = sheet * sites_a_sheet, last = std::min(first + sites_a_sheet, chosen.size());
    const int n = static_cast<int>(last - first),
              columns = n <= 3   ? n
                        : n <= 8 ? (n + 1) / 2
                                 : 4,
              rows = (n + columns - 1) / columns;
    Figure figure = figure_of_line(result, title, "responses");
    if (count > 1) figure.title += text(" (", sheet + 1, " of ", count, ")");
    figure.subtitle = line.subtitle;
    const bool single = chosen.size() == 1;
    const double cell = single ? 720 : n <= 3 ? 480 : 360, gap_x = 24, gap_y = 52, inner = 10;
    const double rho_tall = single ? 380 : 215, phase_tall = single ? 240 : 135,
                 tipper_tall = curves.tipper ? (single ? 190 : 100) : 0;
    const double tall = rho_tall + phase_tall + inner + (curves.tipper ? tipper_tall + inner : 0);
    figure.width = std::max(900, static_cast<int>(95 + columns * (cell + gap_x) + 20));
    std::size_t beyond = 0, masked = 0;
    std::vector<FigurePanel> panels;
    const double notes = 60, heads = 50 + 32 + 22;
    figure.height = static_cast<int>(heads + 26 + rows * (tall + gap_y) + 16 + notes);
    const double start = figure.height - heads - 26;
    for (int k = 0; k < n; ++k) {
      const std::size_t s = chosen[first + static_cast<std::size_t>(k)];
      const int row = k / columns, column = k % columns;
      const bool lowest = k + columns >= n;
      FigurePanel rho, phase, tipper;
      rho.left = phase.left = tipper.left = 90 + column * (cell + gap_x);
      rho.right = phase.right = tipper.right = rho.left + cell;
      rho.top = start - row * (tall + gap_y);
      rho.bottom = rho.top - rho_tall;
      phase.top = rho.bottom - inner;
      phase.bottom = phase.top - phase_tall;
      tipper.top = phase.bottom - inner;
      tipper.bottom = tipper.top - tipper_tall;
      rho.y = axes.rho, phase.y = axes.phase, tipper.y = axes.tipper;
      FigurePanel& bottom = curves.tipper ? tipper : phase;
      for (FigurePanel* panel : {&rho, &phase, &tipper}) {
        panel->x = period_axis(result);
        panel->x.grid = true, panel->x.size = 13;
        panel->x.numbers = panel == &bottom && lowest;
        if (!panel->x.numbers) panel->x.label.clear();
        panel->y.numbers = column == 0;
        panel->y.spacing = panel == &tipper ? 22 : 30;
      }
      if (column == 0)
        rho.y.label = "\u03C1a (\u03A9\u00B7m)", phase.y.label = "Phase (\u00B0)", tipper.y.label = "Tipper";
      rho.title = result.data.sites[s].name;
      if (std::isfinite(rms[s])) rho.title += ", RMS " + fixed_digits(rms[s], 2);
      for (const auto& [curve, data] : curves.all) {
        FigurePanel& panel = is_rho(curve) ? rho : is_phase(curve) ? phase : tipper;
        beyond +=
            draw(panel, data, static_cast<std::uint32_t>(s), is_rho(curve), color_of_curve(curve), single ? 4 : 2.6);
        for (const Fitted& f : data) masked += f.masked && f.site == s;
      }
      panels.push_back(std::move(rho));
      panels.push_back(std::move(phase));
      if (curves.tipper) panels.push_back(std::move(tipper));
    }
    figure.notes = {"Red: TE; blue: TM (phase of \u2212Zyx)"};
    if (curves.tipper) figure.notes[0] += "; green, violet: real and imaginary part of the tipper";
    figure.notes.push_back("Circles: data with standard errors; lines: model.");
    if (masked) figure.notes[1] += " Grey: not fitted.";
    if (beyond) figure.notes[1] += text(" ", beyond, " data beyond the axes are not shown.");
    figure.notes[0] += ".";
    figure.panels = std::move(panels);
    sheets.push_back(std::move(figure));
  }
  return sheets;
}

}  // namespace terrella::viz
