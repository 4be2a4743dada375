#include "elec/mt1d/impedance.h"

#include <algorithm>
#include <numbers>

#include "core/error.h"
#include "core/ops.h"
#include "elec/mt1d/impedance_op.h"

namespace terrella::elec {
namespace {

using Complex = std::complex<double>;

void check(const Tensors& model, bool may_be_complex) {
  const char* names[] = {"resistivity", "thickness", "frequency"};
  for (std::size_t i = 0; i < 3; ++i) {
    if (model[i].rank() == 0)
      fail("impedance_1d: ", names[i], " is a single number; give it an axis: [", i == 2 ? "n_freq" : "n", "]");
    if (is_complex(model[i].dtype()) && !may_be_complex)
      fail("impedance_1d: ", names[i], " is ", name(model[i].dtype()),
           " but must be real; impedance_1d_composed takes complex");
  }
  const std::int64_t layers = model[0].shape().back(), thicknesses = model[1].shape().back();
  if (layers < 1) fail("impedance_1d: a model needs at least one resistivity, that of the half-space");
  if (thicknesses != layers - 1)
    fail("impedance_1d: ", layers, layers == 1 ? " resistivity needs " : " resistivities need ", layers - 1,
         layers == 2 ? " thickness, got " : " thicknesses, got ", thicknesses, "; the half-space has none");
  Shape lead;
  for (const Tensor& x : model) {
    Shape shape = x.shape();
    shape.erase(shape.rank() - 1);
    lead = broadcast_shapes("impedance_1d", lead, shape);
  }
}

Tensors in_double(const Tensors& model) {
  return {cast(model[0], DType::f64), cast(model[1], DType::f64), cast(model[2], DType::f64)};
}

/// c64 where every input is single precision.
DType result_type(const Tensors& model) {
  const bool single = std::ranges::all_of(model, [](const Tensor& x) { return x.dtype() == DType::f32; });
  return single ? DType::c64 : DType::c128;
}

}  // namespace

Tensor impedance_1d(const Tensor& resistivity, const Tensor& thickness, const Tensor& frequency) {
  const Tensors model = {resistivity, thickness, frequency};
  check(model, false);
  return cast(mt1d::impedance_node(in_double(model)), result_type(model));
}

Tensor impedance_1d_composed(const Tensor& resistivity, const Tensor& thickness, const Tensor& frequency) {
  check({resistivity, thickness, frequency}, true);
  const auto layer = [](const Tensor& x, std::int64_t j) { return slice(x, -1, {j, j + 1}); };
  const std::int64_t n = resistivity.shape().back();
  const double pi = std::numbers::pi, mu_0 = 4e-7 * pi;
  const Tensor iwm = Tensor(Complex(0, 2 * pi * mu_0)) * frequency;
  Tensor z = sqrt(iwm * layer(resistivity, n - 1));  // half-space
  for (std::int64_t j = n - 1; j-- > 0;) {
    const Tensor w = sqrt(iwm * layer(resistivity, j));    // intrinsic impedance of layer j
    const Tensor t = tanh(layer(thickness, j) * iwm / w);  // k h, with k = iwm / w
    z = w * (z + w * t) / (w + z * t);                     // Wait (1954)
  }
  return z;
}

Impedance1dJacobian impedance_1d_jacobian(const Tensor& resistivity, const Tensor& thickness, const Tensor& frequency) {
  const Tensors model = {resistivity, thickness, frequency};
  check(model, false);
  const Tensors results = mt1d::jacobian_node(in_double(model));
  const DType dtype = result_type(model);
  return {cast(results[0], dtype), cast(results[1], dtype), cast(results[2], dtype)};
}

}  // namespace terrella::elec
