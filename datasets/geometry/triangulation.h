// datasets/geometry/triangulation.h: Delaunay triangulation of scattered points, and the triangle that holds a place.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "datasets/geometry/orientation.h"

namespace terrella::datasets {

struct Triangulation {
  std::vector<PlanePoint> point;
  /// Corners of each triangle, counter-clockwise, as indices into `point`.
  std::vector<std::array<std::int32_t, 3>> corner;
  /// Triangle beyond the side that lies opposite to each corner; -1 at the convex hull.
  std::vector<std::array<std::int32_t, 3>> neighbour;
};

/// Triangulation of the convex hull of 3 or more distinct points, at most 2^29, that do not all lie on one line; throws
/// std::invalid_argument otherwise. Delaunay's up to circles that rounding cannot tell apart. Points are added from
/// left to right (sweep hull) and edges flipped (Lawson 1977).
Triangulation triangulate(std::span<const PlanePoint> points);

/// The triangle that holds a place, its sides included; -1 outside the hull. `start` is where the walk begins and
/// becomes where it ended, so that places near each other are found quickly.
std::int32_t find_triangle(const Triangulation& triangulation, const PlanePoint& place, std::int32_t& start);

}  // namespace terrella::datasets
