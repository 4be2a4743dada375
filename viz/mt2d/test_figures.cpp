#include "viz/mt2d/test_figures.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/mt2d/section_figure.h"

namespace terrella::viz {
namespace {

constexpr Color first_color{184, 28, 42}, second_color{45, 122, 182}, third_color{70, 150, 100}, grey{150, 150, 150};

SectionView with_model(SectionView view, const std::vector<double>& log10_resistivity, const std::string& title) {
  view.title = title;
  view.rms = datasets::not_a_number;
  view.model.resistivity.clear();
  for (const double x : log10_resistivity) view.model.resistivity.push_back(std::pow(10.0, x));
  return view;
}

/// A word in the colour of its line.
void name_line(FigurePanel& panel, const std::string& words, const Color& color, std::size_t number) {
  panel.labels.push_back({.at = {panel.x.low, panel.y.high},
                          .offset = {2, 6 + 18.0 * static_cast<double>(number)},
                          .words = words,
                          .size = 14,
                          .horizontal = -1,
                          .vertical = -1,
                          .color = color});
}

/// Steps over depth, one value a band.
Polyline steps(const std::vector<inversion::Recovery>& bands, double inversion::Recovery::*what, const Color& color,
               double lowest) {
  Polyline line{.points = {}, .color = color, .width = 2.5};
  for (const inversion::Recovery& band : bands)
    for (const double depth : {band.top, band.bottom})
      line.points.push_back({std::max(band.*what, lowest), depth / 1000});
  return line;
}

}  // namespace

Figure checkerboard_figure(const inversion::Checkerboard& test, const std::string& title) {
  if (test.recovery.empty()) fail("checkerboard_figure: there is no recovery to show");
  const SectionView view = section_view(test.recovered);
  SectionFigureOptions options;
  options.show_depth_of_investigation = false;  // that is what the test asks about
  double deepest = 0;                           // of the section below the ground
  for (std::size_t i = 0; i <= view.model.columns; ++i)
    deepest = std::max(deepest, view.model.z[view.model.rows * (view.model.columns + 1) + i] - view.model.z[i]);
  options.depth_limit = std::min(test.recovery.back().bottom, deepest);
  options.title = title.empty() ? "Checkerboard" : title;
  Figure figure = section_figure({with_model(view, test.recovered.truth, "Truth"),
                                  [&] {
                                    SectionView found = view;
                                    found.title = "Recovered";
                                    return found;
                                  }()},
                                 options);
  const int beside = 330;
  const double left = figure.width + 70;
  double bottom = figure.height, top = 0;
  for (const FigurePanel& panel : figure.panels)
    if (panel.framed) bottom = std::min(bottom, panel.bottom), top = std::max(top, panel.top);
  figure.width += beside;
  FigurePanel curves;
  curves.left = left, curves.right = figure.width - 30.0;
  curves.bottom = bottom, curves.top = top - 40;
  constexpr double lowest = -0.25;
  curves.x = {.label = "Recovery", .low = lowest, .high = 1.25, .grid = true, .spacing = 60};
  curves.y = {.label = "Depth below the ground (km)",
              .low = test.recovery.back().bottom / 1000,
              .high = 0,
              .grid = true,
              .spacing = 45};
  curves.lines = {steps(test.recovery, &inversion::Recovery::amplitude, first_color, lowest),
                  steps(test.recovery, &inversion::Recovery::correlation, second_color, lowest),
                  steps(test.recovery, &inversion::Recovery::resolvability, third_color, lowest)};
  curves.lines.push_back(
      {.points = {{0.7, 0}, {0.7, curves.y.low}}, .color = grey, .width = 1.5, .dashed = true, .around = {}});
  name_line(curves, "resolvability (0.7: resolved)", third_color, 0);
  name_line(curves, "correlation", second_color, 1);
  name_line(curves, "amplitude", first_color, 2);
  figure.panels.push_back(std::move(curves));
  return figure;
}

Figure feature_figure(const inversion::Result2d& result, const inversion::FeatureTest& test,
                      const inversion::FeatureOptions& feature, const std::string& title) {
  const bool again = !std::isnan(test.rms_again);
  const SectionView view = section_view(result);
  std::vector<SectionView> views{view, with_model(view, test.changed, text("Box of ", feature.resistivity, " ohm m"))};
  views[0].title = "Result";
  views[1].rms = test.rms_changed;
  if (again) {
    views.push_back(section_view(test.again, "Inverted again, the box held"));
    views.back().model.depth_of_investigation = view.model.depth_of_investigation;
  }
  SectionFigureOptions options;
  options.show_depth_of_investigation = false;  // the box may lie deeper
  options.title = title.empty() ? "Feature test" : title;
  Figure figure = section_figure(views, options);
  // All of it moves up to make room for the sites' RMS.
  constexpr int below = 330;
  double left = figure.width, right = 0, low = figure.height;
  FigureAxis along;  // that of the last section, which has numbers
  for (FigurePanel& panel : figure.panels) {
    if (panel.framed) left = std::min(left, panel.left), right = std::max(right, panel.right), along = panel.x;
    low = std::min(low, panel.bottom);
    panel.bottom += below, panel.top += below;
  }
  for (ColorBar& bar : figure.bars) bar.bottom += below, bar.top += below;
  figure.height += below;
  figure.subtitle += figure.subtitle.empty() ? "" : "; ";
  figure.subtitle += text("RMS ", std::round(1000 * test.rms) / 1000, ", with the box replaced ",
                          std::round(1000 * test.rms_changed) / 1000);
  if (again)
    figure.subtitle +=
        text(", inverted again ", std::round(1000 * test.rms_again) / 1000, test.needed ? ": needed" : ": not needed");
  FigurePanel sites;
  sites.left = left, sites.right = right, sites.bottom = low, sites.top = low + below - 130;
  double highest = 0;
  for (const auto* const values : {&test.site, &test.site_changed, &test.site_again})
    for (const double rms : *values)
      if (std::isfinite(rms)) highest = std::max(highest, rms);
  sites.x = along;
  sites.x.label = along.label.substr(0, along.label.find(','));
  sites.y = {.label = "RMS of sites", .low = 0, .high = 1.1 * highest + 1e-3, .grid = true, .spacing = 40};
  const double unit = along.label.starts_with("Distance (m)") ? 1 : 1000;
  const auto draw = [&](const std::vector<double>& rms, const Color& color, const char* words, std::size_t number) {
    std::vector<std::pair<double, double>> points;  // y in the unit of the axis, RMS
    for (std::size_t s = 0; s < rms.size(); ++s)
      if (std::isfinite(rms[s])) points.emplace_back(result.data.sites[s].y / unit, rms[s]);
    if (points.empty()) return;
    std::sort(points.begin(), points.end());
    Polyline line{.points = {}, .color = color, .width = 2};
    for (const auto& [y, value] : points) {
      line.points.push_back({y, value});
      sites.discs.push_back({.at = {y, value}, .radius = 4, .fill = color, .edge = {255, 255, 255}});
    }
    sites.lines.push_back(std::move(line));
    name_line(sites, words, color, number);
    sites.labels.back().offset = {2 + 190.0 * static_cast<double>(number), 6};
  };
  draw(test.site, second_color, "result", 0);
  draw(test.site_changed, first_color, "with the box replaced", 1);
  draw(test.site_again, third_color, "inverted again", 2);
  figure.panels.push_back(std::move(sites));
  return figure;
}

}  // namespace terrella::viz
