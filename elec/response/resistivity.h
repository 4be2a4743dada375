// elec/response/resistivity.h: what a single impedance says about resistivity and depth.
//
// All act on elements and broadcast; impedances in ohm, frequencies in Hz, resistivities in ohm m.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// |Z|^2 / (w mu_0), ohm m: the resistivity of the half-space with that |Z|. Cagniard (1953).
Tensor apparent_resistivity(const Tensor& impedance, const Tensor& frequency);

/// arg Z in degrees, -180 .. 180. A half-space has 45 in Zxy and -135 in Zyx; give -Zyx to compare both.
Tensor phase(const Tensor& impedance);

/// The impedance with that apparent resistivity and phase (degrees).
Tensor impedance_from(const Tensor& apparent_resistivity, const Tensor& phase, const Tensor& frequency);

/// Depth at which a plane wave has decayed to 1/e, m: sqrt(2 rho / (w mu_0)), 503.3 sqrt(rho / f).
Tensor skin_depth(const Tensor& resistivity, const Tensor& frequency);

}  // namespace terrella::elec
