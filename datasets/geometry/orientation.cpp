#include "datasets/geometry/orientation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace terrella::datasets {
namespace {

constexpr double half_ulp = std::numeric_limits<double>::epsilon() / 2;

int sign(double value) { return (value > 0) - (value < 0); }

// A sum kept exactly as doubles that do not overlap, smallest first (Shewchuk's GROW-EXPANSION).
struct ExactSum {
  std::array<double, 16> part{};
  int count = 0;

  void add(double b) {
    double q = b;
    int kept = 0;
    for (int i = 0; i < count; ++i) {
      const double e = part[static_cast<std::size_t>(i)], sum = q + e;
      const double virtual_e = sum - q, error = (q - (sum - virtual_e)) + (e - virtual_e);
      if (error != 0) part[static_cast<std::size_t>(kept++)] = error;
      q = sum;
    }
    if (q != 0) part[static_cast<std::size_t>(kept++)] = q;
    count = kept;
  }
  void add_product(double a, double b) {
    const double product = a * b;
    add(std::fma(a, b, -product));
    add(product);
  }
  int sign_of() const { return count ? sign(part[static_cast<std::size_t>(count - 1)]) : 0; }
};

}  // namespace

int orientation(const PlanePoint& a, const PlanePoint& b, const PlanePoint& c) {
  const double left = (a.x - c.x) * (b.y - c.y), right = (a.y - c.y) * (b.x - c.x), area = left - right;
  if (std::abs(area) > (3 + 16 * half_ulp) * half_ulp * (std::abs(left) + std::abs(right))) return sign(area);
  // a x b + b x c + c x a; fma makes the products exact.
  ExactSum sum;
  sum.add_product(a.x, b.y);
  sum.add_product(-a.y, b.x);
  sum.add_product(b.x, c.y);
  sum.add_product(-b.y, c.x);
  sum.add_product(c.x, a.y);
  sum.add_product(-c.y, a.x);
  return sum.sign_of();
}

bool surely_in_circle(const PlanePoint& a, const PlanePoint& b, const PlanePoint& c, const PlanePoint& d) {
  const double ax = a.x - d.x, ay = a.y - d.y, bx = b.x - d.x, by = b.y - d.y, cx = c.x - d.x, cy = c.y - d.y;
  const double aa = ax * ax + ay * ay, bb = bx * bx + by * by, cc = cx * cx + cy * cy;
  const double determinant = aa * (bx * cy - by * cx) + bb * (cx * ay - cy * ax) + cc * (ax * by - ay * bx);
  const double permanent = aa * (std::abs(bx * cy) + std::abs(by * cx)) + bb * (std::abs(cx * ay) + std::abs(cy * ax)) +
                           cc * (std::abs(ax * by) + std::abs(ay * bx));
  return determinant > 16 * half_ulp * permanent;  // Shewchuk's bound is (10 + 96 eps) eps
}

bool on_segment(const PlanePoint& a, const PlanePoint& b, const PlanePoint& p) {
  return p.x >= std::min(a.x, b.x) && p.x <= std::max(a.x, b.x) && p.y >= std::min(a.y, b.y) &&
         p.y <= std::max(a.y, b.y) && orientation(a, b, p) == 0;
}

}  // namespace terrella::datasets
