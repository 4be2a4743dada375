#include "datasets/observations/quantity.h"

#include <algorithm>
#include <array>

#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

constexpr auto table = std::to_array<QuantityInfo>({
#define QUANTITY(enumerator, name, kind, place, unit, is_complex) \
  {Quantity::enumerator, name, QuantityKind::kind, Place::place, unit, is_complex},
#include "datasets/observations/quantity.def"
#undef QUANTITY
});

}  // namespace

std::span<const QuantityInfo> quantities() { return table; }

const QuantityInfo& info(Quantity quantity) { return table[static_cast<std::size_t>(quantity)]; }

std::optional<Quantity> quantity_of(QuantityKind kind, Place place) {
  for (const QuantityInfo& entry : table)
    if (entry.kind == kind && entry.place == place) return entry.quantity;
  return std::nullopt;
}

std::optional<Quantity> quantity_named(std::string_view name) {
  for (const QuantityInfo& entry : table)
    if (upper(entry.name) == upper(name)) return entry.quantity;
  return std::nullopt;
}

std::optional<Component> component_of(Place place) {
  switch (place) {
    case Place::xx:
      return xx;
    case Place::xy:
    case Place::te:
      return xy;
    case Place::yx:
    case Place::tm:
      return yx;
    case Place::yy:
      return yy;
    default:
      return std::nullopt;
  }
}

}  // namespace terrella::datasets
