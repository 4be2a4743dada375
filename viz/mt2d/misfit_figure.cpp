#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "viz/mt2d/fit_figures.h"
#include "viz/mt2d/line_axis.h"

namespace terrella::viz {
namespace {

struct Kind {
  std::string name;
  Color color;
  std::vector<Fitted> data;
};

/// The curves that were fitted; both parts of the tipper are one.
std::vector<Kind> kinds_of(const inversion::Result2d& result) {
  std::vector<Kind> kinds;
  const auto add = [&](const char* name, const Color& color, std::initializer_list<Curve2d> curves) {
    Kind kind{name, color, {}};
    for (Curve2d curve : curves)
      for (Fitted& f : fitted(result, curve))
        if (!std::isnan(f.residual)) kind.data.push_back(f);
    if (!kind.data.empty()) kinds.push_back(std::move(kind));
  };
  add("\u03C1a TE", {184, 28, 42}, {Curve2d::rho_te});
  add("phase TE", {240, 140, 70}, {Curve2d::phase_te});
  add("\u03C1a TM", {38, 60, 140}, {Curve2d::rho_tm});
  add("phase TM", {90, 165, 215}, {Curve2d::phase_tm});
  add("tipper", {60, 140, 80}, {Curve2d::tipper_real, Curve2d::tipper_imaginary});
  return kinds;
}

/// RMS of the data for which `group` gives the same number.
std::vector<double> grouped(const std::vector<Fitted>& data, std::size_t groups,
                            const std::function<std::size_t(const Fitted&)>& group) {
  std::vector<std::vector<Fitted>> sorted(groups);
  for (const Fitted& f : data) sorted[group(f)].push_back(f);
  std::vector<double> rms;
  for (const auto& some : sorted) rms.push_back(rms_of(some));
  return rms;
}

void draw(FigurePanel& panel, const std::vector<double>& at, const std::vector<double>& rms, const Color& color,
          bool all) {
  Polyline line{.points = {}, .color = color, .width = all ? 2.6 : 1.2};
  const auto finish = [&] {
    if (line.points.size() > 1) panel.lines.push_back(line);
    line.points.clear();
  };
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (std::isnan(rms[i])) {
      finish();
      continue;
    }
    line.points.push_back({at[i], std::min(rms[i], panel.y.high)});
    panel.discs.push_back(
        {.at = line.points.back(), .radius = all ? 4.5 : 3, .fill = all ? color : Color{255, 255, 255}, .edge = color});
  }
  finish();
}

}  // namespace

Figure misfit_figure(const inversion::Result2d& result, const std::string& title) {
  const DataLine line = data_line("plot misfit", result);
  const std::vector<Kind> kinds = kinds_of(result);
  if (kinds.empty()) fail("plot misfit: no datum was fitted; there is nothing to show");
  const std::vector<double> periods = datasets::periods_of(result.data);
  const auto place = [&](const Fitted& f) { return std::size_t{f.site}; };
  const auto period = [&](const Fitted& f) {
    return static_cast<std::size_t>(std::lower_bound(periods.begin(), periods.end(), f.period) - periods.begin());
  };
  Figure figure = figure_of_line(result, title, "misfit");
  figure.subtitle = line.subtitle;
  figure.width = 1500, figure.height = 1000;
  figure.notes = {"RMS of residuals in standard errors; dashed: 1, a fit within the errors. Black: all data."};
  const FigureArea area = area_of(figure);
  const double left = 95, right = figure.width - 190;
  FigurePanel sites, times;
  sites.left = times.left = left, sites.right = times.right = right;
  const double names = names_height(line, result, right - left);
  sites.top = area.top - names - 4;
  times.bottom = area.bottom + 66;
  const double height = (sites.top - times.bottom - 84) / 2;
  sites.bottom = std::round(sites.top - height);
  times.top = std::round(times.bottom + height);
  sites.x = line.axis;
  times.x = period_axis(result);
  std::vector<std::vector<double>> by_site, by_period;
  for (const Kind& kind : kinds) {
    by_site.push_back(grouped(kind.data, result.data.sites.size(), place));
    by_period.push_back(grouped(kind.data, periods.size(), period));
  }
  by_site.push_back(inversion::rms_of_sites(result));
  by_period.push_back(inversion::rms_of_periods(result));
  for (FigurePanel* panel : {&sites, &times}) {
    std::vector<double> all;
    for (const auto& rms : panel == &sites ? by_site : by_period)
      for (double v : rms)
        if (std::isfinite(v)) all.push_back(v);
    std::sort(all.begin(), all.end());
    const double high = all.empty() ? 1.5 : std::min(all.back() * 1.08, 4 * all[all.size() / 2] + 1);
    panel->y = {.label = panel == &sites ? "RMS of site" : "RMS of period",
                .low = 0,
                .high = std::max(1.5, high),
                .grid = true,
                .spacing = 45};
    panel->lines.push_back(
        {.points = {{panel->x.low, 1}, {panel->x.high, 1}}, .color = {110, 110, 110}, .dashed = true});
    for (std::size_t k = 0; k <= kinds.size(); ++k) {
      const bool total = k == kinds.size();
      std::vector<double> at = panel == &sites ? line.at : periods, rms;
      if (panel == &sites)
        for (std::size_t s : line.order) rms.push_back(by_site[k][s]);
      else
        rms = by_period[k];
      draw(*panel, at, rms, total ? Color{20, 20, 20} : kinds[k].color, total);
    }
  }
  // The legend beside the upper panel.
  FigurePanel legend;
  legend.left = right + 20, legend.right = figure.width - 10.0, legend.top = sites.top;
  legend.bottom = sites.top - 30.0 * static_cast<double>(kinds.size() + 1);
  legend.framed = false;
  legend.x = {.low = 0, .high = 100, .ticks = false};
  legend.y = {.low = 0, .high = static_cast<double>(kinds.size() + 1), .ticks = false};
  for (std::size_t k = 0; k <= kinds.size(); ++k) {
    const bool total = k == kinds.size();
    const double y = static_cast<double>(kinds.size() - k) + 0.5;
    const Color color = total ? Color{20, 20, 20} : kinds[k].color;
    legend.lines.push_back({.points = {{2, y}, {22, y}}, .color = color, .width = total ? 2.6 : 1.2});
    legend.discs.push_back(
        {.at = {12, y}, .radius = total ? 4.5 : 3, .fill = total ? color : Color{255, 255, 255}, .edge = color});
    std::string words = total ? text("all, ", fixed_digits(result.rms, 2))
                              : text(kinds[k].name, ", ", fixed_digits(rms_of(kinds[k].data), 2));
    legend.labels.push_back({.at = {26, y}, .words = std::move(words), .size = 15, .horizontal = -1});
  }
  FigurePanel above = names_above(sites, line, result);
  figure.panels = {std::move(sites), std::move(above), std::move(times), std::move(legend)};
  return figure;
}

}  // namespace terrella::viz
