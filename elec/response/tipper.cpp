#include "elec/response/tipper.h"

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec {
namespace {

void check(const char* operation, const Tensor& tipper) {
  if (tipper.rank() < 1 || tipper.size(-1) != 2)
    fail(operation, ": needs components [..., 2] (Tx, Ty), got shape ", tipper.shape());
}

InductionArrow arrow(const Tensor& part, ArrowConvention convention) {
  const double sign = convention == ArrowConvention::parkinson ? -1 : 1;
  const Tensor north = sign * index(part, {Ellipsis{}, std::int64_t{0}});
  const Tensor east = sign * index(part, {Ellipsis{}, std::int64_t{1}});
  return {norm(part, {-1}), atan2(east, north) * (180 / datasets::pi)};
}

}  // namespace

InductionArrow real_arrow(const Tensor& tipper, ArrowConvention convention) {
  check("real_arrow", tipper);
  return arrow(real(tipper), convention);
}

InductionArrow imaginary_arrow(const Tensor& tipper, ArrowConvention convention) {
  check("imaginary_arrow", tipper);
  return arrow(imag(tipper), convention);
}

Tensor tipper_magnitude(const Tensor& tipper) {
  check("tipper_magnitude", tipper);
  return norm(tipper, {-1});
}

}  // namespace terrella::elec
