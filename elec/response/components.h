// elec/response/components.h: impedances and the like as tensors [..., 2, 2], row = output (Ex, Ey), column = input
// (Hx, Hy).
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

struct Components {
  Tensor xx, xy, yx, yy;  ///< [...]
};

/// The components of z [..., 2, 2]. Anything else throws std::invalid_argument in the name of `operation`.
Components components(std::string_view operation, const Tensor& z);

/// [..., 2, 2] of components [...].
Tensor from_components(const Components& c);

}  // namespace terrella::elec
