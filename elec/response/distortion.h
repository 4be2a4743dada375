// elec/response/distortion.h: what galvanic distortion by shallow structure makes of a two-dimensional regional
// impedance, differentiable in all arguments. Groom & Bailey (1989).
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// T S, real [..., 2, 2], of angles in degrees [...]: twist t = tan(twist) turns the electric field clockwise (north to
/// east), T = [1 -t; t 1] / sqrt(1 + t^2); shear e = tan(shear), S = [1 e; e 1] / sqrt(1 + e^2), is singular at 45.
/// Gain and anisotropy, the other two of four parameters, cannot be told from the regional impedance.
Tensor distortion_matrix(const Tensor& twist, const Tensor& shear);

/// The impedance [..., 2, 2] in geographic axes of a regional earth with strike at azimuth `strike` (degrees [...]),
/// whose principal impedances, ohm, complex [...], are `a` (Zxy, current along strike, TE) and `b` (Zyx, in the third
/// quadrant, TM): R^T T S [0 a; b 0] R with R of rotation.h.
Tensor distorted_impedance(const Tensor& strike, const Tensor& twist, const Tensor& shear, const Tensor& a,
                           const Tensor& b);

}  // namespace terrella::elec
