// datasets/observations/quantity.h: the kinds of numbers that inversion codes fit, with names and units.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Conventions are those of docs/conventions.md: exp(+i w t), x north (along strike in 2D), y east (along the profile).
/// phase_xy, phase_yx and the like are arg Zij in degrees, so a half-space has phase_yx = -135; phase_tm is
/// arg(-Zyx), as 2D codes show it. Logarithms are of ohm m. Tzy is the tipper of 2D: Hz = Tzy Hy. A determinant is
/// sqrt(Zxx Zyy - Zxy Zyx), so that a half-space has phase_det = 45. magnetic_ij is H of the site against H of the
/// reference site, 1 on the diagonal where both are the same.
enum class Quantity : std::uint8_t {
#define QUANTITY(enumerator, name, kind, place, unit, is_complex) enumerator,
#include "datasets/observations/quantity.def"
#undef QUANTITY
};

enum class QuantityKind : std::uint8_t {
  impedance,
  impedance_real,
  impedance_imaginary,
  tipper,
  tipper_real,
  tipper_imaginary,
  apparent_resistivity,
  log10_apparent_resistivity,
  phase,
  phase_tensor,
  interstation
};

/// Which component, mode or invariant.
enum class Place : std::uint8_t { xx, xy, yx, yy, te, tm, determinant, x, y, zy };

/// Whether only two-dimensional earths have it: TE, TM and Hz/Hy along a profile.
constexpr bool is_two_dimensional(Place place) {
  return place == Place::te || place == Place::tm || place == Place::zy;
}

struct QuantityInfo {
  Quantity quantity;
  const char* name;  ///< "Zxy", "log10_rho_TE", ...: unique, for tables, Python and command line
  QuantityKind kind;
  Place place;
  const char* unit;  ///< of the value and of its error
  bool is_complex;   ///< else the imaginary part is 0 and has no error
};

/// All quantities in the order of the enum.
std::span<const QuantityInfo> quantities();
const QuantityInfo& info(Quantity quantity);

/// The quantity of that kind and place, or none: there is no phase of Tx.
std::optional<Quantity> quantity_of(QuantityKind kind, Place place);
/// The element of the impedance at a place: that of TE is xy, of TM yx; none for what is no element.
std::optional<Component> component_of(Place place);
/// By name, in any case.
std::optional<Quantity> quantity_named(std::string_view name);

}  // namespace terrella::datasets
