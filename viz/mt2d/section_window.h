// viz/mt2d/section_window.h: the part of sections that a picture shows, and how its axes show it.
#pragma once
#include <vector>

#include "viz/mt2d/section_figure.h"

namespace terrella::viz {

/// What all panels share: metres along the profile and down, and how axes show them.
struct Window {
  double from = 0, to = 1;     ///< m along the profile
  double top = 0, bottom = 1;  ///< m, positive down, of the panel
  double ground = 0;           ///< m, its mean; of a sea floor, where there is one
  bool flat = true;            ///< the ground is level
  bool elevation = false;      ///< the axis shows elevation, not depth
  double unit_along = 1000, unit_down = 1000;
  std::vector<LineSite> sites;

  double along(double y) const { return y / unit_along; }
  double down(double z) const { return (elevation ? -z : z) / unit_down; }
};

/// What the options ask for, and where they leave it open, what the sites and the depth of investigation suggest.
/// Throws std::invalid_argument where that holds nothing.
Window window_of(const std::vector<SectionView>& sections, const SectionFigureOptions& options);

}  // namespace terrella::viz
