#include "core/ops/cast.h"

#include <optional>

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
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::convert); }
  bool operator==(const Cast&) const = default;
};

}  // namespace

Tensor cast(const Tensor& x, DType dtype) {
  return x.dtype() == dtype && !x.node()->weak ? x : graph::linear(Cast{dtype}, x);
}

namespace {

/// What `strong` becomes where it meets a weak scalar.
DType meeting(DType strong, DType weak) {
  if (is_complex(weak)) return complex_of(strong);
  if (is_real_floating(weak)) return floating_of(strong);
  return promote(strong, strong == DType::boolean ? weak : strong);
}

}  // namespace

DType common_dtype(const Tensor& x, const Tensor& y) {
  const bool weak_x = x.node()->weak, weak_y = y.node()->weak;
  if (weak_x == weak_y) return promote(x.dtype(), y.dtype());
  return weak_x ? meeting(y.dtype(), x.dtype()) : meeting(x.dtype(), y.dtype());
}

DType common_dtype(const Tensors& parts) {
  std::optional<DType> strong, weak;
  for (const Tensor& x : parts) {
    std::optional<DType>& met = x.node()->weak ? weak : strong;
    met = met ? promote(*met, x.dtype()) : x.dtype();
  }
  return !strong ? weak.value() : weak ? meeting(*strong, *weak) : *strong;
}

}  // namespace terrella
