// datasets/geometry/orientation.h: on which side of a line a point lies, decided without rounding errors.
#pragma once

namespace terrella::datasets {

/// A point of a plane.
struct PlanePoint {
  double x = 0;
  double y = 0;
  bool operator==(const PlanePoint&) const = default;
};

/// Sign of the area of the triangle a b c: 1 where c lies left of the line from a to b (counter-clockwise with x to the
/// right and y up), -1 right of it, 0 exactly on it. Right for all finite coordinates between 1e-140 and 1e140 in
/// magnitude, and zero. Shewchuk (1997), "Adaptive precision floating-point arithmetic", sections 2 and 4: a filter,
/// then the exact sum of the products.
int orientation(const PlanePoint& a, const PlanePoint& b, const PlanePoint& c);

/// True where d lies inside the circle through the counter-clockwise triangle a b c for certain, beyond rounding
/// errors; false on the circle and where it is too near to be told.
bool surely_in_circle(const PlanePoint& a, const PlanePoint& b, const PlanePoint& c, const PlanePoint& d);

/// True where p lies on the closed segment from a to b.
bool on_segment(const PlanePoint& a, const PlanePoint& b, const PlanePoint& p);

}  // namespace terrella::datasets
