#include "elec/response/rotation.h"

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"
#include "elec/response/components.h"

namespace terrella::elec {

Tensor rotate_impedance(const Tensor& z, const Tensor& degrees) {
  const auto [xx, xy, yx, yy] = components("rotate_impedance", z);
  const Tensor angle = degrees * (datasets::pi / 180), c = cos(angle), s = sin(angle);
  const Tensor cc = c * c, cs = c * s, ss = s * s;
  return from_components({cc * xx + cs * (xy + yx) + ss * yy, cc * xy - ss * yx + cs * (yy - xx),
                          cc * yx - ss * xy + cs * (yy - xx), ss * xx - cs * (xy + yx) + cc * yy});
}

Tensor rotate_tipper(const Tensor& tipper, const Tensor& degrees) {
  if (tipper.rank() < 1 || tipper.size(-1) != 2)
    fail("rotate_tipper: needs components [..., 2] (Tx, Ty), got shape ", tipper.shape());
  const Tensor angle = degrees * (datasets::pi / 180), c = cos(angle), s = sin(angle);
  const Tensor x = index(tipper, {Ellipsis{}, std::int64_t{0}}), y = index(tipper, {Ellipsis{}, std::int64_t{1}});
  return stack({c * x + s * y, c * y - s * x}, -1);
}

}  // namespace terrella::elec
