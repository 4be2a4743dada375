#include "viz/mt2d/section_window.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::viz {
namespace {

using inversion::SectionModel;

/// Of columns whose middle lies in the window.
std::vector<double> depths_of_investigation(const SectionModel& model, double from, double to) {
  std::vector<double> depths;
  for (std::size_t c = 0; c < model.depth_of_investigation.size(); ++c) {
    const double y = (model.y[c] + model.y[c + 1]) / 2, depth = model.depth_of_investigation[c];
    if (y >= from && y <= to && depth > 0 && std::isfinite(depth)) depths.push_back(depth);
  }
  std::sort(depths.begin(), depths.end());
  return depths;
}

}  // namespace

Window window_of(const std::vector<SectionView>& sections, const SectionFigureOptions& o) {
  Window w;
  for (const SectionView& section : sections)
    if (w.sites.empty()) w.sites = section.sites;
  const SectionModel& model = sections[0].model;
  double first = model.y.front(), last = model.y.back();
  if (!w.sites.empty()) {
    first = w.sites.front().y, last = w.sites.back().y;
    double margin = 0.03 * (last - first);
    if (w.sites.size() > 1) margin = std::max(margin, 0.35 * (last - first) / static_cast<double>(w.sites.size() - 1));
    if (!(margin > 0)) margin = (model.y.back() - model.y.front()) / 10;
    first = std::max(first - margin, model.y.front()), last = std::min(last + margin, model.y.back());
  }
  w.from = std::isnan(o.from) ? first : o.from;
  w.to = std::isnan(o.to) ? last : o.to;
  if (!(w.to > w.from)) fail("section: from ", w.from, " to ", w.to, " m along the profile there is nothing to show");
  if (w.from >= model.y.back() || w.to <= model.y.front())
    fail("section: from ", w.from, " to ", w.to, " m along the profile there is nothing; the section reaches from ",
         model.y.front(), " to ", model.y.back(), " m");

  double highest = INFINITY, lowest = -INFINITY, bottom = -INFINITY, depth = 0;
  for (const SectionView& section : sections) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i <= 200; ++i) {
      const double z = ground_at(section.model, w.from + (w.to - w.from) * static_cast<double>(i) / 200);
      highest = std::min(highest, surface_at(section.model, w.from + (w.to - w.from) * static_cast<double>(i) / 200));
      lowest = std::max(lowest, z), sum += z, ++count;
    }
    if (&section == &sections[0]) w.ground = sum / count;
    for (std::size_t c = 0; c <= section.model.columns; ++c)
      bottom = std::max(bottom, section.model.z[section.model.rows * (section.model.columns + 1) + c]);
    const auto depths = depths_of_investigation(section.model, w.from, w.to);
    if (!depths.empty()) depth = std::max(depth, std::min(1.5 * depths.back(), 2 * depths[depths.size() / 2]));
  }
  if (depth == 0) depth = bottom - w.ground;
  // Below half the length of the line there are no two sites to tell what lies between them.
  depth = o.depth_limit > 0 ? o.depth_limit : std::min({depth, (w.to - w.from) / 2, bottom - w.ground});
  w.bottom = std::max(w.ground + depth, lowest + 0.05 * depth);
  w.flat = lowest - highest < 0.002 * (w.bottom - highest);
  w.top = highest;
  w.elevation = sections[0].model.sea_rows == 0 && lowest - highest > 0.1 * (w.bottom - highest);
  w.unit_along = w.to - w.from < 3000 ? 1 : 1000;
  w.unit_down = w.bottom - w.top < 2000 ? 1 : 1000;
  return w;
}

}  // namespace terrella::viz
