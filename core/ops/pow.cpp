#include "core/ops/pow.h"

#include "core/graph/node.h"
#include "core/ops/elementwise.h"

namespace terrella {

Tensor pow(const Tensor& x, const Tensor& y) {
  if (!y.node()->weak || is_complex(y.dtype()) || !y.evaluated() || !is_floating(x.dtype())) return power(x, y);
  const double exponent = y.item();
  if (exponent == 1) return x;
  if (exponent == 2) return square(x);
  if (exponent == 3) return x * square(x);
  if (exponent == 4) return square(square(x));
  if (exponent == -1) return reciprocal(x);
  if (exponent == 0.5) return sqrt(x);
  return power(x, y);
}

}  // namespace terrella
