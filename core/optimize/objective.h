// core/optimize/objective.h: smooth objectives as values, and what a line search sees of them.
#pragma once
#include <functional>
#include <vector>

#include "core/optimize/line_search.h"
#include "core/transform.h"

namespace terrella::optimize {

/// Value and gradient at a point.
struct Evaluation {
  double value = 0;
  Tensor gradient;  ///< as x
};
using Objective = std::function<Evaluation(const Tensor& x)>;

/// By reverse mode, of a function whose first result is a real scalar.
Objective objective_of(const Function& f);
template <class F>
Objective objective_of(F f) {
  return objective_of(function(std::move(f)));
}

/// An objective along x + length p. The last place is kept: a search most often ends where it looked last.
class Ray {
 public:
  Ray(const Objective& objective, const Tensor& x, const std::vector<double>& p);
  void go(double length);
  /// Value and slope at that length.
  Point at(double length);
  const Tensor& place() const { return place_; }
  const Evaluation& found() const { return found_; }

 private:
  const Objective& objective_;
  Shape shape_;
  std::vector<double> x_;
  const std::vector<double>& p_;
  double length_ = -1;
  Tensor place_;
  Evaluation found_;
};

}  // namespace terrella::optimize
