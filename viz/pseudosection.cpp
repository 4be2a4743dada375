#include "viz/pseudosection.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::viz {
namespace {

std::vector<Color> resistivity_table() { return {resistivity_colors.begin(), resistivity_colors.end()}; }
/// Phases above 45 degrees tell of a better conductor below: red, as that is.
std::vector<Color> phase_table() { return {resistivity_colors.rbegin(), resistivity_colors.rend()}; }

constexpr double most_phase = 90, most_skew = 10;

void check(const char* function, const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites) {
  if (survey.sites.empty() || sites.size() != survey.sites.size())
    fail(function, ": ", survey.sites.size(), " sites, ", sites.size(), " of them analysed");
}

Figure frame(const datasets::Survey& survey, const SurveyLine& line, const std::string& what) {
  Figure figure;
  figure.width = std::clamp(420 + 26 * static_cast<int>(survey.sites.size()), 1500, 3200);
  figure.title = survey.name.empty() ? what : survey.name + ": " + what;
  figure.subtitle = line.subtitle;
  figure.notes = line.notes;
  return figure;
}

FigureAxis distance_axis(const SurveyLine& line, bool labelled) {
  return {.label = labelled ? line.axis_label : "",
          .low = line.edges.front(),
          .high = line.edges.back(),
          .numbers = labelled && line.profile.placed,
          .ticks = line.profile.placed,
          .spacing = 90};
}

}  // namespace

Figure rho_phase_sections(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites,
                          double azimuth) {
  check("rho_phase_sections", survey, sites);
  const SurveyLine line = survey_line(survey, azimuth);
  Figure figure = frame(survey, line, "apparent resistivity and phase");
  figure.width = std::clamp(560 + 2 * 22 * static_cast<int>(survey.sites.size()), 1700, 3600);
  figure.height = 1150;
  std::vector<double> all;
  double rotation = survey.sites[0].rotation;
  for (std::size_t s = 0; s < sites.size(); ++s) {
    all.insert(all.end(), sites[s].xy.resistivity.begin(), sites[s].xy.resistivity.end());
    all.insert(all.end(), sites[s].yx.resistivity.begin(), sites[s].yx.resistivity.end());
    if (std::abs(survey.sites[s].rotation - rotation) > 1e-6) rotation = datasets::not_a_number;
  }
  figure.subtitle += std::isnan(rotation) ? ", x axes as the sites have them"
                                          : text(", x axis at N ", std::lround(rotation), "\u00B0 E");
  figure.notes.push_back(
      "Phases of yx are those of \u2212Zyx. Grey: phase not between 0\u00B0 and 90\u00B0. White: no data.");
  const ColorLimits limits = limits_around(all);
  const FigureArea area = area_of(figure);
  const double left = 105, right = area.right - 135, gap_x = 60, gap_y = 40, above = 105;
  const double width = (right - left - gap_x) / 2, height = (area.top - above - area.bottom - 62 - gap_y) / 2;
  for (int row = 0; row < 2; ++row)
    for (int column = 0; column < 2; ++column) {
      const bool phase = row == 1, xy = column == 0;
      FigurePanel panel;
      panel.left = left + column * (width + gap_x);
      panel.right = panel.left + width;
      panel.top = area.top - above - row * (height + gap_y);
      panel.bottom = panel.top - height;
      panel.x = distance_axis(line, phase);
      panel.y = period_axis_down(survey);
      panel.y.numbers = xy;
      if (!xy) panel.y.label.clear();
      panel.title = row == 1 ? text("Phase ", xy ? "xy" : "yx") : "";
      for (std::size_t k = 0; k < line.order.size(); ++k) {
        const elec::Curve& curve = xy ? sites[line.order[k]].xy : sites[line.order[k]].yx;
        const auto cells = period_cells(curve.period);
        for (std::size_t i = 0; i < cells.size(); ++i) {
          if (!std::isfinite(curve.resistivity[i])) continue;
          const double angle = curve.phase[i];
          const Color color = !phase                            ? color_of(curve.resistivity[i], limits)
                              : angle < 0 || angle > most_phase ? Color{150, 150, 150}
                                                                : color_between(phase_table(), angle / most_phase);
          const double l = line.edges[k], r = line.edges[k + 1];
          const auto [from, to] = cells[i];
          panel.polygons.push_back({.corners = {{l, from}, {r, from}, {r, to}, {l, to}}, .around = {}, .fill = color});
        }
      }
      if (row == 0) {
        name_sites_above(panel, line, survey);
        panel.labels.push_back({.at = {panel.x.low, panel.y.high},
                                .offset = {2, 84},
                                .words = text("Apparent resistivity ", xy ? "xy" : "yx"),
                                .size = 17,
                                .horizontal = -1,
                                .bold = true});
      }
      figure.panels.push_back(std::move(panel));
    }
  for (int row = 0; row < 2; ++row) {
    const FigurePanel& beside = figure.panels[static_cast<std::size_t>(2 * row)];
    ColorBar bar{
        .left = right + 22, .bottom = beside.bottom, .right = right + 44, .top = beside.top, .colors = {}, .axis = {}};
    bar.colors = row == 0 ? resistivity_table() : phase_table();
    bar.axis =
        row == 0 ? FigureAxis{.label = "Apparent resistivity (\u03A9\u00B7m)",
                              .low = limits.minimum,
                              .high = limits.maximum,
                              .logarithmic = true,
                              .spacing = 40}
                 : FigureAxis{.label = "Phase (\u00B0)", .low = 0, .high = most_phase, .degrees = true, .spacing = 40};
    figure.bars.push_back(std::move(bar));
  }
  return figure;
}

