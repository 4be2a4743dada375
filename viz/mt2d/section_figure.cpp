#include "viz/mt2d/section_figure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "viz/mt2d/section_marks.h"
#include "viz/mt2d/sites_above.h"

namespace terrella::viz {
namespace {

using inversion::SectionModel;

constexpr double missing = datasets::not_a_number;
constexpr double left_margin = 120, right_margin = 185, triangle = 11, sky = 20;

const char* lack_of(Shown2d shown) {
  switch (shown) {
    case Shown2d::resistivity:
    case Shown2d::resistivity_y:
    case Shown2d::resistivity_z:
      return "such resistivity: it is isotropic";
    case Shown2d::log10_resistivity_error:
      return "standard errors: the inversion was not asked for them";
    case Shown2d::sensitivity:
      return "sensitivity: the inversion was not asked for it";
    case Shown2d::resolution:
      return "resolution: it was not computed";
    default:
      return "ensemble: invert with --ensemble 30";
  }
}

void check(const std::vector<SectionView>& sections, const SectionFigureOptions& o) {
  if (sections.empty()) fail("section: there is no section to draw");
  if ((o.width != 0 && (o.width < 400 || o.width > 8000)) || (o.height != 0 && (o.height < 400 || o.height > 8000)))
    fail("section: a picture of ", o.width, " x ", o.height, " pixels; both from 400 to 8000");
  if (o.depth_limit < 0 || !std::isfinite(o.depth_limit))
    fail("section: depth limit ", o.depth_limit, " m; it must be positive, or 0 to be chosen");
  if (std::isinf(o.from) || std::isinf(o.to) || o.to <= o.from)
    fail("section: from ", o.from, " to ", o.to, " m along the profile; they must be finite and ascend");
  for (double limit : {o.minimum_resistivity, o.maximum_resistivity})
    if (limit < 0 || !std::isfinite(limit)) fail("section: a colour limit of ", limit, " ohm m; it must be positive");
  if (o.difference && (sections.size() != 2 || !is_resistivity(o.shown)))
    fail("section: a difference is that of the resistivities of two sections, here are ", sections.size());
  for (const SectionView& section : sections)
    if (values_of(section, o.shown).empty()) fail("section: '", section.title, "' has no ", lack_of(o.shown));
}

std::string digits(const char* format, double value) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

std::string exaggeration_text(double exaggeration) {
  if (std::abs(exaggeration - 1) < 0.01) return "no vertical exaggeration";
  return "vertical exaggeration " + digits("%.3g", exaggeration);
}

/// Pixels of a panel's ground and below, so that the exaggeration is a round number and the height reasonable.
double chosen_height(const Window& w, double width, double least, double most) {
  const double natural = width * (w.bottom - w.top) / (w.to - w.from);
  if (natural > most) {
    for (double exaggeration : {0.5, 0.2, 0.1, 0.05, 0.02})
      if (natural * exaggeration <= most) return natural * exaggeration;
    return most;
  }
  for (double exaggeration : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0})
    if (natural * exaggeration >= least) return natural * exaggeration;
  return least;
}

/// Whether what is shown is the model whose RMS is known.
bool fits(const SectionView& section, Shown2d shown) {
  return std::isfinite(section.rms) && shown <= Shown2d::resistivity_z;
}

std::string subtitle_of(const std::vector<SectionView>& sections, const SectionFigureOptions& o, const Window& w) {
  std::string words = w.sites.empty() ? "" : text(w.sites.size(), w.sites.size() == 1 ? " site" : " sites");
  for (const SectionView& section : sections)
    if (std::isfinite(section.azimuth)) {
      words += text(words.empty() ? "" : ", ", "profile towards N ", std::lround(std::fmod(section.azimuth + 720, 360)),
                    "\u00B0 E");
      break;
    }
  if (sections.size() == 1 && fits(sections[0], o.shown)) words += ", RMS " + digits("%.2f", sections[0].rms);
  return words;
}

std::vector<std::string> notes_of(const std::vector<SectionView>& sections, const SectionFigureOptions& o,
                                  const Window& w) {
  bool veiled = false, sea = false, held = false;
  for (const SectionView& section : sections) {
    FigurePanel trial;
    veiled = (o.show_depth_of_investigation && draw_veil(trial, section.model, w)) || veiled;
    for (std::size_t i = 0; i < elements(section.model); ++i) sea = sea || is_sea(section.model, i);
    for (double value : values_of(section, o.shown)) held = held || std::isnan(value);
  }
  std::vector<std::string> notes;
  if (veiled) notes.push_back("Hatched: below the depth of investigation (dashed).");
  if (sea) notes.push_back("Pale blue: sea, held.");
  if (held) notes.push_back("Grey: resistivity was held.");
  return notes;
}

void set_axes(FigurePanel& panel, const Window& w, bool sea_level, bool lowest) {
  panel.x = {.low = w.along(w.from), .high = w.along(w.to), .numbers = lowest, .spacing = 100, .size = 17};
  panel.y = {.label = w.elevation                        ? "Elevation"
                      : w.flat && std::abs(w.ground) < 1 ? "Depth"
                      : sea_level                        ? "Depth below sea level"
                                                         : "Depth below datum",
             .low = w.down(w.bottom),
             .high = w.down(w.top),
             .spacing = 45,
             .size = 17};
  panel.y.label += w.unit_down == 1 ? " (m)" : " (km)";
}

/// Names above a panel; over a level ground there is room for triangles below them, from y = 0 upwards.
FigurePanel names_over(const FigurePanel& panel, const std::vector<PlacedName>& names, const Window& w) {
  const double raised = w.flat ? triangle + 3 : 0;
  FigurePanel above = names_panel(names, panel.left, panel.right, panel.top + raised);
  above.bottom -= raised;
  above.y.high += raised;
  for (Polyline& line : above.lines)
    for (Place& p : line.points) p.y += raised;
  for (Label& label : above.labels) label.at.y += raised;
  return above;
}

/// From the top of the panel down to `bottom`, no longer than 520 pixels.
ColorBar bar_beside(const FigurePanel& panel, double bottom, const SectionScale& scale) {
  const double room = panel.top - bottom, spare = std::max(0.03 * room, (room - 520) / 2);
  return {.left = panel.right + 38,
          .bottom = std::round(bottom + spare),
          .right = panel.right + 66,
          .top = std::round(panel.top - spare),
          .colors = scale.colors,
          .axis = scale.axis};
}

}  // namespace

