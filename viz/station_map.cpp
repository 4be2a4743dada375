#include "viz/station_map.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "elec/analysis/phase_tensors.h"
#include "elec/response/site_tensors.h"
#include "elec/response/tipper.h"
#include "viz/relief.h"
#include "viz/survey_line.h"

namespace terrella::viz {
namespace {

constexpr double km_per_degree = 111.195;  // of latitude, on the mean sphere

struct MapSite {
  const datasets::Site* site;
  double longitude, latitude;
};

std::size_t nearest(const std::vector<double>& period, double wanted) {
  std::size_t best = period.size();
  for (std::size_t i = 0; i < period.size(); ++i) {
    const double off = std::abs(std::log(period[i] / wanted));
    if (off <= std::log(1.3) && (best == period.size() || off < std::abs(std::log(period[best] / wanted)))) best = i;
  }
  return best;
}

void add_arrow(FigurePanel& panel, const Place& at, double length, double azimuth, const Color& color) {
  if (!std::isfinite(length) || !std::isfinite(azimuth)) return;
  const double s = std::sin(azimuth * M_PI / 180), c = std::cos(azimuth * M_PI / 180),
               head = std::min(9.0, 0.45 * length);
  const Place tip{length * s, length * c};
  panel.lines.push_back({.points = {{0, 0}, {tip.x - 0.6 * head * s, tip.y - 0.6 * head * c}},
                         .color = color,
                         .width = 1.8,
                         .dashed = false,
                         .around = {at}});
  panel.lines.push_back({.points = {{tip.x - head * (s + 0.45 * c), tip.y - head * (c - 0.45 * s)},
                                    tip,
                                    {tip.x - head * (s - 0.45 * c), tip.y - head * (c + 0.45 * s)}},
                         .color = color,
                         .width = 1.8,
                         .dashed = false,
                         .around = {at}});
}

bool continues_letter(char c) { return (c & 0xC0) == 0x80; }  // of UTF-8

/// At most 24 bytes, and no letter cut in two.
std::string shortened(std::string name) {
  std::size_t end = std::min<std::size_t>(name.size(), 24);
  while (end > 0 && end < name.size() && continues_letter(name[end])) --end;
  name.resize(end);
  return name;
}

/// As many names as there is room for to the right of their sites.
void add_names(FigurePanel& panel, const std::vector<MapSite>& sites, double radius) {
  struct Box {
    double left, bottom, right, top;
  };
  std::vector<Box> taken;
  const auto pixel = [&](const MapSite& s) {
    return Place{(s.longitude - panel.x.low) / (panel.x.high - panel.x.low) * (panel.right - panel.left),
                 (s.latitude - panel.y.low) / (panel.y.high - panel.y.low) * (panel.top - panel.bottom)};
  };
  for (const MapSite& s : sites) {
    const Place at = pixel(s);
    taken.push_back({at.x - radius, at.y - radius, at.x + radius, at.y + radius});
  }
  const auto free = [&](const Box& b) {
    return b.left >= 0 && b.right <= panel.right - panel.left && b.bottom >= 0 && b.top <= panel.top - panel.bottom &&
           std::none_of(taken.begin(), taken.end(), [&](const Box& t) {
             return b.left < t.right && t.left < b.right && b.bottom < t.top && t.bottom < b.top;
           });
  };
  constexpr int size = 14;
  for (const MapSite& s : sites) {
    const Place at = pixel(s);
    const std::string name = shortened(s.site->name);
    const auto letters = std::count_if(name.begin(), name.end(), [](char c) { return !continues_letter(c); });
    const double width = 0.63 * size * static_cast<double>(letters), half = 0.6 * size;
    const double away = radius + 3;
    const std::tuple<double, double, int> choices[] = {
        {away, 0, -1}, {-away, 0, 1}, {0, away + half, 0}, {0, -away - half, 0}};
    for (const auto& [dx, dy, align] : choices) {
      const double middle = at.x + dx - align * width / 2;
      const Box box{middle - width / 2, at.y + dy - half, middle + width / 2, at.y + dy + half};
      if (!free(box)) continue;
      taken.push_back(box);
      Label label{.at = {s.longitude, s.latitude}, .offset = {dx, dy}, .words = name, .size = size};
      label.horizontal = align;
      panel.labels.push_back(std::move(label));
      break;
    }
  }
}

void add_scale_bar(FigurePanel& panel, double km_per_pixel) {
  const double wanted = 0.2 * (panel.right - panel.left) * km_per_pixel;
  const double power = std::pow(10, std::floor(std::log10(wanted)));
  const double length = wanted >= 5 * power ? 5 * power : wanted >= 2 * power ? 2 * power : power;
  const double pixels = length / km_per_pixel;
  const Place corner{panel.x.low, panel.y.low};
  panel.lines.push_back({.points = {{20, 28}, {20, 20}, {20 + pixels, 20}, {20 + pixels, 28}},
                         .color = {20, 20, 20},
                         .width = 2,
                         .dashed = false,
                         .around = {corner}});
  panel.labels.push_back({.at = corner,
                          .offset = {20 + pixels / 2, 34},
                          .words = length >= 1 ? text(length, " km") : text(1000 * length, " m"),
                          .size = 15,
                          .vertical = -1});
}

}  // namespace

Figure station_map(const datasets::Survey& survey, const MapOptions& o) {
  if (o.width < 400 || o.width > 8000) fail("station_map: ", o.width, " pixels; from 400 to 8000");
  if (!(o.period >= 0) || std::isinf(o.period)) fail("station_map: period ", o.period, " s");
  std::vector<MapSite> sites;
  for (const datasets::Site& site : survey.sites)
    if (std::isfinite(site.latitude) && std::isfinite(site.longitude))
      sites.push_back({&site, site.longitude, site.latitude});
  if (sites.empty()) fail("station_map: none of ", survey.sites.size(), " sites has coordinates");
  const auto by_longitude = [](const MapSite& a, const MapSite& b) { return a.longitude < b.longitude; };
  const auto by_latitude = [](const MapSite& a, const MapSite& b) { return a.latitude < b.latitude; };
  auto [west, east] = std::minmax_element(sites.begin(), sites.end(), by_longitude);
  if (east->longitude - west->longitude > 180)
    for (MapSite& s : sites) s.longitude += s.longitude < 0 ? 360 : 0;
  std::tie(west, east) = std::minmax_element(sites.begin(), sites.end(), by_longitude);
  const auto [south, north] = std::minmax_element(sites.begin(), sites.end(), by_latitude);

  Figure figure;
  figure.width = o.width;
  figure.title = !o.title.empty() ? o.title : survey.name.empty() ? "Sites" : survey.name;
  figure.subtitle = text(sites.size(), sites.size() == 1 ? " site" : " sites");
  if (const std::size_t left_out = survey.sites.size() - sites.size(); left_out > 0)
    figure.notes.push_back(text(left_out, " of ", survey.sites.size(), " sites have no coordinates."));
  FigurePanel panel;
  // The frame: at least 1 km, and neither more than 1.6 times as wide as high nor the reverse.
  const double middle_latitude = (south->latitude + north->latitude) / 2,
               middle_longitude = (west->longitude + east->longitude) / 2;
  const double squeeze = std::max(std::cos(middle_latitude * M_PI / 180), 0.02);
  double wide = (east->longitude - west->longitude) * squeeze * km_per_degree,
         high = (north->latitude - south->latitude) * km_per_degree;
  const double room = 1.16;
  wide = std::max({room * wide, 1.0, high * room / 1.6});
  high = std::max({room * high, 1.0, wide / 1.6});
  const bool tensors = o.period > 0;
  panel.left = 110;
  const double bar = 130;
  panel.right = o.width - (tensors || o.topography ? 10 : 30) - (tensors ? bar : 0) - (o.topography ? bar : 0);
  const double km_per_pixel = wide / (panel.right - panel.left);
  if (tensors) {
    figure.subtitle += text("; phase tensors and induction arrows at ", o.period, " s");
    figure.notes.push_back(
        "Ellipses: phase tensors, filled with the skew \u03B2. Arrows: real (black) and imaginary (grey) induction "
        "arrows, "
        "Parkinson's convention.");
  }
  const double panel_height = high / km_per_pixel;
  figure.height = 1;
  const double above = 50 + 32 + 12 + 6, below = 10 + 25.0 * static_cast<double>(figure.notes.size()) + 60;
  figure.height = static_cast<int>(std::lround(panel_height + above + below));
  panel.bottom = below;
  panel.top = below + panel_height;
  const double half_wide = wide / km_per_degree / squeeze / 2, half_high = high / km_per_degree / 2;
  panel.x = {.label = "Longitude (\u00B0)",
             .low = middle_longitude - half_wide,
             .high = middle_longitude + half_wide,
             .grid = true,
             .spacing = 130};
  panel.y = {.label = "Latitude (\u00B0)",
             .low = middle_latitude - half_high,
             .high = middle_latitude + half_high,
             .grid = true,
             .spacing = 90};

  const auto add_bar = [&](std::vector<Color> colors, FigureAxis axis) {
    const double left = panel.right + 24 + bar * static_cast<double>(figure.bars.size());
    figure.bars.push_back({left, panel.bottom, left + 22, panel.top, std::move(colors), std::move(axis)});
  };
  if (o.topography) {
    const HeightLimits limits = add_relief(panel, *o.topography);
    panel.x.grid = panel.y.grid = false;  // it would look like roads
    add_bar(height_colors(limits), {.label = "Height (m)", .low = limits.low, .high = limits.high, .spacing = 60});
  }

  const double across = panel.right - panel.left;
  const double size = std::clamp(0.42 * across / std::sqrt(static_cast<double>(sites.size()) + 1) / 1.6, 8.0, 26.0);
  std::size_t shown = 0;
  for (const MapSite& s : sites) {
    const Place at{s.longitude, s.latitude};
    if (!tensors) {
      panel.discs.push_back({.at = at, .radius = 5, .fill = {184, 28, 42}, .edge = {255, 255, 255}});
      continue;
    }
    const std::size_t i = nearest(s.site->period, o.period);
    bool drawn = false;
    if (i < s.site->periods()) {
      const auto table = elec::phase_tensor_table(*s.site);
      const double major = std::tan(table.phi_max.value[i] * M_PI / 180),
                   minor = std::tan(table.phi_min.value[i] * M_PI / 180);
      if (major > 0 && std::isfinite(minor)) {
        panel.polygons.push_back({.corners = ellipse(size, size * std::clamp(std::abs(minor / major), 0.03, 1.0),
                                                     table.strike.value[i] + s.site->rotation),
                                  .around = {at},
                                  .fill = color_between(signed_colors, 0.5 + table.beta.value[i] / 20),
                                  .outlined = true,
                                  .edge = {60, 60, 60},
                                  .edge_width = 1});
        drawn = true;
      }
      if (s.site->has_tipper()) {
        const Tensor tipper = elec::tipper_of(*s.site);
        const auto real = elec::real_arrow(tipper), imaginary = elec::imaginary_arrow(tipper);
        const auto k = static_cast<std::int64_t>(i);
        add_arrow(panel, at, imaginary.length[k].item() * across / 10, imaginary.azimuth[k].item() + s.site->rotation,
                  {140, 140, 140});
        add_arrow(panel, at, real.length[k].item() * across / 10, real.azimuth[k].item() + s.site->rotation,
                  {20, 20, 20});
      }
    }
    shown += drawn;
    if (!drawn) panel.discs.push_back({.at = at, .radius = 3, .fill = {150, 150, 150}, .edge = {255, 255, 255}});
  }
  if (tensors) {
    figure.subtitle += text(" (", shown, " have that period)");
    add_bar({signed_colors.begin(), signed_colors.end()},
            {.label = "Skew \u03B2 (\u00B0)", .low = -10, .high = 10, .spacing = 60});
  }
  add_scale_bar(panel, km_per_pixel);
  if (o.names) add_names(panel, sites, tensors ? size : 6);
  figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace terrella::viz
