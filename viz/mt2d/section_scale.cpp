#include "viz/mt2d/section_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "viz/survey_line.h"

namespace terrella::viz {
namespace {

using inversion::SectionModel;

constexpr std::array<Color, 5> error_colors{
    {{250, 246, 232}, {226, 200, 214}, {186, 140, 190}, {128, 78, 150}, {62, 24, 92}}};

/// Values of all sections, with the areas above the depth of investigation that they hold.
struct Weighted {
  std::vector<std::pair<double, double>> values;
  void add(const SectionModel& model, const std::vector<double>& of, const Window& w) {
    for (std::size_t row = 0; row < model.rows; ++row)
      for (std::size_t column = 0; column < model.columns; ++column) {
        const std::size_t i = row * model.columns + column;
        const SectionPoint p = middle_of(model, row, column);
        if (p.y < w.from || p.y > w.to || p.z > w.bottom || is_sea(model, i) || !std::isfinite(of[i])) continue;
        if (within_depth_of_investigation(model, row, column) == 0) continue;
        values.emplace_back(of[i], area_of(model, row, column));
      }
    std::sort(values.begin(), values.end());
  }
  /// The value below which that part of the area lies.
  double rank(double part) const {
    double total = 0, sum = 0;
    for (const auto& [value, area] : values) total += area;
    for (const auto& [value, area] : values)
      if ((sum += area) >= part * total) return value;
    return values.empty() ? datasets::not_a_number : values.back().first;
  }
};

}  // namespace

Color SectionScale::color(double value) const {
  if (!std::isfinite(value) || (axis.logarithmic && !(value > 0))) return missing_color;
  const double fraction = axis.logarithmic ? std::log(value / axis.low) / std::log(axis.high / axis.low)
                                           : (value - axis.low) / (axis.high - axis.low);
  return color_between(colors, fraction);
}

const std::vector<double>& values_of(const SectionView& section, Shown2d shown) {
  switch (shown) {
    case Shown2d::resistivity_y:
      return section.model.resistivity_y;
    case Shown2d::resistivity_z:
      return section.model.resistivity_z;
    case Shown2d::log10_resistivity_error:
      return section.model.log10_resistivity_error;
    case Shown2d::sensitivity:
      return section.model.sensitivity;
    case Shown2d::resolution:
      return section.resolution;
    case Shown2d::mean:
      return section.mean;
    case Shown2d::deviation:
      return section.deviation;
    case Shown2d::low:
      return section.low;
    case Shown2d::high:
      return section.high;
    case Shown2d::resistivity:
      break;
  }
  return section.model.resistivity;
}

namespace {

std::string label_of(Shown2d shown, const SectionView& section) {
  const std::size_t members = section.members;
  switch (shown) {
    case Shown2d::resistivity_y:
      return "Resistivity along the profile (\u03A9\u00B7m)";
    case Shown2d::resistivity_z:
      return "Vertical resistivity (\u03A9\u00B7m)";
    case Shown2d::log10_resistivity_error:
      return "Standard error of log10 resistivity (decades)";
    case Shown2d::sensitivity:
      return "Sensitivity (1/km\u00B2)";
    case Shown2d::resolution:
      return "Resolution of cells";
    case Shown2d::mean:
      return text("Mean of ", members, " models (\u03A9\u00B7m)");
    case Shown2d::deviation:
      return text("Standard deviation of ", members, " models (decades)");
    case Shown2d::low:
      return text("10 % of ", members, " models are below (\u03A9\u00B7m)");
    case Shown2d::high:
      return text("90 % of ", members, " models are below (\u03A9\u00B7m)");
    case Shown2d::resistivity:
      break;
  }
  return section.model.resistivity_y.empty() ? "Resistivity (\u03A9\u00B7m)"
                                             : "Resistivity along strike (\u03A9\u00B7m)";
}

}  // namespace

SectionScale resistivity_scale(const std::vector<SectionView>& sections, const SectionFigureOptions& o,
                               const Window& w) {
  Weighted weighted;
  for (const SectionView& section : sections) {
    if (o.shown > Shown2d::resistivity_z)
      weighted.add(section.model, values_of(section, o.shown), w);
    else  // pictures of the three axes have one scale
      for (const Shown2d axis : {Shown2d::resistivity, Shown2d::resistivity_y, Shown2d::resistivity_z})
        if (!values_of(section, axis).empty()) weighted.add(section.model, values_of(section, axis), w);
  }
  ColorLimits limits =
      weighted.values.empty() ? ColorLimits{} : limits_around(weighted.rank(0.01), weighted.rank(0.99));
  if (o.minimum_resistivity > 0) limits.minimum = o.minimum_resistivity;
  if (o.maximum_resistivity > 0) limits.maximum = o.maximum_resistivity;
  if (!(limits.maximum > limits.minimum))
    fail("section: colours from ", limits.minimum, " to ", limits.maximum, " ohm m; the limits must ascend");
  return {{resistivity_colors.begin(), resistivity_colors.end()},
          {.label = label_of(o.shown, sections[0]),
           .low = limits.minimum,
           .high = limits.maximum,
           .logarithmic = true,
           .spacing = 38,
           .size = 17}};
}

SectionScale other_scale(const std::vector<SectionView>& sections, Shown2d shown, const Window& w) {
  Weighted weighted;
  for (const SectionView& section : sections) weighted.add(section.model, values_of(section, shown), w);
  SectionScale scale{{error_colors.begin(), error_colors.end()},
                     {.label = label_of(shown, sections[0]), .low = 0, .high = 1, .spacing = 45, .size = 17}};
  if (shown == Shown2d::sensitivity) {
    const ColorLimits limits =
        weighted.values.empty() ? ColorLimits{} : limits_around(weighted.rank(0.01), weighted.rank(0.99));
    scale.axis.low = limits.minimum, scale.axis.high = limits.maximum, scale.axis.logarithmic = true;
  } else if (!weighted.values.empty() && shown == Shown2d::resolution) {
    const double high = weighted.rank(0.98);
    for (const double choice : {0.5, 0.2, 0.1, 0.05, 0.02, 0.01})
      if (high <= choice) scale.axis.high = choice;
  } else if (!weighted.values.empty()) {
    scale.axis.high = std::max(0.1, std::ceil(10 * weighted.rank(0.98)) / 10);
  }
  return scale;
}

SectionScale difference_scale(const SectionModel& model, const std::vector<double>& ratio, const Window& w) {
  Weighted weighted;
  std::vector<double> sizes;
  for (double r : ratio) sizes.push_back(std::abs(r));
  weighted.add(model, sizes, w);
  const double largest = weighted.values.empty() ? 1 : weighted.rank(0.98);
  double limit = 2;
  for (double choice : {1.0, 0.5, 0.2, 0.1})
    if (largest <= choice) limit = choice;
  return {{signed_colors.begin(), signed_colors.end()},
          {.label = "Difference (decades)", .low = -limit, .high = limit, .spacing = 38, .size = 17}};
}

}  // namespace terrella::viz
