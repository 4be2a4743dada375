// datasets/geometry/regions.h: a plane cut into regions by segments, and which region holds a point.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/geometry/orientation.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// A planar straight-line graph: segments meet only at vertices. A region is what can be reached from its point without
/// crossing a segment.
struct PolygonMap {
  struct Region {
    PlanePoint inside;
    double attribute = 0;  ///< as it stood
    double area = -1;      ///< largest area of a triangle, as it stood
    bool operator==(const Region&) const = default;
  };
  std::vector<PlanePoint> vertex;
  std::vector<std::array<std::uint32_t, 2>> segment;  ///< numbers of vertices, from 0
  std::vector<std::int64_t> marker;                   ///< of the segments; may be empty
  std::vector<PlanePoint> hole;
  std::vector<Region> region;
  std::string path;
  std::vector<Repair> repairs;
};

/// Finds regions of points by the first segment above them. Sides are told exactly (datasets/geometry/orientation.h),
/// so that every point has one answer; one on a segment belongs to the region with larger y, one on an upright segment
/// to that with larger x. Const and safe to share between threads.
class RegionFinder {
 public:
  /// Throws std::invalid_argument where a segment has no length or no vertex, where segments overlap, or where two
  /// regions are one and the same.
  explicit RegionFinder(const PolygonMap& map);

  /// The number of the region, from 0; -1 outside and where no region's point lies.
  std::int32_t region_of(const PlanePoint& point) const;

 private:
  struct Segment {
    PlanePoint left, right;   // left.x < right.x
    std::int32_t below = -1;  // face below and above
    std::int32_t above = -1;
  };

  const Segment* first_above(const PlanePoint& point, bool left_of_it) const;
  bool is_lower(const Segment& a, const Segment& b) const;
  std::size_t strip_of(double x) const;
  void make_strips();

  std::vector<Segment> segments_;             // upright ones left out
  std::vector<double> strip_;                 // where strips begin, ascending
  std::vector<std::uint32_t> strip_start_;    // [strips + 1] into strip_segment_
  std::vector<std::uint32_t> strip_segment_;  // segments that reach into a strip
  std::vector<std::int32_t> region_of_face_;
  std::int32_t outside_ = 0;  // face
};

}  // namespace terrella::datasets
