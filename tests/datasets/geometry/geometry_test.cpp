// Sides of lines without rounding errors, triangulations and regions against brute force.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "datasets/geometry/orientation.h"
#include "datasets/geometry/regions.h"
#include "datasets/geometry/triangulation.h"

using namespace terrella::datasets;

namespace {

std::vector<PlanePoint> random_points(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> u(-1000, 1000);
  std::vector<PlanePoint> points(n);
  for (PlanePoint& p : points) p = {u(random), u(random)};
  return points;
}

// What must hold of any triangulation: triangles turn left, neighbours name each other across the same side, and the
// areas add up to that of the convex hull, so that nothing overlaps or is left out.
void expect_sound(const Triangulation& t, double hull_area) {
  double area = 0;
  for (std::size_t i = 0; i < t.corner.size(); ++i) {
    const PlanePoint &a = t.point[t.corner[i][0]], &b = t.point[t.corner[i][1]], &c = t.point[t.corner[i][2]];
    ASSERT_GT(orientation(a, b, c), 0) << i;
    area += ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)) / 2;
    for (std::size_t k = 0; k < 3; ++k) {
      const std::int32_t beyond = t.neighbour[i][k];
      if (beyond < 0) continue;
      const std::set<std::int32_t> side = {t.corner[i][(k + 1) % 3], t.corner[i][(k + 2) % 3]};
      bool found = false;
      for (std::size_t m = 0; m < 3; ++m)
        found = found || (t.neighbour[static_cast<std::size_t>(beyond)][m] == static_cast<std::int32_t>(i) &&
                          std::set<std::int32_t>{t.corner[static_cast<std::size_t>(beyond)][(m + 1) % 3],
                                                 t.corner[static_cast<std::size_t>(beyond)][(m + 2) % 3]} == side);
      ASSERT_TRUE(found) << i << " and " << beyond;
    }
  }
  EXPECT_NEAR(area, hull_area, 1e-9 * hull_area);
}

// Area of the convex hull by Andrew's monotone chain.
double hull_area(std::vector<PlanePoint> p) {
  std::sort(p.begin(), p.end(), [](auto& a, auto& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  std::vector<PlanePoint> hull;
  for (int pass = 0; pass < 2; ++pass) {
    const std::size_t base = hull.size();
    for (const PlanePoint& q : p) {
      while (hull.size() > base + 1 && orientation(hull[hull.size() - 2], hull.back(), q) <= 0) hull.pop_back();
      hull.push_back(q);
    }
    hull.pop_back();
    std::reverse(p.begin(), p.end());
  }
  double area = 0;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const PlanePoint &a = hull[i], &b = hull[(i + 1) % hull.size()];
    area += (a.x * b.y - a.y * b.x) / 2;
  }
  return area;
}

}  // namespace

TEST(Orientation, IsExactWhereRoundingIsNot) {
  EXPECT_EQ(orientation({0, 0}, {1, 0}, {0, 1}), 1);
  EXPECT_EQ(orientation({0, 0}, {0, 1}, {1, 0}), -1);
  // (0.5 + i u, 0.5 + j u) against the line from (12, 12) to (24, 24), u = 2^-53: Kettner et al. (2008), "Classroom
  // examples of robustness problems", figure 2, where floating point gets whole blocks of the plane wrong.
  const double u = std::ldexp(1, -53);
  int wrong_in_double = 0;
  for (int i = 0; i < 64; ++i)
    for (int j = 0; j < 64; ++j) {
      const PlanePoint p{0.5 + i * u, 0.5 + j * u};
      const int truth = (p.y > p.x) - (p.y < p.x);  // left of the diagonal is above it
      EXPECT_EQ(orientation({12, 12}, {24, 24}, p), truth);
      const double naive = (24.0 - 12) * (p.y - 12) - (24.0 - 12) * (p.x - 12);
      wrong_in_double += ((naive > 0) - (naive < 0)) != truth;
    }
  EXPECT_GT(wrong_in_double, 100);  // so the test can fail
  EXPECT_TRUE(on_segment({0, 0}, {3, 1}, {1.5, 0.5}));
  EXPECT_FALSE(on_segment({0, 0}, {3, 1}, {4.5, 1.5}));
}

TEST(Triangulation, IsDelaunaysForRandomPoints) {
  const auto points = random_points(400, 1);
  const Triangulation t = triangulate(points);
  expect_sound(t, hull_area(points));
  for (const auto& corner : t.corner)
    for (std::size_t i = 0; i < points.size(); ++i)
      EXPECT_FALSE(surely_in_circle(points[corner[0]], points[corner[1]], points[corner[2]], points[i]));
}

TEST(Triangulation, TakesLatticesLinesAndStars) {
  std::vector<PlanePoint> lattice;
  for (int i = 0; i < 12; ++i)
    for (int j = 0; j < 9; ++j) lattice.push_back({0.1 * i, 0.3 * j});
  const Triangulation t = triangulate(lattice);
  EXPECT_EQ(t.corner.size(), 2U * 11 * 8);
  expect_sound(t, 1.1 * 2.4);
  // The first points lie on one line, above and below of which the next ones lie.
  for (const double y : {-1.0, 1.0}) {
    const std::vector<PlanePoint> fan = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, y}, {5, -y}};
    expect_sound(triangulate(fan), hull_area(fan));
  }
  std::vector<PlanePoint> circle = {{0, 0}};
  for (int i = 0; i < 100; ++i) circle.push_back({std::cos(i * 0.0628), std::sin(i * 0.0628)});
  expect_sound(triangulate(circle), hull_area(circle));
  EXPECT_THROW(triangulate(std::vector<PlanePoint>{{0, 0}, {1, 1}, {2, 2}}), std::invalid_argument);
  EXPECT_THROW(triangulate(std::vector<PlanePoint>{{0, 0}, {1, 1}, {0, 0}}), std::invalid_argument);
  EXPECT_THROW(triangulate(std::vector<PlanePoint>{{0, 0}, {1, 1}, {NAN, 0}}), std::invalid_argument);
}

