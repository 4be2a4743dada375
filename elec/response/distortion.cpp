#include "elec/response/distortion.h"

#include "core/ops.h"
#include "datasets/survey/units.h"
#include "elec/response/components.h"
#include "elec/response/rotation.h"

namespace terrella::elec {

Tensor distortion_matrix(const Tensor& twist, const Tensor& shear) {
  // 1/sqrt(1 + t^2) is the cosine of the angle and t/sqrt(1 + t^2) its sine.
  const Tensor t = twist * (datasets::pi / 180), e = shear * (datasets::pi / 180);
  const Tensor ct = cos(t), st = sin(t), ce = cos(e), se = sin(e);
  return from_components({ct * ce - st * se, ct * se - st * ce, st * ce + ct * se, st * se + ct * ce});
}

Tensor distorted_impedance(const Tensor& strike, const Tensor& twist, const Tensor& shear, const Tensor& a,
                           const Tensor& b) {
  const Components c = components("distorted_impedance", distortion_matrix(twist, shear));
  return rotate_impedance(from_components({c.xy * b, c.xx * a, c.yy * b, c.yx * a}), -strike);
}

}  // namespace terrella::elec