std::vector<double> log10_ratio(const SectionView& section, const SectionView& compared, Shown2d shown) {
  const SectionModel &model = section.model, &other = compared.model;
  const std::vector<double>&of = values_of(section, shown), &of_other = values_of(compared, shown);
  std::vector<double> ratio(elements(model), missing);
  for (std::size_t row = 0; row < model.rows; ++row)
    for (std::size_t column = 0; column < model.columns; ++column) {
      const SectionPoint p = middle_of(model, row, column);
      const std::size_t there = element_at(other, p.y, p.z), here = row * model.columns + column;
      if (there < elements(other)) ratio[here] = std::log10(of_other[there] / of[here]);
    }
  return ratio;
}

Figure section_figure(const std::vector<SectionView>& sections, const SectionFigureOptions& o) {
  check(sections, o);
  Window w = window_of(sections, o);
  const std::size_t count = sections.size() + o.difference;
  const SectionScale scale =
      is_resistivity(o.shown) ? resistivity_scale(sections, o, w) : other_scale(sections, o.shown, w);

  Figure figure;
  figure.width = o.width > 0 ? o.width : 1600;
  // Several without exaggeration fit below each other on a page where they are narrower.
  if (const double tall = 440 * (w.to - w.from) / (w.bottom - w.top); o.width == 0 && count > 1)
    figure.width = static_cast<int>(std::clamp(left_margin + tall + right_margin, 1000.0, 1600.0));
  figure.title = !o.title.empty()            ? o.title
                 : sections.size() > 1       ? "Resistivity sections"
                 : sections[0].title.empty() ? "Resistivity section"
                                             : sections[0].title;
  figure.subtitle = subtitle_of(sections, o, w);

  figure.notes = notes_of(sections, o, w);

  const double left = left_margin, right = figure.width - right_margin, width = right - left;
  std::vector<PlacedName> names;
  for (const LineSite& site : w.sites)
    if (site.y >= w.from && site.y <= w.to)
      names.push_back({site.name, left + (site.y - w.from) / (w.to - w.from) * width});
  const bool titled = count > 1;
  const double names_room =
      names_height(names, width) + (w.flat && !names.empty() ? triangle + 3 : 0) + (titled ? 30 : 4);
  const double gap = 46, below_panels = 72, air = w.flat ? 0 : sky;
  const double heads = (figure.title.empty() ? 0 : 50) + (figure.subtitle.empty() ? 0 : 32) + 12.0;
  const double notes = 10 + 25.0 * static_cast<double>(figure.notes.size());
  const double fixed = heads + names_room + gap * static_cast<double>(count - 1) + below_panels + notes;
  double panel_height = o.height > 0 ? (o.height - fixed) / static_cast<double>(count)
                                     : air + chosen_height(w, width, count > 1 ? 230 : 330, count > 1 ? 460 : 780);
  if (panel_height < 60)
    fail("section: ", o.height, " pixels leave no room for ", count, " panels; ",
         std::ceil(fixed + 60.0 * double(count)), " are the least");
  panel_height = std::round(panel_height);
  figure.height =
      o.height > 0 ? o.height : static_cast<int>(std::ceil(fixed + panel_height * static_cast<double>(count)));
  if (figure.height > 8000)
    fail("section: ", count, " sections make a picture of ", figure.height, " pixels; 8000 are the most");
  const double per_pixel = (w.bottom - w.top) / (panel_height - air);
  w.top -= air * per_pixel;
  const double exaggeration = (w.to - w.from) / width / per_pixel;

  std::vector<double> ratio;
  SectionScale other = scale;
  if (o.difference) {
    ratio = log10_ratio(sections[0], sections[1], o.shown);
    other = difference_scale(sections[0].model, ratio, w);
  }
  double top = std::round(figure.height - heads - names_room);
  for (std::size_t k = 0; k < count; ++k) {
    const bool difference = k == sections.size();
    const SectionView& section = sections[difference ? 0 : k];
    FigurePanel panel;
    panel.left = left, panel.right = right, panel.top = top, panel.bottom = top - panel_height;
    top = panel.bottom - gap;
    set_axes(panel, w, sections[0].sea_level, k + 1 == count);
    if (k + 1 == count) {
      panel.x.label = text(w.unit_along == 1 ? "Distance (m), " : "Distance (km), ", exaggeration_text(exaggeration));
      name_ends(panel, sections[0].azimuth);
    }
    draw_elements(panel, section, difference ? ratio : values_of(section, o.shown), difference ? other : scale, w,
                  o.show_elements);
    if (o.show_depth_of_investigation) draw_veil(panel, section.model, w);
    FigurePanel above;
    if (k == 0 && !names.empty()) above = names_over(panel, names, w);
    draw_sites(panel, k == 0 && w.flat && !names.empty() ? &above : nullptr, section.model, w);
    if (titled) {
      std::string words = difference ? text("log10 (", sections[1].title, " / ", section.title, ")") : section.title;
      if (!difference && fits(section, o.shown)) words += ", RMS " + digits("%.2f", section.rms);
      panel.labels.push_back({.at = {panel.x.low, panel.y.high},
                              .offset = {2, k == 0 ? names_room - 24 : 9},
                              .words = words,
                              .size = 18,
                              .horizontal = -1,
                              .bold = true});
    }
    if (k == 0 || difference) {
      const bool all = !difference && count > 1;  // one bar beside all panels of resistivity
      const double lower = all ? static_cast<double>(sections.size() - 1) * (panel_height + gap) : 0;
      figure.bars.push_back(bar_beside(panel, panel.bottom - lower, difference ? other : scale));
    }
    figure.panels.push_back(std::move(panel));
    if (k == 0 && !names.empty()) figure.panels.push_back(std::move(above));
  }
  return figure;
}

}  // namespace terrella::viz
