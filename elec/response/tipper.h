// elec/response/tipper.h: what a tipper [..., 2] (Tx, Ty; Hz = Tx Hx + Ty Hy) shows on a map.
#pragma once
#include "core/tensor.h"

namespace terrella::elec {

struct InductionArrow {
  Tensor length;   ///< [...], no unit
  Tensor azimuth;  ///< [...], degrees clockwise from x, -180 .. 180
};

/// Which way real arrows point: towards good conductors (Parkinson 1959) or away from them (Wiese 1962).
enum class ArrowConvention : std::uint8_t { parkinson, wiese };

/// The arrow of the real part.
InductionArrow real_arrow(const Tensor& tipper, ArrowConvention convention = ArrowConvention::parkinson);
/// The arrow of the imaginary part, with the same sign as the real one.
InductionArrow imaginary_arrow(const Tensor& tipper, ArrowConvention convention = ArrowConvention::parkinson);

/// sqrt(|Tx|^2 + |Ty|^2), [...].
Tensor tipper_magnitude(const Tensor& tipper);

}  // namespace terrella::elec
