// core/ops/pow.h: powers as they are written.
#pragma once
#include "core/tensor.h"

namespace terrella {

/// x to the power y, as power(). Where y is one of the numbers -1, 1/2, 1, 2, 3, 4 and x floating it is what that
/// stands for, many times faster: reciprocal, root, products.
Tensor pow(const Tensor& x, const Tensor& y);

}  // namespace terrella
