// datasets/survey/units.h: constants and conversions of magnetotelluric units, once.
#pragma once
#include <numbers>

namespace terrella::datasets {

inline constexpr double pi = std::numbers::pi;
inline constexpr double mu_0 = 4e-7 * pi;  ///< V s / (A m)

/// Z[ohm] = ohm_per_field_unit * Z[mV/km/nT], since E[mV/km] = 1e6 E[V/m] and B[nT] = 1e9 mu_0 H[A/m].
inline constexpr double ohm_per_field_unit = 4e-4 * pi;

}  // namespace terrella::datasets
