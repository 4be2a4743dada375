// elec/analysis/static_shift.h: frequency-independent shifts of apparent resistivity, from what neighbours have.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::elec {

struct StaticShiftOptions {
  std::size_t neighbours = 6;  ///< sites on both sides together (or the nearest on a map) that a site is compared with
  double shortest_period = 0;  ///< s: shifts are found where structure is the least, at short periods
  double longest_period = std::numeric_limits<double>::infinity();    ///< s
  double largest_distance = std::numeric_limits<double>::infinity();  ///< m: farther neighbours do not count
};

/// One mode of one site.
struct StaticShift {
  double factor = 1;        ///< what rho_a is divided by to remove the shift; 1 where nothing can be said
  double scatter = 0;       ///< of log10 factor between periods, by the median of absolute deviations
  std::size_t periods = 0;  ///< that told
};
struct SiteShift {
  std::string site;
  StaticShift xy, yx;
};

/// Spatial median filter: at each period the difference of log10 rho_a from the median over a site and its nearest
/// neighbours (at periods of others by interpolation); the shift is the median over periods. It removes what is
/// peculiar to a site, real small structure included, and leaves what several neighbours share.
///
/// north, east  [sites]  m, as viz::profile_of gives; a line is the case of one coordinate
///
/// Throws std::invalid_argument for sizes that disagree, missing coordinates or fewer than 3 sites.
std::vector<SiteShift> estimate_static_shift(const datasets::Survey& survey, const std::vector<double>& north,
                                             const std::vector<double>& east, const StaticShiftOptions& options = {});

}  // namespace terrella::elec
