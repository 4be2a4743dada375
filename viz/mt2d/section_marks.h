// viz/mt2d/section_marks.h: what is drawn in the panel of a section.
#pragma once
#include <vector>

#include "viz/mt2d/section_scale.h"

namespace terrella::viz {

void draw_elements(FigurePanel& panel, const SectionView& section, const std::vector<double>& values,
                   const SectionScale& scale, const Window& window, bool edges);

/// White over what lies below the depth of investigation, hatched, and its dashed upper bound. Whether there is any.
bool draw_veil(FigurePanel& panel, const inversion::SectionModel& model, const Window& window);

/// Triangles on the ground where it is not level, else above the panel, where there is room for them.
void draw_sites(FigurePanel& panel, FigurePanel* above, const inversion::SectionModel& model, const Window& window);

/// Compass directions below both ends of the panel; none where the azimuth is NaN.
void name_ends(FigurePanel& panel, double azimuth);

}  // namespace terrella::viz
