#include "datasets/geometry/regions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace terrella::datasets {
namespace {

using Index = std::uint32_t;

// Sets that grow together; the smallest number stands for a set.
struct Sets {
  std::vector<Index> parent;
  explicit Sets(std::size_t n) : parent(n) { std::iota(parent.begin(), parent.end(), Index{0}); }
  Index find(Index i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  }
  void join(Index a, Index b) {
    a = find(a), b = find(b);
    parent[std::max(a, b)] = std::min(a, b);
  }
};

bool left_of(const PlanePoint& a, const PlanePoint& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); }

// Half-edge 2 s runs along segment s, 2 s + 1 against it; each has one face on its left.
struct HalfEdges {
  const PolygonMap& map;
  std::vector<std::vector<Index>> around;  // half-edges that leave a vertex, counter-clockwise from straight down
  std::vector<Index> position;             // of a half-edge among those of its start

  explicit HalfEdges(const PolygonMap& m) : map(m), around(m.vertex.size()), position(2 * m.segment.size()) {
    for (Index s = 0; s < map.segment.size(); ++s) {
      around[map.segment[s][0]].push_back(2 * s);
      around[map.segment[s][1]].push_back(2 * s + 1);
    }
    for (Index v = 0; v < around.size(); ++v) {
      const PlanePoint& centre = map.vertex[v];
      std::sort(around[v].begin(), around[v].end(), [&](Index a, Index b) {
        const PlanePoint &p = end(a), &q = end(b);
        const bool p_right = left_of(centre, p), q_right = left_of(centre, q);  // angles -90 < a <= 90, then the rest
        if (p_right != q_right) return p_right;
        return orientation(centre, p, q) > 0;
      });
      for (Index i = 0; i < around[v].size(); ++i) position[around[v][i]] = i;
      for (std::size_t i = 1; i < around[v].size(); ++i) {
        const PlanePoint &p = end(around[v][i - 1]), &q = end(around[v][i]);
        if (left_of(centre, p) == left_of(centre, q) && orientation(centre, p, q) == 0)
          fail("regions: segments ", around[v][i - 1] / 2 + 1, " and ", around[v][i] / 2 + 1, " overlap at vertex ",
               v + 1);
      }
    }
  }

  Index start(Index edge) const { return map.segment[edge / 2][edge % 2]; }
  const PlanePoint& end(Index edge) const { return map.vertex[map.segment[edge / 2][1 - edge % 2]]; }

  // The half-edge that follows along the face on the left: the clockwise neighbour of the way back.
  Index next(Index edge) const {
    const Index back = edge ^ 1U;
    const auto& ring = around[start(back)];
    return position[back] == 0 ? ring.back() : ring[position[back] - 1];
  }
};

}  // namespace

RegionFinder::RegionFinder(const PolygonMap& map) {
  if (map.segment.size() > (std::size_t{1} << 30)) fail("regions: ", map.segment.size(), " segments are too many");
  for (const PlanePoint& vertex : map.vertex)
    if (!std::isfinite(vertex.x) || !std::isfinite(vertex.y)) fail("regions: a vertex is not finite");
  for (std::size_t s = 0; s < map.segment.size(); ++s) {
    const auto [a, b] = map.segment[s];
    if (a >= map.vertex.size() || b >= map.vertex.size())
      fail("regions: segment ", s + 1, " names a vertex beyond the ", map.vertex.size());
    if (map.vertex[a] == map.vertex[b]) fail("regions: segment ", s + 1, " has no length");
  }
  const HalfEdges edges(map);

  // Faces: half-edges of one cycle bound the same one; components that lie within a face join it by their outer cycle.
  const std::size_t count = 2 * map.segment.size();
  const auto unbounded = static_cast<Index>(count);
  Sets faces(count + 1);
  std::vector<bool> seen(count);
  for (Index edge = 0; edge < count; ++edge)
    for (Index e = edge; !seen[e]; e = edges.next(e)) {
      seen[e] = true;
      faces.join(edge, e);
    }
  std::vector<Index> segment_of;
  for (Index s = 0; s < map.segment.size(); ++s) {
    const PlanePoint &a = map.vertex[map.segment[s][0]], &b = map.vertex[map.segment[s][1]];
    if (a.x == b.x) continue;
    const bool along = a.x < b.x;
    segments_.push_back({along ? a : b, along ? b : a, 0, 0});
    segment_of.push_back(s);
  }
  make_strips();
  const auto half_edge_below = [&](std::size_t i) {  // runs from right to left, so that its left side is below
    const Index s = segment_of[i];
    return map.vertex[map.segment[s][0]] == segments_[i].right ? 2 * s : 2 * s + 1;
  };
  Sets components(map.vertex.size());
  for (const auto& [a, b] : map.segment) components.join(a, b);
  std::vector<Index> leftmost(map.vertex.size(), unbounded);
  for (Index v = 0; v < map.vertex.size(); ++v) {
    Index& best = leftmost[components.find(v)];
    if (!edges.around[v].empty() && (best == unbounded || left_of(map.vertex[v], map.vertex[best]))) best = v;
  }
  for (const Index v : leftmost) {
    if (v == unbounded) continue;
    // All segments at the leftmost vertex go right; left of the steepest one is outside of the component.
    const Segment* const above = first_above(map.vertex[v], true);
    faces.join(edges.around[v].back(),
               above ? half_edge_below(static_cast<std::size_t>(above - segments_.data())) : unbounded);
  }
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const Index below = half_edge_below(i);
    segments_[i].below = static_cast<std::int32_t>(faces.find(below));
    segments_[i].above = static_cast<std::int32_t>(faces.find(below ^ 1U));
  }
  outside_ = static_cast<std::int32_t>(faces.find(unbounded));
  region_of_face_.assign(count + 1, -1);
  for (std::size_t r = 0; r < map.region.size(); ++r) {
    const PlanePoint& inside = map.region[r].inside;
    if (!std::isfinite(inside.x) || !std::isfinite(inside.y))
      fail("regions: the point of region ", r + 1, " is not finite");
    const Segment* const above = first_above(inside, false);
    const std::int32_t face = above ? above->below : outside_;
    if (face == outside_) fail("regions: the point of region ", r + 1, " lies outside of all polygons");
    std::int32_t& region = region_of_face_[static_cast<std::size_t>(face)];
    if (region >= 0)
      fail("regions: the points of regions ", region + 1, " and ", r + 1, " lie in one and the same polygon");
    region = static_cast<std::int32_t>(r);
  }
}

