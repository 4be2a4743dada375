// viz/section.h: the models below all sites as one section along a profile, a plain value that pictures, VTK files and
// tables are made of.
#pragma once
#include <string>
#include <vector>

#include "inversion/result.h"

namespace terrella::viz {

/// The site above one column of a section.
struct SectionSite {
  std::string name;
  std::size_t index = 0;       ///< of the site in the result
  double distance = 0;         ///< m along the profile, the first column has 0
  double offset = 0;           ///< m from the profile, positive to the right of its azimuth; 0 without coordinates
  double north = 0, east = 0;  ///< m from the middle of the survey; NaN without coordinates
  double latitude = 0, longitude = 0;  ///< degrees; NaN where the survey has none
  double elevation = 0;                ///< m above sea level
  double depth_of_investigation = 0;   ///< m; NaN where the inversion gives none
  double rms = 0;                      ///< of the fit; NaN where there is none
  bool operator==(const SectionSite&) const = default;
};

/// Rectangular cells: columns along the profile, layers downwards.
struct Section {
  std::string name;                    ///< of the survey
  std::vector<SectionSite> sites;      ///< [column], in the order of the profile
  std::vector<double> distance_edges;  ///< m, [column + 1]: midpoints between sites, half a spacing beyond the ends
  std::vector<double> depth_edges;     ///< m, [layer + 1], 0 at the surface; the last layer is a half-space, cut here
  std::vector<double> resistivity;     ///< [layer, column] ohm m; NaN where the model has none
  std::vector<double> sensitivity;     ///< [layer, column] cumulated from below; NaN, or empty, where there is none
  double azimuth = 90;                 ///< of the profile, degrees clockwise from north; NaN where sites define none
  double mean_elevation = 0;           ///< m, of the sites
  std::vector<std::string>
      notes;  ///< what a reader of the picture must know: equal spacing, shared columns, a crooked line

  std::size_t columns() const { return sites.size(); }
  std::size_t layers() const { return depth_edges.empty() ? 0 : depth_edges.size() - 1; }
  double at(std::size_t layer, std::size_t column) const { return resistivity[layer * columns() + column]; }
};

/// The section of a result of layered models.
///
/// Sites are projected on the least-squares line through them and sorted along it. Sites at the same place (within a
/// thousandth of the median spacing) share their column in equal parts, in file order. Where a site has no coordinates,
/// or all stand at one place, sites are spaced equally (1 km) in file order, and a note says so.
/// Models with different thicknesses are cut at all their interfaces; those within 0.2 % in depth count as one.
/// The half-space ends at 1.25 times the deepest interface or 1.5 times the greatest depth of investigation, whichever
/// is deeper; at 1 km where neither is known.
///
/// Throws std::invalid_argument naming the array where sizes disagree, there is no site or no layer, or a thickness is
/// not positive.
Section make_section(const inversion::Result& result);

}  // namespace terrella::viz
