// elec/response/site_tensors.h: the data of a site as tensors, for the functions of this folder.
#pragma once
#include "core/tensor.h"
#include "datasets/survey/survey.h"

namespace terrella::elec {

/// z [n, 2, 2], ohm, complex; NaN where missing or masked.
Tensor impedance_of(const datasets::Site& site);
/// Standard errors [n, 2, 2], ohm; NaN where unknown.
Tensor impedance_error_of(const datasets::Site& site);
/// Tipper [n, 2], complex; NaN where missing or masked.
Tensor tipper_of(const datasets::Site& site);
/// Standard errors [n, 2]; NaN where unknown.
Tensor tipper_error_of(const datasets::Site& site);

}  // namespace terrella::elec
