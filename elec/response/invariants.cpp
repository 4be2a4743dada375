#include "elec/response/invariants.h"

#include "core/ops.h"
#include "elec/response/components.h"

namespace terrella::elec {

Tensor determinant_impedance(const Tensor& z) {
  const auto [xx, xy, yx, yy] = components("determinant_impedance", z);
  return sqrt(xx * yy - xy * yx);
}

Tensor average_impedance(const Tensor& z) {
  const Components c = components("average_impedance", z);
  return 0.5 * (c.xy - c.yx);
}

Tensor sum_of_squares_impedance(const Tensor& z) {
  const auto [xx, xy, yx, yy] = components("sum_of_squares_impedance", z);
  return sqrt(0.5 * (xx * xx + xy * xy + yx * yx + yy * yy));
}

Tensor swift_skew(const Tensor& z) {
  const auto [xx, xy, yx, yy] = components("swift_skew", z);
  return abs(xx + yy) / abs(xy - yx);
}

Tensor bahr_skew(const Tensor& z) {
  const auto [xx, xy, yx, yy] = components("bahr_skew", z);
  const Tensor s1 = xx + yy, s2 = xy + yx, d1 = xx - yy, d2 = xy - yx;
  const auto commutator = [](const Tensor& a, const Tensor& b) { return imag(conj(a) * b); };
  return sqrt(abs(commutator(d1, s2) - commutator(s1, d2))) / abs(d2);
}

}  // namespace terrella::elec
