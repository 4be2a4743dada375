// elec/response/invariants.h: scalars of an impedance tensor z [..., 2, 2] that do not depend on the direction of its
// axes. All return [...].
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

/// sqrt(Zxx Zyy - Zxy Zyx), ohm, complex, the root with Re >= 0: the Z of a layered earth. Ranganayaki (1984).
Tensor determinant_impedance(const Tensor& z);

/// (Zxy - Zyx) / 2, ohm, complex. Berdichevsky & Dmitriev (1976).
Tensor average_impedance(const Tensor& z);

/// sqrt((Zxx^2 + Zxy^2 + Zyx^2 + Zyy^2) / 2), ohm, complex, the root with Re >= 0. Szarka & Menvielle (1997).
Tensor sum_of_squares_impedance(const Tensor& z);

/// |Zxx + Zyy| / |Zxy - Zyx|: 0 over a one- or two-dimensional earth. Swift (1967).
Tensor swift_skew(const Tensor& z);

/// Phase-sensitive skew, 0 where a two-dimensional regional response is distorted by shallow structure. Bahr (1988).
Tensor bahr_skew(const Tensor& z);

}  // namespace terrella::elec
