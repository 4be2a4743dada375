// datasets/modem/data_kinds.h: the data types of ModEM and their components.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "datasets/observations/quantity.h"

namespace terrella::datasets::modem {

struct DataComponent {
  const char* name;
  Quantity quantity;
};

struct DataKind {
  const char* name;
  bool is_complex;    ///< real and imaginary part stand in the row, else one value
  bool is_impedance;  ///< units matter
  bool has_reference;
  std::span<const DataComponent> components;
};

std::span<const DataKind> kinds();
/// The type of that name in any case; null where ModEM has none.
const DataKind* kind_named(std::string_view name);
/// ModEM's types that are no transfer functions of natural fields (Ex_Field ...), which are refused by name.
bool is_field_kind(std::string_view name);
/// Null where the type has no such component.
const DataComponent* component_named(const DataKind& kind, std::string_view name);
const DataComponent* component_of(const DataKind& kind, Quantity quantity);

/// ModEM's lists hold transfer functions between sites less the unit matrix.
bool is_less_one(Quantity quantity);

/// What a value of the file is multiplied with to be in ohm; 0 where the words are no unit of E/B or E/H.
double ohm_per_unit(std::string_view units);

/// How RHOXY and RHOYX stand in a file.
enum class RhoScale { linear, ln, log10 };
const char* name_of(RhoScale scale);

}  // namespace terrella::datasets::modem
