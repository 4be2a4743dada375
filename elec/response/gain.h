// elec/response/gain.h: what a site does to its responses beside the earth, differentiable in all arguments.
//
// Sites are the last axis of responses; parameters are [sites], or broadcast.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// Z whose apparent resistivity is multiplied by 10^shift at all periods and whose phase stays: static shift, by
/// charges on small bodies near the electrodes. Z 10^(shift / 2).
Tensor with_static_shift(const Tensor& impedance, const Tensor& shift);

/// An impedance or tipper multiplied by a gain 10^log10_gain and turned by `phase` degrees: an error of calibration.
Tensor with_gain(const Tensor& response, const Tensor& log10_gain, const Tensor& phase);

}  // namespace terrella::elec
