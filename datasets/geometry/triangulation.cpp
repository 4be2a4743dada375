#include "datasets/geometry/triangulation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace terrella::datasets {
namespace {

using Index = std::int32_t;

int next(int corner) { return corner == 2 ? 0 : corner + 1; }
int previous(int corner) { return corner == 0 ? 2 : corner - 1; }

// The hull is a ring of its points, counter-clockwise, each with the triangle on the edge to the point that follows.
struct Builder {
  Triangulation t;
  std::vector<Index> hull_next, hull_previous, hull_triangle;

  std::size_t at(Index i) const { return static_cast<std::size_t>(i); }

  int side_of(Index triangle, Index neighbour) const {
    const auto& sides = t.neighbour[at(triangle)];
    return sides[0] == neighbour ? 0 : sides[1] == neighbour ? 1 : 2;
  }

  Index add(Index a, Index b, Index c, Index beyond_a, Index beyond_b, Index beyond_c) {
    t.corner.push_back({a, b, c});
    t.neighbour.push_back({beyond_a, beyond_b, beyond_c});
    return static_cast<Index>(t.corner.size()) - 1;
  }

  void set_hull(Index from, Index to, Index triangle) {
    hull_next[at(from)] = to;
    hull_previous[at(to)] = from;
    hull_triangle[at(from)] = triangle;
  }

  // Flips edges of the triangles on the stack until each is Delaunay's.
  void legalize(std::vector<Index>& stack) {
    while (!stack.empty()) {
      const Index one = stack.back();
      stack.pop_back();
      for (int side = 0; side < 3; ++side) {
        const Index two = t.neighbour[at(one)][static_cast<std::size_t>(side)];
        if (two < 0) continue;
        const int other = side_of(two, one);
        const auto corner = t.corner[at(one)];
        const Index p = corner[static_cast<std::size_t>(side)], a = corner[static_cast<std::size_t>(next(side))],
                    b = corner[static_cast<std::size_t>(previous(side))];
        const Index q = t.corner[at(two)][static_cast<std::size_t>(other)];
        if (!surely_in_circle(t.point[at(p)], t.point[at(a)], t.point[at(b)], t.point[at(q)])) continue;
        // A flip needs a convex quadrilateral p a q b; exact, so that no triangle is ever turned over.
        if (orientation(t.point[at(p)], t.point[at(a)], t.point[at(q)]) <= 0 ||
            orientation(t.point[at(p)], t.point[at(q)], t.point[at(b)]) <= 0)
          continue;
        flip(one, side, two, other, p, a, q, b);
        stack.push_back(one);
        stack.push_back(two);
        break;
      }
    }
  }

  // Triangles p a b and q b a become p a q and p q b.
  void flip(Index one, int side, Index two, int other, Index p, Index a, Index q, Index b) {
    const Index beyond_pa = t.neighbour[at(one)][static_cast<std::size_t>(previous(side))];   // opposite to b
    const Index beyond_bp = t.neighbour[at(one)][static_cast<std::size_t>(next(side))];       // opposite to a
    const Index beyond_qb = t.neighbour[at(two)][static_cast<std::size_t>(previous(other))];  // opposite to a
    const Index beyond_aq = t.neighbour[at(two)][static_cast<std::size_t>(next(other))];      // opposite to b
    t.corner[at(one)] = {p, a, q};
    t.neighbour[at(one)] = {beyond_aq, two, beyond_pa};
    t.corner[at(two)] = {p, q, b};
    t.neighbour[at(two)] = {beyond_qb, beyond_bp, one};
    if (beyond_aq >= 0)
      t.neighbour[at(beyond_aq)][static_cast<std::size_t>(side_of(beyond_aq, two))] = one;
    else
      hull_triangle[at(a)] = one;
    if (beyond_bp >= 0)
      t.neighbour[at(beyond_bp)][static_cast<std::size_t>(side_of(beyond_bp, one))] = two;
    else
      hull_triangle[at(b)] = two;
    if (beyond_pa < 0) hull_triangle[at(p)] = one;
    if (beyond_qb < 0) hull_triangle[at(q)] = two;
  }

  // Joins a point to all hull edges that it sees. `rim` is a hull point that it can see.
  void join(Index point, Index rim, std::vector<Index>& stack) {
    const PlanePoint& place = t.point[at(point)];
    const auto sees = [&](Index from, Index to) { return orientation(t.point[at(from)], t.point[at(to)], place) < 0; };
    Index first = rim, last = rim;
    while (sees(hull_previous[at(first)], first)) first = hull_previous[at(first)];
    while (sees(last, hull_next[at(last)])) last = hull_next[at(last)];
    Index before = -1;
    Index start = -1;
    for (Index from = first; from != last;) {
      const Index to = hull_next[at(from)], inner = hull_triangle[at(from)];
      const Index made = add(point, to, from, inner, before, -1);
      // The side of `inner` towards the edge is the one without a neighbour whose corners are from and to.
      for (int side = 0; side < 3; ++side)
        if (t.corner[at(inner)][static_cast<std::size_t>(next(side))] == from &&
            t.corner[at(inner)][static_cast<std::size_t>(previous(side))] == to)
          t.neighbour[at(inner)][static_cast<std::size_t>(side)] = made;
      if (before >= 0)
        t.neighbour[at(before)][2] = made;
      else
        start = made;
      stack.push_back(made);
      before = made;
      from = to;
    }
    set_hull(first, point, start);
    set_hull(point, last, before);
  }
};

}  // namespace

