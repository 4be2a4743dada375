#include "elec/response/error_propagation.h"

#include "core/error.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella::elec {
namespace {

/// Derivative of f at x when component `i` (row-major over the last axes) moves by `step` at every leading index.
Tensor along(const Derived& f, const Tensor& x, const Tensor& component, const Tensor& step) {
  const Tensor direction = broadcast_to(cast(component, x.dtype()) * step, x.shape());
  return jvp([&f](const Tensors& at) -> Tensors { return {f(at[0])}; }, {x}, {direction}).tangent[0];
}

}  // namespace

Tensor propagate_covariance(const Derived& f, const Tensor& x, const Tensor& covariance) {
  if (x.rank() < 1 || is_complex(x.dtype()))
    fail("propagate_covariance: x must be real [..., m], got ", name(x.dtype()), " ", x.shape());
  const std::int64_t m = x.size(-1);
  if (covariance.rank() < 2 || covariance.size(-1) != m || covariance.size(-2) != m)
    fail("propagate_covariance: ", m, " variables need covariances [..., ", m, ", ", m, "], got ", covariance.shape());
  Tensors columns;
  for (std::int64_t i = 0; i < m; ++i) columns.push_back(along(f, x, arange(m) == Tensor(i), 1.0));
  const Tensor jacobian = stack(columns, -1);
  return matmul(matmul(jacobian, covariance), matrix_transpose(jacobian));
}

Tensor propagate_error(const Derived& f, const Tensor& z, const Tensor& error, int axes) {
  if (axes < 0 || axes > z.rank()) fail("propagate_error: ", axes, " axes of components in shape ", z.shape());
  Shape leading, components;
  for (int axis = 0; axis < z.rank(); ++axis)
    (axis < z.rank() - axes ? leading : components).push_back(z.shape()[axis]);
  const std::int64_t count = components.size();
  Shape flat = leading;
  flat.push_back(count);
  const Tensor errors = reshape(broadcast_to(error, z.shape()), flat);

  Tensor variance = 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    const Tensor component = reshape(arange(count) == Tensor(i), components);
    Tensor slope = along(f, z, component, 1.0);
    if (is_complex(slope.dtype()) || slope.shape() != leading)
      fail("propagate_error: the function must give one real number for each index ", leading, ", got ",
           name(slope.dtype()), " ", slope.shape());
    Tensor squares = slope * slope;
    if (is_complex(z.dtype())) {
      slope = along(f, z, component, std::complex<double>(0, 1));
      squares = squares + slope * slope;
    }
    const Tensor e = index(errors, {Ellipsis{}, i});
    variance = variance + squares * e * e;
  }
  return sqrt(variance);
}

}  // namespace terrella::elec