TEST(Triangulation, FindsThePlaceOfAPoint) {
  const auto points = random_points(300, 2);
  const Triangulation t = triangulate(points);
  std::int32_t start = 0;
  int outside = 0;
  for (const PlanePoint& p : random_points(3000, 3)) {
    const std::int32_t found = find_triangle(t, p, start);
    std::int32_t truth = -1;
    for (std::size_t i = 0; i < t.corner.size(); ++i) {
      const auto& c = t.corner[i];
      if (orientation(t.point[c[0]], t.point[c[1]], p) >= 0 && orientation(t.point[c[1]], t.point[c[2]], p) >= 0 &&
          orientation(t.point[c[2]], t.point[c[0]], p) >= 0)
        truth = static_cast<std::int32_t>(i);
    }
    outside += truth < 0;
    ASSERT_EQ(found, truth);
  }
  EXPECT_GT(outside, 10);
  EXPECT_LT(outside, 500);
}

namespace {

// A square of 4 by 4 with a triangular hole of its own region, and an island in the hole that touches nothing.
PolygonMap nested() {
  PolygonMap map;
  map.vertex = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {1, 1}, {3, 1}, {2, 3}, {1.9, 1.5}, {2.1, 1.5}, {2, 1.7}};
  map.segment = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {4, 5}, {5, 6}, {6, 4}, {7, 8}, {8, 9}, {9, 7}};
  map.region = {{{0.1, 0.1}}, {{1.2, 1.1}}, {{2, 1.6}}};
  return map;
}

}  // namespace

TEST(Regions, HoldWhatLiesInIslandsOfIslands) {
  const RegionFinder finder(nested());
  EXPECT_EQ(finder.region_of({3.9, 3.9}), 0);
  EXPECT_EQ(finder.region_of({2, 3.5}), 0);  // above the triangle
  EXPECT_EQ(finder.region_of({2, 2}), 1);    // above the island
  EXPECT_EQ(finder.region_of({2, 1.2}), 1);  // below it
  EXPECT_EQ(finder.region_of({2, 1.55}), 2);
  EXPECT_EQ(finder.region_of({5, 1}), -1);
  EXPECT_EQ(finder.region_of({2, -0.1}), -1);
  EXPECT_EQ(finder.region_of({NAN, 0}), -1);
  // On segments: the region above, and right of upright ones.
  EXPECT_EQ(finder.region_of({2, 0}), 0);
  EXPECT_EQ(finder.region_of({2, 4}), -1);
  EXPECT_EQ(finder.region_of({0, 2}), 0);
  EXPECT_EQ(finder.region_of({4, 2}), -1);
}

TEST(Regions, SayWhatIsWrongWithAMap) {
  const auto message = [](const PolygonMap& map) -> std::string {
    try {
      RegionFinder{map};
    } catch (const std::invalid_argument& error) { return error.what(); }
    return "no error";
  };
  PolygonMap map = nested();
  map.region.push_back({{3.5, 3.5}});
  EXPECT_EQ(message(map), "regions: the points of regions 1 and 4 lie in one and the same polygon");
  map = nested();
  map.region[0].inside = {9, 9};
  EXPECT_EQ(message(map), "regions: the point of region 1 lies outside of all polygons");
  map = nested();
  map.segment.push_back({0, 0});
  EXPECT_EQ(message(map), "regions: segment 11 has no length");
  map = nested();
  map.segment.push_back({0, 1});
  EXPECT_EQ(message(map), "regions: segments 1 and 11 overlap at vertex 1");
  map = nested();
  map.segment.push_back({0, 77});
  EXPECT_EQ(message(map), "regions: segment 11 names a vertex beyond the 10");
}

// Cells of a random triangulation are regions whose answer is known.
TEST(Regions, AgreeWithBruteForceOnATriangulation) {
  const auto points = random_points(500, 4);
  const Triangulation t = triangulate(points);
  PolygonMap map;
  map.vertex = points;
  std::set<std::pair<std::int32_t, std::int32_t>> sides;
  for (const auto& c : t.corner) {
    for (std::size_t k = 0; k < 3; ++k) sides.insert(std::minmax(c[k], c[(k + 1) % 3]));
    map.region.push_back({{(points[c[0]].x + points[c[1]].x + points[c[2]].x) / 3,
                           (points[c[0]].y + points[c[1]].y + points[c[2]].y) / 3}});
  }
  for (const auto& [a, b] : sides)
    map.segment.push_back({static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)});
  const RegionFinder finder(map);
  std::int32_t start = 0;
  for (const PlanePoint& p : random_points(20000, 5)) ASSERT_EQ(finder.region_of(p), find_triangle(t, p, start));
}
