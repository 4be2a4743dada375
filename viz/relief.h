// viz/relief.h: the ground below a map, coloured by height and shaded by its slopes.
#pragma once
#include "datasets/topography/topography.h"
#include "viz/figure.h"

namespace terrella::viz {

/// Heights in the colours of the picture, m.
struct HeightLimits {
  double low = 0, high = 1;
};

/// Fills a panel whose axes are longitude and latitude with cells of 3 x 3 pixels: pale colours, so that what is drawn
/// on top stays readable, darker where the ground turns away from light from the north-west. Where the topography has
/// no data the panel stays white. Returns the limits: the heights found, rounded outwards to whole hundreds (of metres;
/// to tens where they span less than 200 m).
///
/// Throws std::invalid_argument where the topography states no system of coordinates or covers nothing of the panel.
HeightLimits add_relief(FigurePanel& panel, const datasets::Topography& topography);

/// The colours of heights from the low to the high end: below 0 m, where the limits reach there, those of water.
std::vector<Color> height_colors(const HeightLimits& limits);

}  // namespace terrella::viz
