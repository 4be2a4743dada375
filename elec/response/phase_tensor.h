// elec/response/phase_tensor.h: the part of an impedance that shallow structure does not distort. Caldwell, Bibby &
// Brown (2004).
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// Phi = X^-1 Y, real [..., 2, 2], of z = X + i Y [..., 2, 2]. Unchanged when z is multiplied from the left by a real
/// matrix, which is what galvanic distortion does.
Tensor phase_tensor(const Tensor& z);

/// Ellipse of a phase tensor; every entry [...], degrees.
struct PhaseTensorEllipse {
  Tensor phi_max;  ///< atan of the larger semi-axis: the largest phase of any polarisation
  Tensor phi_min;  ///< atan of the smaller one; negative where det Phi is
  Tensor alpha;    ///< azimuth about which the tensor is symmetric but for its skew, from x, -90 .. 90
  Tensor beta;     ///< skew: 0 over one- and two-dimensional earths; beyond 3 in size means 3D
  Tensor strike;  ///< alpha - beta, azimuth of the larger semi-axis, -90 .. 90; strike is this or at right angles to it
  Tensor ellipticity;  ///< (Phi_max - Phi_min) / (Phi_max + Phi_min) of the semi-axes, no unit: 0 for a circle. Bibby,
                       ///< Caldwell & Brown (2005), lambda
};

/// Of phi [..., 2, 2]. Over a layered earth the ellipse is a circle: alpha and strike mean nothing there and have no
/// derivative (NaN).
PhaseTensorEllipse phase_tensor_ellipse(const Tensor& phi);

}  // namespace terrella::elec
