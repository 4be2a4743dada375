// elec/response/dimensionality.h: scalars of an impedance tensor z [..., 2, 2] that tell how many dimensions the earth
// has and what shallow structure has distorted. All are [...], real and without unit.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// Bahr (1988, 1991), with S1 = Zxx + Zyy, S2 = Zxy + Zyx, D1 = Zxx - Zyy, D2 = Zxy - Zyx, [a, b] = Im(conj(a) b).
struct BahrParameters {
  Tensor kappa;  ///< |S1| / |D2|, Swift's skew: 0 over one- and two-dimensional earths without distortion
  Tensor mu;     ///< (|[D1,S2]| + |[S1,D2]|)^1/2 / |D2|, phase differences: 0 where distorted data have one phase
  Tensor eta;    ///< |[D1,S2] - [S1,D2]|^1/2 / |D2|, 0 where the regional earth is two-dimensional; equals bahr_skew
  Tensor sigma;  ///< (|D1|^2 + |S2|^2) / |D2|^2: 0 over one-dimensional earths
};
BahrParameters bahr_parameters(const Tensor& z);

/// Weaver, Agarwal & Lilley (2000): invariants under rotation, from xi + i eta: (Zxx + Zyy)/2, (Zxy + Zyx)/2,
/// (Zxx - Zyy)/2, (Zxy - Zyx)/2 (numbers 1 to 4). The first two bear the unit of z.
struct WalInvariants {
  Tensor i1, i2;     ///< ohm: size of real and imaginary part
  Tensor i3, i4;     ///< 0 .. : anisotropy of real and imaginary part, 0 over one-dimensional earths
  Tensor i5, i6;     ///< sines: 0 without distortion; i6 is 0 for a distortion by twist alone
  Tensor i7;         ///< 0 where the regional earth is two-dimensional; it has no meaning where q is small
  Tensor q;          ///< small where real and imaginary part hold the same information
  Tensor xi4, eta4;  ///< ohm, off-diagonal part, which tells apart two cases in which q is small
};
WalInvariants wal_invariants(const Tensor& z);

}  // namespace terrella::elec
