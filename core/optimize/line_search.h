// core/optimize/line_search.h: how far to go along a direction.
#pragma once
#include <cstdint>
#include <functional>

namespace terrella::optimize {

/// Value and slope along the direction at one step length. NaN and infinity count as too high.
struct Point {
  double step = 0, value = 0, slope = 0;
};

struct LineSearch {
  bool found = false;
  Point point;  ///< where found
  std::int64_t evaluations = 0;
};

/// A step, at most `first`, whose value lies below start.value + 1e-4 step start.slope (Armijo): from `first` downwards
/// by quadratic interpolation, each a tenth to a half of the one before. Points need no slope.
LineSearch backtrack(const Point& start, const std::function<double(double)>& value, double first = 1,
                     int halvings = 40);

/// A step that meets the strong Wolfe conditions, with 1e-4 and `curvature`; Nocedal & Wright (2006), algorithms 3.5
/// and 3.6. Where rounding hides them, the lowest point found below the start.
LineSearch wolfe(const Point& start, const std::function<Point(double)>& evaluate, double first = 1,
                 double curvature = 0.9, int max_evaluations = 40);

}  // namespace terrella::optimize
