// elec/response/error_propagation.h: errors of derived quantities to first order, by derivatives of the functions
// themselves.
#pragma once
#include <functional>

#include "core/tensor.h"

namespace terrella::elec {

/// A function of one tensor.
using Derived = std::function<Tensor(const Tensor&)>;

/// J C J^T: covariance of f(x) from that of x.
///
/// f            maps real x [..., m] to real [..., k], each leading index by itself
/// covariance   [..., m, m], broadcast against the leading axes of x
/// returns      [..., k, k]
Tensor propagate_covariance(const Derived& f, const Tensor& x, const Tensor& covariance);

/// Standard error of real f(z) from independent errors of the components of z.
///
/// f         maps z [..., components] to real [...], each leading index by itself; the last `axes` axes of z are its
///           components: 2 for impedances [..., 2, 2], 1 for tippers [..., 2], 0 for numbers
/// error     standard errors, broadcast against z; of a complex component that of its real part and, equally, of its
///           imaginary part
/// returns   like f(z)
///
/// Throws std::invalid_argument where f(z) is complex or its shape is not that of the leading axes.
Tensor propagate_error(const Derived& f, const Tensor& z, const Tensor& error, int axes);

}  // namespace terrella::elec
