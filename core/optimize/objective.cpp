#include "core/optimize/objective.h"

#include "core/optimize/descent.h"

namespace terrella::optimize {

Objective objective_of(const Function& f) {
  return [both = value_and_grad_of(f)](const Tensor& x) {
    const ValueAndGrad made = both({x});
    return Evaluation{made.value[0].item(), made.gradient[0]};
  };
}

Ray::Ray(const Objective& objective, const Tensor& x, const std::vector<double>& p)
    : objective_(objective), shape_(x.shape()), x_(x.to_vector<double>()), p_(p) {}

void Ray::go(double length) {
  if (length == length_) return;
  std::vector<double> moved = x_;
  add_scaled(moved, length, p_);
  place_ = Tensor::from(moved, shape_);
  found_ = objective_(place_);
  length_ = length;
}

Point Ray::at(double length) {
  go(length);
  return {length, found_.value, dot_of(found_.gradient.to_vector<double>(), p_)};
}

}  // namespace terrella::optimize
