// elec/response/rotation.h: responses in turned axes, differentiable in all arguments.
//
// The axes turn about z by an angle in degrees, clockwise from above (north to east); angles broadcast against the
// leading axes. With R = [c s; -s c] fields become R E and R H. For sites with errors and masks: datasets::rotate_to.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// R Z R^T of z [..., 2, 2].
Tensor rotate_impedance(const Tensor& z, const Tensor& degrees);

/// T R^T of tipper [..., 2] (Tx, Ty).
Tensor rotate_tipper(const Tensor& tipper, const Tensor& degrees);

}  // namespace terrella::elec
