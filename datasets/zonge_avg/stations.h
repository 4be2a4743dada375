// datasets/zonge_avg/stations.h: station files (.stn) beside averages.
#pragma once
#include <map>
#include <string_view>

#include "datasets/file/report.h"

namespace terrella::datasets::zonge_avg {

struct Place {
  double east = 0, north = 0;  ///< m, in a grid that the file does not name
  double elevation = not_a_number;
};

/// Stations by their number. The first line names columns: station (dot, stn), east (e, gride, x), north (n, gridn, y)
/// and perhaps elevation (h, elev, z), with or without quotes, separated by commas or blanks.
std::map<double, Place> parse_stations(std::string_view bytes, Report& report);

}  // namespace terrella::datasets::zonge_avg
