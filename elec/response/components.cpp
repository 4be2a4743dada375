#include "elec/response/components.h"

#include "core/error.h"
#include "core/ops.h"

namespace terrella::elec {

Components components(std::string_view operation, const Tensor& z) {
  if (z.rank() < 2 || z.size(-1) != 2 || z.size(-2) != 2)
    fail(operation, ": needs components [..., 2, 2] (xx, xy; yx, yy), got shape ", z.shape());
  const auto at = [&](std::int64_t i, std::int64_t j) { return index(z, {Ellipsis{}, i, j}); };
  return {at(0, 0), at(0, 1), at(1, 0), at(1, 1)};
}

Tensor from_components(const Components& c) { return stack({stack({c.xx, c.xy}, -1), stack({c.yx, c.yy}, -1)}, -2); }

}  // namespace terrella::elec
