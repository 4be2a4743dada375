// elec/response/depth.h: approximate resistivities at depths, straight from a response.
//
// All act on elements and broadcast; ohm m, s, degrees, m; differentiable.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// sqrt(rho_a T / (2 pi mu_0)), m: the skin depth over sqrt 2. Niblett & Sayn-Wittgenstein (1960), Bostick (1977).
Tensor niblett_bostick_depth(const Tensor& apparent_resistivity, const Tensor& period);

/// rho_a (1 + m) / (1 - m), ohm m, at that depth, where m = d ln rho_a / d ln T. Jones (1983). Not positive where |m| >
/// 1, which no layered earth allows.
Tensor niblett_bostick_resistivity(const Tensor& apparent_resistivity, const Tensor& slope);

/// The same with the slope that Weidelt's approximation takes from the phase (degrees, of xy or -yx): rho_a (90/phase
/// - 1). Weidelt (1972).
Tensor niblett_bostick_from_phase(const Tensor& apparent_resistivity, const Tensor& phase);

}  // namespace terrella::elec
