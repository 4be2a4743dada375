// viz/station_map.h: where the sites of a survey are.
#pragma once
#include <optional>

#include "datasets/survey/survey.h"
#include "datasets/topography/topography.h"
#include "viz/figure.h"

namespace terrella::viz {

struct MapOptions {
  std::string title = {};  ///< empty: the survey's name
  double period = 0;  ///< s: phase tensors (coloured by skew) and induction arrows at the nearest period of each site,
                      ///< within a factor of 1.3; 0: none
  std::optional<datasets::Topography> topography = {};  ///< the ground below the sites (viz/relief.h)
  bool names = true;
  int width = 1300;  ///< pixels; the height follows from the shape of the survey
};

/// Longitude and latitude with a graticule, one kilometre as long to the north as to the east in the middle of the map,
/// a bar of length; names where there is room. Surveys across 180 degrees stay together. Arrows are Parkinson's, real
/// parts black, imaginary parts grey, one of length 1 as long as a tenth of the map.
///
/// Throws std::invalid_argument where no site has coordinates, and as add_relief() does.
Figure station_map(const datasets::Survey& survey, const MapOptions& options = {});

}  // namespace terrella::viz
