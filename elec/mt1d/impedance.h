// elec/mt1d/impedance.h: response of a layered earth to a plane wave.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// Surface impedance Z = Ex/Hy of horizontal layers over a half-space.
///
/// resistivity [..., n]       ohm m, positive; the first layer is on top, the last entry is the half-space
/// thickness   [..., n-1]     m, positive
/// frequency   [..., n_freq]  Hz, positive
/// returns     [..., n_freq]  ohm, complex, time factor exp(+i w t); NaN where an input is not positive
///
/// Leading axes broadcast: resistivity [site, n] with frequency [n_freq] gives [site, n_freq]. Computed in double
/// precision; all-f32 input gives c64.
/// Throws std::invalid_argument when the layer counts disagree or an input is complex.
/// Wait (1954), recursion from the bottom layer upwards. First derivatives have kernels of their own; higher ones are
/// those of impedance_1d_composed.
Tensor impedance_1d(const Tensor& resistivity, const Tensor& thickness, const Tensor& frequency);

/// The same made of table operations: slower, derivatives of any order, complex resistivity allowed.
Tensor impedance_1d_composed(const Tensor& resistivity, const Tensor& thickness, const Tensor& frequency);

struct Impedance1dJacobian {
  Tensor impedance;       ///< [..., n_freq]
  Tensor by_resistivity;  ///< dZ/dresistivity [..., n_freq, n], ohm / (ohm m)
  Tensor by_thickness;    ///< dZ/dthickness [..., n_freq, n-1], ohm / m
};

/// The impedance with its whole Jacobian at about four times its price; what Gauss-Newton wants. jacobian() of
/// impedance_1d gives the same numbers, row by row.
Impedance1dJacobian impedance_1d_jacobian(const Tensor& resistivity, const Tensor& thickness, const Tensor& frequency);

}  // namespace terrella::elec
