// elec/mt2d/sensitivity.h: derivatives of all responses by the resistivity of all elements, by one solve for each
// response with the factors of the forward problem.
#pragma once
#include "elec/mt2d/receivers.h"

namespace terrella::elec::mt2d {

/// A quotient of two components, the impedance or the tipper, and its derivatives by logarithms of resistivity.
struct Derivatives {
  Tensor value;  ///< [periods, sites]
  /// d value / d ln rho, [periods, sites, earth rows, columns], or [periods, sites, cells] of cells; none() where it is
  /// zero. `by` is that by all three together, of isotropic sections, and then the only one.
  Tensor by_x, by_y, by_z, by = Tensor::none();
};

/// Of strike / horizontal (TE: Zxy), horizontal / strike (TM: Zyx), vertical / horizontal (TE: the tipper).
enum class Quotient : std::uint8_t { strike_by_horizontal, horizontal_by_strike, vertical_by_horizontal };

/// What transforms give too, at about the price of as many solves as there are sites, for all quotients together: exact
/// for the discrete problem, with the sides' layers and the bottom. `fields` and `instruments` are
/// those of this resistivity.
std::vector<Derivatives> derivatives(const std::vector<Quotient>& quotients, const Section& section,
                                     const Places& places, const Fields& fields, const Tensor& omega,
                                     const Instruments& instruments, const ChangePlaces& changes, bool isotropic);

}  // namespace terrella::elec::mt2d
