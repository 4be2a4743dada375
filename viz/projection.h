// viz/projection.h: geographic coordinates to metres on a plane around the middle of a survey.
#pragma once
#include <span>
#include <vector>

namespace terrella::viz {

/// Points on the plane that touches the ellipsoid at `latitude`, `longitude`.
struct LocalCoordinates {
  double latitude = 0;        ///< degrees north, of the origin
  double longitude = 0;       ///< degrees east, of the origin
  std::vector<double> north;  ///< m, [n]
  std::vector<double> east;   ///< m, [n]
};

/// Azimuthal equidistant projection of WGS 84 (PROJ) around the middle of the points. Every distance from the origin is
/// the geodesic's, and so is the length of a straight line of sites that passes near it, even one of 1000 km, which a
/// transverse Mercator would stretch by 0.3 %. The middle is that of the unit vectors: lines may cross 180 degrees.
///
/// latitude, longitude  [n]  degrees; throws std::invalid_argument where sizes differ, none is given, or one is not
/// finite.
LocalCoordinates project_locally(std::span<const double> latitude, std::span<const double> longitude);

/// Orthogonal least-squares line through points: it minimises the distances across it, whatever its direction.
struct ProfileLine {
  double azimuth = 90;  ///< degrees clockwise from north, in [-45, 135): sections read west to east, south to north
  std::vector<double> along;   ///< m, [n], from the middle of the points
  std::vector<double> across;  ///< m, [n], positive to the right of the azimuth
};

/// The line through north [n], east [n] (m). Points that all coincide have the azimuth 90.
ProfileLine fit_profile(std::span<const double> north, std::span<const double> east);

/// The same for the line with that azimuth (degrees) through the middle of the points.
ProfileLine line_at(double azimuth, std::span<const double> north, std::span<const double> east);

}  // namespace terrella::viz