Figure phase_tensor_section(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites,
                            double azimuth) {
  check("phase_tensor_section", survey, sites);
  const SurveyLine line = survey_line(survey, azimuth);
  Figure figure = frame(survey, line, "phase tensors");
  const FigureAxis periods = period_axis_down(survey);
  const double decades = std::log10(periods.low / periods.high);
  figure.height = std::clamp(static_cast<int>(420 + 2 * 115 * decades), 1000, 2600);
  figure.notes.push_back(
      "Ellipses are scaled to equal large axes, north upwards. Upper: colour is the smallest phase; lower: the skew "
      "\u03B2, "
      "beyond \u00B13\u00B0 three-dimensional.");
  const FigureArea area = area_of(figure);
  const double left = 105, right = area.right - 130, gap = 45, above = 80;
  const double height = (area.top - above - area.bottom - 62 - gap) / 2;
  const double column = (right - left) / static_cast<double>(survey.sites.size());
  // As large as columns allow, and as many periods as there is room for below each other.
  const double size = std::clamp(0.46 * column, 6.0, 13.0);
  const double apart = 1.6 * size * decades / height;
  for (int row = 0; row < 2; ++row) {
    FigurePanel panel;
    panel.left = left, panel.right = right;
    panel.top = area.top - above - row * (height + gap);
    panel.bottom = panel.top - height;
    panel.x = distance_axis(line, row == 1);
    panel.y = periods;
    const double around = size / (right - left) * (panel.x.high - panel.x.low);
    panel.x.low = std::min(panel.x.low, line.distance.front() - 1.3 * around);
    panel.x.high = std::max(panel.x.high, line.distance.back() + 1.3 * around);
    for (std::size_t k = 0; k < line.order.size(); ++k) {
      const std::size_t s = line.order[k];
      const elec::PhaseTensorTable& table = sites[s].phase_tensors;
      const double at = std::clamp(line.distance[k], line.edges[k], line.edges[k + 1]);
      const std::vector<double>& period = survey.sites[s].period;
      std::vector<std::size_t> shown;  // those that do not cover the one above
      for (std::size_t i = 0; i < period.size(); ++i)
        if (std::isfinite(table.phi_max.value[i]) &&
            (shown.empty() || std::log10(period[i] / period[shown.back()]) >= apart))
          shown.push_back(i);
      for (std::size_t i : shown) {
        const double major = std::tan(table.phi_max.value[i] * M_PI / 180),
                     minor = std::tan(table.phi_min.value[i] * M_PI / 180), beta = table.beta.value[i];
        const double ratio = major > 0 && std::isfinite(major) ? std::clamp(std::abs(minor / major), 0.03, 1.0) : 0.03;
        const Color color =
            row == 0 ? (table.phi_min.value[i] < 0 ? Color{150, 150, 150}
                                                   : color_between(phase_table(), table.phi_min.value[i] / most_phase))
                     : color_between(signed_colors, 0.5 + 0.5 * beta / most_skew);
        panel.polygons.push_back(
            {.corners = ellipse(size, ratio * size, table.strike.value[i] + survey.sites[s].rotation),
             .around = {{at, period[i]}},
             .fill = color,
             .outlined = true,
             .edge = {60, 60, 60},
             .edge_width = 0.8});
      }
    }
    if (row == 0) name_sites_above(panel, line, survey);
    ColorBar bar{
        .left = right + 22, .bottom = panel.bottom, .right = right + 44, .top = panel.top, .colors = {}, .axis = {}};
    if (row == 0) {
      bar.colors = phase_table();
      bar.axis = {.label = "Smallest phase (\u00B0)", .low = 0, .high = most_phase, .degrees = true, .spacing = 40};
    } else {
      bar.colors = {signed_colors.begin(), signed_colors.end()};
      bar.axis = {.label = "Skew \u03B2 (\u00B0)", .low = -most_skew, .high = most_skew, .spacing = 35};
    }
    figure.bars.push_back(std::move(bar));
    figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace terrella::viz
