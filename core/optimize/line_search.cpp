#include "core/optimize/line_search.h"

#include <algorithm>
#include <cmath>

namespace terrella::optimize {
namespace {

constexpr double sufficient = 1e-4;

bool is_low(const Point& p, const Point& start) {
  return std::isfinite(p.value) && p.value <= start.value + sufficient * p.step * start.slope;
}

/// Minimum of the cubic through two points and their slopes, kept away from both ends.
double between(const Point& a, const Point& b) {
  const double low = std::min(a.step, b.step), width = std::abs(b.step - a.step);
  double step = low + width / 2;
  if (std::isfinite(a.value) && std::isfinite(b.value) && std::isfinite(a.slope) && std::isfinite(b.slope)) {
    const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
    const double inside = d1 * d1 - a.slope * b.slope;
    if (inside >= 0) {
      const double d2 = std::copysign(std::sqrt(inside), b.step - a.step);
      const double cubic = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
      if (std::isfinite(cubic)) step = cubic;
    }
  }
  return std::clamp(step, low + 0.1 * width, low + 0.9 * width);
}

}  // namespace

LineSearch backtrack(const Point& start, const std::function<double(double)>& value, double first, int halvings) {
  LineSearch result;
  double step = first;
  for (int i = 0; i <= halvings; ++i) {
    const Point p{step, value(step), 0};
    ++result.evaluations;
    if (is_low(p, start)) {
      result.found = true;
      result.point = p;
      return result;
    }
    const double curvature = p.value - start.value - step * start.slope;
    const double lowest =
        std::isfinite(p.value) && curvature > 0 ? -start.slope * step * step / (2 * curvature) : 0.5 * step;
    step = std::clamp(lowest, 0.1 * step, 0.5 * step);
  }
  return result;
}

LineSearch wolfe(const Point& start, const std::function<Point(double)>& evaluate, double first, double curvature,
                 int max_evaluations) {
  LineSearch result;
  Point best = start;
  const auto probe = [&](double step) {
    const Point p = evaluate(step);
    ++result.evaluations;
    if (std::isfinite(p.value) && std::isfinite(p.slope) && p.value < best.value) best = p;
    return p;
  };
  const auto finish = [&](bool found, const Point& p) {
    result.found = found;
    result.point = p;
    return result;
  };
  const auto is_flat = [&](const Point& p) { return std::abs(p.slope) <= -curvature * start.slope; };

  // Outwards until an interval holds a minimum: low is its best end.
  Point low = start, high, last = start;
  double step = first;
  while (true) {
    if (result.evaluations >= max_evaluations) return finish(best.value < start.value, best);
    const Point p = probe(step);
    if (!is_low(p, start) || (last.step > 0 && p.value >= last.value)) {
      low = last;
      high = p;
      break;
    }
    if (is_flat(p)) return finish(true, p);
    if (p.slope >= 0) {
      low = p;
      high = last;
      break;
    }
    last = p;
    step *= 2;
  }
  while (result.evaluations < max_evaluations) {
    const Point p = probe(between(low, high));
    if (!is_low(p, start) || p.value >= low.value) {
      high = p;
    } else {
      if (is_flat(p)) return finish(true, p);
      if (p.slope * (high.step - low.step) >= 0) high = low;
      low = p;
    }
    if (std::abs(high.step - low.step) <= 1e-14 * std::max(high.step, low.step)) break;
  }
  return finish(best.value < start.value, best);
}

}  // namespace terrella::optimize
