#include "viz/strike_rose.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"

namespace terrella::viz {
namespace {

constexpr int bins = 18;  // of 180 degrees
constexpr Color principal{45, 110, 160}, other{190, 214, 232}, mean_color{200, 50, 40};

std::array<double, bins> histogram(const datasets::Survey& survey, const elec::Analysis& analysis,
                                   const elec::StrikeOptions& o, double from, double to) {
  std::array<double, bins> weight{};
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const auto& table = analysis.sites[s].phase_tensors;
    for (std::size_t i = 0; i < survey.sites[s].periods(); ++i) {
      const double t = survey.sites[s].period[i];
      if (t < from || t >= to) continue;
      const elec::StrikeDatum datum = elec::strike_datum(table, i, survey.sites[s].rotation, o);
      if (datum.use != elec::StrikeDatum::Use::counts) continue;
      const double turned = std::fmod(datum.azimuth + 720, 180);
      weight[static_cast<std::size_t>(turned / (180.0 / bins)) % bins] += datum.weight;
    }
  }
  return weight;
}

/// "30\u00B0 \u00B1 2\u00B0 or -60\u00B0"; an interval of a right angle holds every direction.
std::string words_of(double angle, double half) {
  if (!(half < 45)) return "undetermined";
  return text(std::lround(angle), "\u00B0 \u00B1 ", std::lround(half), "\u00B0 or ",
              std::lround(elec::wrapped(angle + 90, 180)), "\u00B0");
}

Place on(double radius, double azimuth) {
  return {radius * std::sin(azimuth * M_PI / 180), radius * std::cos(azimuth * M_PI / 180)};
}

void petal(FigurePanel& panel, double radius, double from, double to, const Color& color) {
  if (!(radius > 0)) return;
  Polygon sector{
      .corners = {{0, 0}}, .around = {}, .fill = color, .outlined = true, .edge = {90, 90, 90}, .edge_width = 0.7};
  for (int k = 0; k <= 5; ++k) sector.corners.push_back(on(radius, from + (to - from) * k / 5));
  panel.polygons.push_back(std::move(sector));
}

FigurePanel rose(const std::array<double, bins>& weight, const elec::Strike& strike, const std::string& title) {
  FigurePanel panel;
  panel.x = panel.y = {.low = -1.12, .high = 1.12, .numbers = false, .ticks = false};
  panel.framed = false;
  for (double radius : {0.5, 1.0}) {
    Polyline circle{.points = {}, .color = {170, 170, 170}, .width = 1, .dashed = false, .around = {}};
    for (int k = 0; k <= 72; ++k) circle.points.push_back(on(radius, 5.0 * k));
    panel.lines.push_back(std::move(circle));
  }
  // Strike is one of two directions at right angles: both get the weight, the measured one in the darker colour.
  double most = 0;
  for (int k = 0; k < bins; ++k) most = std::max(most, weight[k] + weight[(k + bins / 2) % bins]);
  for (int k = 0; k < bins && most > 0; ++k)
    for (double turn : {0.0, 180.0}) {
      const double from = k * 180.0 / bins + turn, to = from + 180.0 / bins;
      // Areas, not radii, are compared by the eye.
      petal(panel, std::sqrt((weight[k] + weight[(k + bins / 2) % bins]) / most), from, to, other);
      petal(panel, std::sqrt(weight[k] / most), from, to, principal);
    }
  const elec::MeanDirection& mean = strike.principal;
  if (mean.data > 0 && mean.chance < 0.05)
    for (double turn : {0.0, 90.0}) {
      const bool chosen =
          std::isnan(strike.resolved) || std::abs(std::remainder(strike.resolved - mean.angle - turn, 180)) < 1;
      panel.lines.push_back({.points = {on(1.08, mean.angle + turn), on(1.08, mean.angle + turn + 180)},
                             .color = mean_color,
                             .width = chosen ? 2.5 : 1.5,
                             .dashed = !chosen,
                             .around = {}});
    }
  panel.labels.push_back({.at = {0, 1.12}, .offset = {0, 22}, .words = title, .size = 17, .bold = true});
  const char* const names[] = {"N", "E", "S", "W"};
  for (int k = 0; k < 4; ++k)
    panel.labels.push_back(
        {.at = on(1.0, 90.0 * k), .offset = on(15, 90.0 * k), .words = names[k], .size = 15, .bold = true});
  std::string words = "no data";
  if (mean.data > 0) {
    words =
        mean.chance < 0.05 ? words_of(mean.angle, (mean.high - mean.low) / 2) : std::string("no preferred direction");
    words += text(" (", mean.data, ")");
  }
  panel.labels.push_back({.at = {0, -1.12}, .offset = {0, -14}, .words = words, .size = 15});
  if (!std::isnan(strike.resolved))
    panel.labels.push_back({.at = {0, -1.12},
                            .offset = {0, -35},
                            .words = text("by arrows: ", std::lround(strike.resolved), "\u00B0"),
                            .size = 15,
                            .color = mean_color});
  return panel;
}

}  // namespace

Figure strike_rose(const datasets::Survey& survey, const elec::Analysis& analysis, const elec::StrikeOptions& o) {
  if (analysis.sites.size() != survey.sites.size())
    fail("strike_rose: ", survey.sites.size(), " sites, ", analysis.sites.size(), " of them analysed");
  Figure figure;
  figure.title = (survey.name.empty() ? "" : survey.name + ": ") + "strike by phase tensors";
  figure.subtitle = text("Skew up to ", o.largest_skew, "\u00B0, errors up to ", o.largest_error,
                         "\u00B0; intervals of 95 % by bootstrap over sites; number of phase tensors in brackets");
  figure.notes = {
      "Dark: larger axis of the phase tensor; pale: at right angles to it; strike is one of both. Areas are weights. "
      "Red: mean."};
  if (analysis.decomposition) {
    const auto& fit = *analysis.decomposition;
    figure.notes.push_back(text("Decomposition of all sites and periods (Groom & Bailey; McNeice & Jones): ",
                                words_of(fit.strike.value, std::max(fit.strike.half, 1.0)), ", RMS ",
                                std::round(100 * fit.rms()) / 100, "."));
  }
  const std::size_t count = analysis.strike_by_decade.size() + 1;
  const int columns = static_cast<int>(count <= 5 ? count : (count + 1) / 2);
  const int rows = (static_cast<int>(count) + columns - 1) / columns;
  constexpr double side = 300, gap_x = 50, gap_y = 125;
  figure.width = static_cast<int>(std::max(1150.0, columns * (side + gap_x) + 60));
  figure.height = static_cast<int>(rows * (side + gap_y) + 150 + 25 * figure.notes.size());
  const FigureArea area = area_of(figure);
  for (std::size_t k = 0; k < count; ++k) {
    const bool all = k + 1 == count;
    const double from = all ? o.shortest_period : analysis.strike_by_decade[k].from,
                 to = all ? o.longest_period : analysis.strike_by_decade[k].to;
    const auto& strike = all ? analysis.strike : analysis.strike_by_decade[k].strike;
    FigurePanel panel = rose(histogram(survey, analysis, o, from, to), strike,
                             all ? std::string("All periods") : text(from, " to ", to, " s"));
    panel.left = 40 + static_cast<double>(k % static_cast<std::size_t>(columns)) * (side + gap_x);
    panel.right = panel.left + side;
    panel.top = area.top - 55 - static_cast<double>(k / static_cast<std::size_t>(columns)) * (side + gap_y);
    panel.bottom = panel.top - side;
    figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace terrella::viz
