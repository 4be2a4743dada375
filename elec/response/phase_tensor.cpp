#include "elec/response/phase_tensor.h"

#include "core/ops.h"
#include "datasets/survey/units.h"
#include "elec/response/components.h"

namespace terrella::elec {
namespace {

Tensor degrees(const Tensor& radians) { return radians * (180 / datasets::pi); }

Tensor length(const Tensor& a, const Tensor& b) { return norm(stack({a, b}, -1), {-1}); }

}  // namespace

Tensor phase_tensor(const Tensor& z) {
  const Components x = components("phase_tensor", real(z)), y = components("phase_tensor", imag(z));
  const Tensor scale = 1 / (x.xx * x.yy - x.xy * x.yx);
  return from_components({scale * (x.yy * y.xx - x.xy * y.yx), scale * (x.yy * y.xy - x.xy * y.yy),
                          scale * (x.xx * y.yx - x.yx * y.xx), scale * (x.xx * y.yy - x.yx * y.xy)});
}

PhaseTensorEllipse phase_tensor_ellipse(const Tensor& phi) {
  const auto [xx, xy, yx, yy] = components("phase_tensor_ellipse", phi);
  // Phi is the sum of a similarity and a similarity after a reflection; their sizes add up to the semi-axes.
  const Tensor similar = 0.5 * length(xx + yy, xy - yx), reflected = 0.5 * length(xx - yy, xy + yx);
  const Tensor alpha = 0.5 * degrees(atan2(xy + yx, xx - yy)), beta = 0.5 * degrees(atan2(xy - yx, xx + yy));
  return {degrees(atan(similar + reflected)),
          degrees(atan(similar - reflected)),
          alpha,
          beta,
          remainder(alpha - beta + 90, 180) - 90,
          reflected / similar};
}

}  // namespace terrella::elec
