#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "datasets/geometry/triangulation.h"
#include "datasets/topography/topography.h"

namespace terrella::datasets {
namespace {

// Index of the interval that holds a place and the fraction within it; none outside the nodes.
struct Interval {
  std::size_t index = 0;
  double fraction = 0;
};

std::optional<Interval> interval_of(const std::vector<double>& nodes, double at) {
  // Nodes such as first + i * cell carry a rounding error; a place on the last one must not fall beside it.
  const double slack =
      1e-9 * (nodes.back() - nodes.front()) / std::max<double>(1, static_cast<double>(nodes.size() - 1));
  if (at < nodes.front() && at >= nodes.front() - slack) at = nodes.front();
  if (at > nodes.back() && at <= nodes.back() + slack) at = nodes.back();
  if (!(at >= nodes.front() && at <= nodes.back())) return std::nullopt;
  if (nodes.size() == 1) return Interval{0, 0};
  const auto after = std::upper_bound(nodes.begin(), nodes.end() - 1, at) - nodes.begin();
  const auto index = static_cast<std::size_t>(after - 1);
  return Interval{index, (at - nodes[index]) / (nodes[index + 1] - nodes[index])};
}

// A weight of zero needs no value: at a node, neighbours without data do not count.
double weighted(double weight, double value) { return weight == 0 ? 0 : weight * value; }

double bilinear(const Topography& t, const Interval& x, const Interval& y) {
  const std::size_t nx = t.x.size();
  const std::size_t right = std::min(x.index + 1, nx - 1), above = std::min(y.index + 1, t.y.size() - 1);
  const double fx = x.fraction, fy = y.fraction;
  return weighted((1 - fx) * (1 - fy), t.elevation[y.index * nx + x.index]) +
         weighted(fx * (1 - fy), t.elevation[y.index * nx + right]) +
         weighted((1 - fx) * fy, t.elevation[above * nx + x.index]) +
         weighted(fx * fy, t.elevation[above * nx + right]);
}

// Longitude within reach of the nodes by whole turns.
double wrapped(double longitude, double lowest) {
  return longitude - 360 * std::floor((longitude - lowest + 1e-9) / 360);
}

double in_triangle(const Triangulation& triangulation, const std::vector<double>& height, std::int32_t triangle,
                   const PlanePoint& p) {
  const auto& corner = triangulation.corner[static_cast<std::size_t>(triangle)];
  const auto at = [&](int i) {
    return triangulation.point[static_cast<std::size_t>(corner[static_cast<std::size_t>(i)])];
  };
  const PlanePoint a = at(0), b = at(1), c = at(2);
  const double area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  double wb = ((p.x - a.x) * (c.y - a.y) - (p.y - a.y) * (c.x - a.x)) / area;
  double wc = ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / area;
  wb = std::clamp(wb, 0.0, 1.0);
  wc = std::clamp(wc, 0.0, 1.0 - wb);
  return weighted(1 - wb - wc, height[static_cast<std::size_t>(corner[0])]) +
         weighted(wb, height[static_cast<std::size_t>(corner[1])]) +
         weighted(wc, height[static_cast<std::size_t>(corner[2])]);
}

}  // namespace

std::vector<double> elevation_at(const Topography& t, std::span<const MapPoint> points, const std::string& crs) {
  validate(t);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y))
      fail("elevation_at: point ", i, " lies at ", points[i].x, ", ", points[i].y);
  std::vector<MapPoint> own(points.begin(), points.end());
  if (!crs.empty() && crs != t.crs) {
    if (t.crs.empty())
      fail("elevation_at: the system of the topography ", t.path,
           " is unknown; set its crs, for example \"EPSG:4326\"");
    own = transform(points, crs, t.crs);
  }
  const bool turns = !t.crs.empty() && is_geographic(t.crs);
  const double lowest = *std::min_element(t.x.begin(), t.x.end());
  std::vector<double> result(points.size(), not_a_number);
  if (t.kind == Topography::Kind::points) {
    std::vector<PlanePoint> places(t.x.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = {t.x[i], t.y[i]};
    const Triangulation triangulation = triangulate(places);
    std::int32_t near = 0;
    for (std::size_t i = 0; i < own.size(); ++i) {
      const PlanePoint place{turns ? wrapped(own[i].x, lowest) : own[i].x, own[i].y};
      const std::int32_t triangle = find_triangle(triangulation, place, near);
      if (triangle >= 0) result[i] = in_triangle(triangulation, t.elevation, triangle, place);
    }
    return result;
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto x = interval_of(t.x, turns ? wrapped(own[i].x, lowest) : own[i].x), y = interval_of(t.y, own[i].y);
    if (x && y) result[i] = bilinear(t, *x, *y);
  }
  return result;
}

ElevationProfile elevation_profile(const Topography& t, const MapPoint& start, const MapPoint& end, std::size_t count,
                                   const std::string& crs) {
  if (count < 2 || count > 100'000'000) fail("elevation_profile: ", count, " places; ask for 2 .. 100 million");
  const std::string& system = crs.empty() ? t.crs : crs;
  ElevationProfile profile;
  const bool geodesic = !system.empty() && is_geographic(system);
  const double length = geodesic ? geodesic_distance(start, end) : std::hypot(end.x - start.x, end.y - start.y);
  profile.distance.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    profile.distance[i] = length * static_cast<double>(i) / static_cast<double>(count - 1);
  if (geodesic) {
    profile.place = geodesic_line(start, end, count);
  } else {
    profile.place.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double f = static_cast<double>(i) / static_cast<double>(count - 1);
      profile.place[i] = {start.x + f * (end.x - start.x), start.y + f * (end.y - start.y)};
    }
    profile.place.back() = end;
  }
  profile.elevation = elevation_at(t, profile.place, crs);
  return profile;
}

}  // namespace terrella::datasets
