// viz/profile.h: where sites stand along a profile, for sections, tables and pictures in C++ and Python alike.
#pragma once
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "viz/projection.h"

namespace terrella::viz {

constexpr double equal_spacing = 1000;  ///< m, of sites that define no line

struct Profile {
  bool placed = false;  ///< false where sites define no line: then they are equal_spacing apart, in their own order
  std::vector<std::size_t> order;  ///< [n], indices of the sites along the profile, west to east or south to north
  std::vector<double> distance;    ///< m, [n], along the profile, of sites in that order; the first has 0
  std::vector<double> offset;      ///< m, [n], likewise; positive to the right of the azimuth, 0 where not placed
  double azimuth;                  ///< degrees clockwise from north, NaN where not placed
  LocalCoordinates local;          ///< of the sites in their own order; empty where a coordinate is missing
};

/// Projects sites on the least-squares line through them. They define none where a coordinate is missing (NaN), or all
/// stand within 1 cm along it.
///
/// latitude, longitude  [n]  degrees
/// azimuth              degrees clockwise from north, of a line through the middle of the sites instead, such as at
///                      right angles to strike; NaN: the least-squares line
/// Throws std::invalid_argument where sizes differ, sites are half a world apart, or the azimuth is infinite.
Profile profile_of(std::span<const double> latitude, std::span<const double> longitude,
                   double azimuth = std::numeric_limits<double>::quiet_NaN());

/// Edges [n + 1] of the columns below sites at ascending distances [n], m: midpoints, and half a spacing beyond the
/// ends. Sites at one place (within a thousandth of the median spacing of others) divide their column equally.
std::vector<double> column_edges(std::span<const double> distance);

/// How many of the sites at these distances share the place of one before them.
std::size_t sharing_places(std::span<const double> distance);

}  // namespace terrella::viz
