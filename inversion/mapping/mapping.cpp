#include "inversion/mapping/mapping.h"

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::inversion {

Mapping log10_mapping() {
  return {"log10", [](const Tensor& m) { return exp(std::numbers::ln10 * m); },
          [](const Tensor& p) { return log10(p); }};
}

Mapping bounded_mapping(double lower, double upper) {
  if (!(lower < upper) || !std::isfinite(lower) || !std::isfinite(upper))
    fail("bounded_mapping: bounds ", lower, " and ", upper, "; give finite ones, the lower first");
  const double width = upper - lower;
  const auto property = [=](const Tensor& m) { return lower + width * sigmoid(m * (4 / width)); };
  const auto parameters = [=](const Tensor& p) {
    const Tensor share = clip((p - lower) / width, 1e-6, 1 - 1e-6);
    return (width / 4) * log(share / (1 - share));
  };
  return {"bounded", property, parameters};
}

Mapping compose(const Mapping& outer, const Mapping& inner) {
  return {outer.name + "(" + inner.name + ")",
          [outer, inner](const Tensor& m) { return outer.property(inner.property(m)); },
          [outer, inner](const Tensor& p) { return inner.parameters(outer.parameters(p)); }};
}

}  // namespace terrella::inversion