// Strips hold about the same number of vertices each, so that fine and coarse parts of a mesh are found equally fast.
void RegionFinder::make_strips() {
  std::vector<double> x;
  for (const Segment& segment : segments_) {
    x.push_back(segment.left.x);
    x.push_back(segment.right.x);
  }
  std::sort(x.begin(), x.end());
  x.erase(std::unique(x.begin(), x.end()), x.end());
  const std::size_t step = std::max<std::size_t>(1, x.size() / 2048);
  for (std::size_t i = 0; i < x.size(); i += step) strip_.push_back(x[i]);
  // Long segments of many strips would need much memory: the total is kept within a few times the segments.
  std::size_t total = 0;
  const auto reach = [&](const Segment& segment) {
    return std::pair(strip_of(segment.left.x), strip_of(segment.right.x));
  };
  for (;;) {
    total = 0;
    for (const Segment& segment : segments_) {
      const auto [first, last] = reach(segment);
      total += last - first + 1;
    }
    if (strip_.size() <= 1 || total <= 64 * segments_.size() + 65536) break;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < strip_.size(); i += 2) strip_[kept++] = strip_[i];
    strip_.resize(kept);
  }
  strip_start_.assign(strip_.size() + 1, 0);
  for (const Segment& segment : segments_)
    for (auto [s, last] = reach(segment); s <= last; ++s) ++strip_start_[s + 1];
  std::partial_sum(strip_start_.begin(), strip_start_.end(), strip_start_.begin());
  strip_segment_.resize(total);
  std::vector<std::uint32_t> at(strip_start_.begin(), strip_start_.end() - (strip_start_.empty() ? 0 : 1));
  for (std::uint32_t i = 0; i < segments_.size(); ++i)
    for (auto [s, last] = reach(segments_[i]); s <= last; ++s) strip_segment_[at[s]++] = i;
}

std::size_t RegionFinder::strip_of(double x) const {
  const auto after = std::upper_bound(strip_.begin(), strip_.end(), x) - strip_.begin();
  return after > 0 ? static_cast<std::size_t>(after - 1) : 0;
}

// Of two segments above one point, which do not cross: the one whose left end comes later is compared with the other.
bool RegionFinder::is_lower(const Segment& a, const Segment& b) const {
  if (a.left == b.left) return orientation(a.left, a.right, b.right) > 0;
  if (a.left.x >= b.left.x) {
    const int side = orientation(b.left, b.right, a.left);
    return side != 0 ? side < 0 : orientation(b.left, b.right, a.right) < 0;
  }
  const int side = orientation(a.left, a.right, b.left);
  return side != 0 ? side > 0 : orientation(a.left, a.right, b.right) > 0;
}

// `left_of_it` looks from a place just left of the point, else from one just right of it.
const RegionFinder::Segment* RegionFinder::first_above(const PlanePoint& point, bool left_of_it) const {
  if (strip_.empty()) return nullptr;
  const Segment* lowest = nullptr;
  const std::size_t strip = strip_of(point.x);
  for (std::uint32_t k = strip_start_[strip]; k < strip_start_[strip + 1]; ++k) {
    const Segment& segment = segments_[strip_segment_[k]];
    const bool spans = left_of_it ? segment.left.x < point.x && point.x <= segment.right.x
                                  : segment.left.x <= point.x && point.x < segment.right.x;
    if (!spans || orientation(segment.left, segment.right, point) >= 0) continue;
    if (!lowest || is_lower(segment, *lowest)) lowest = &segment;
  }
  return lowest;
}

std::int32_t RegionFinder::region_of(const PlanePoint& point) const {
  if (!std::isfinite(point.x) || !std::isfinite(point.y)) return -1;
  const Segment* const above = first_above(point, false);
  return above ? region_of_face_[static_cast<std::size_t>(above->below)] : -1;
}

}  // namespace terrella::datasets