Triangulation triangulate(std::span<const PlanePoint> points) {
  if (points.size() < 3 || points.size() > (std::size_t{1} << 29))
    fail("triangulate: ", points.size(), " points; 3 .. 2^29 make triangles");
  std::vector<Index> order(points.size());
  std::iota(order.begin(), order.end(), Index{0});
  const auto less = [&](Index a, Index b) {
    const PlanePoint &p = points[static_cast<std::size_t>(a)], &q = points[static_cast<std::size_t>(b)];
    return p.x < q.x || (p.x == q.x && p.y < q.y);
  };
  std::sort(order.begin(), order.end(), less);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const PlanePoint& p = points[static_cast<std::size_t>(order[i])];
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) fail("triangulate: point ", order[i], " is not finite");
    if (i > 0 && points[static_cast<std::size_t>(order[i - 1])] == p)
      fail("triangulate: points ", order[i - 1], " and ", order[i], " lie at the same place");
  }
  Builder b;
  b.t.point.assign(points.begin(), points.end());
  b.hull_next.assign(points.size(), -1);
  b.hull_previous = b.hull_triangle = b.hull_next;
  const auto place = [&](std::size_t i) -> const PlanePoint& { return points[static_cast<std::size_t>(order[i])]; };
  // The first points may lie on one line; the first one beside it makes a fan with them.
  std::size_t apex = 2;
  int turn = 0;
  while (apex < order.size() && (turn = orientation(place(0), place(1), place(apex))) == 0) ++apex;
  if (apex == order.size()) fail("triangulate: all ", points.size(), " points lie on one line");
  const Index top = order[apex];
  for (std::size_t i = 0; i + 1 < apex; ++i) {
    const Index from = turn > 0 ? order[i] : order[i + 1], to = turn > 0 ? order[i + 1] : order[i];
    const Index made = b.add(top, from, to, -1, -1, -1);
    if (i > 0) {
      // Shares the side from `top` to order[i] with the triangle before.
      const std::size_t here = turn > 0 ? 2 : 1, there = turn > 0 ? 1 : 2;  // corner opposite to that side
      b.t.neighbour[b.at(made)][here] = made - 1;
      b.t.neighbour[b.at(made - 1)][there] = made;
    }
    b.set_hull(from, to, made);
  }
  const Index last_of_line = order[apex - 1], count = static_cast<Index>(apex) - 1;
  if (turn > 0) {
    b.set_hull(last_of_line, top, count - 1);
    b.set_hull(top, order[0], 0);
  } else {
    b.set_hull(order[0], top, 0);
    b.set_hull(top, last_of_line, count - 1);
  }
  std::vector<Index> stack;
  for (std::size_t i = apex + 1; i < order.size(); ++i) {
    b.join(order[i], i == apex + 1 && less(top, last_of_line) ? last_of_line : order[i - 1], stack);
    b.legalize(stack);
  }
  return std::move(b.t);
}

Index find_triangle(const Triangulation& t, const PlanePoint& place, Index& start) {
  if (t.corner.empty() || !std::isfinite(place.x) || !std::isfinite(place.y)) return -1;
  const auto outside = [&](Index triangle, int side) {
    const auto& corner = t.corner[static_cast<std::size_t>(triangle)];
    return orientation(t.point[static_cast<std::size_t>(corner[static_cast<std::size_t>(next(side))])],
                       t.point[static_cast<std::size_t>(corner[static_cast<std::size_t>(previous(side))])], place) < 0;
  };
  Index triangle = start >= 0 && static_cast<std::size_t>(start) < t.corner.size() ? start : 0;
  // A walk through a Delaunay triangulation ends; near circles that rounding cannot tell apart it might turn round,
  // so a walk of more steps than there are triangles gives way to a look at all of them.
  int turn = 0;
  for (std::size_t step = 0; step <= t.corner.size(); ++step) {
    int side = 0;
    while (side < 3 && !outside(triangle, (side + turn) % 3)) ++side;
    if (side == 3) {
      start = triangle;
      return triangle;
    }
    const Index beyond = t.neighbour[static_cast<std::size_t>(triangle)][static_cast<std::size_t>((side + turn) % 3)];
    if (beyond < 0) {
      start = triangle;
      return -1;  // the hull is convex: beyond one of its edges lies no triangle
    }
    triangle = beyond;
    turn = turn == 2 ? 0 : turn + 1;
  }
  for (std::size_t i = 0; i < t.corner.size(); ++i) {
    const auto candidate = static_cast<Index>(i);
    if (!outside(candidate, 0) && !outside(candidate, 1) && !outside(candidate, 2)) return start = candidate;
  }
  return -1;
}

}  // namespace terrella::datasets
