// viz/mt2d/section_scale.h: the colours of what sections show.
#pragma once
#include <vector>

#include "viz/mt2d/section_window.h"

namespace terrella::viz {

/// A colour scale of one quantity.
struct SectionScale {
  std::vector<Color> colors;
  FigureAxis axis;
  Color color(double value) const;
};

/// The numbers of the elements that are shown.
const std::vector<double>& values_of(const SectionView& section, Shown2d shown);

/// One scale for all sections, from what the data see of them in the window.
SectionScale resistivity_scale(const std::vector<SectionView>& sections, const SectionFigureOptions& options,
                               const Window& window);
/// Of what is no resistivity.
SectionScale other_scale(const std::vector<SectionView>& sections, Shown2d shown, const Window& window);
/// From -limit to limit, of log10_ratio.
SectionScale difference_scale(const inversion::SectionModel& model, const std::vector<double>& ratio,
                              const Window& window);

}  // namespace terrella::viz
