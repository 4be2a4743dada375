#include "core/ops/cast.h"

#include "core/backend/backend.h"
#include "core/graph/linear.h"
#include "core/graph/node.h"
#include "core/ops/elementwise.h"

namespace terrella {
namespace {

struct Cast {
  static constexpr auto name = "cast";
  DType dtype;
  graph::Aval output(const graph::Aval& x) const { return {x.shape, dtype}; }
  void apply(Backend& backend, const Array& x, Array& y) const { backend.copy(x, y); }
  Tensor adjoint(const Tensor& g, const graph::Aval& from) const { return cast(g, from.dtype); }
  Tensor batched(const Tensor& x) const { return cast(x, dtype); }
};

}  // namespace

Tensor cast(const Tensor& x, DType dtype) {
  return x.dtype() == dtype && !x.node()->weak ? x : graph::linear(Cast{dtype}, x);
}

DType common_dtype(const Tensor& x, const Tensor& y) {
  const bool weak_x = x.node()->weak, weak_y = y.node()->weak;
  if (weak_x == weak_y) return promote(x.dtype(), y.dtype());
  const DType strong = weak_x ? y.dtype() : x.dtype();
  const DType weak = weak_x ? x.dtype() : y.dtype();
  if (is_complex(weak)) return complex_of(strong);
  if (is_real_floating(weak)) return floating_of(strong);
  return promote(strong, strong == DType::boolean ? weak : strong);
}

}  // namespace terrella
