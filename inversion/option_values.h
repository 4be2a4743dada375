// inversion/option_values.h: for the bodies of options: what a value must be, how it stands in TOML, and names<E>() and
// parse<E>() of mt1d_options.h for an enumeration.
#pragma once
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "inversion/mt1d_options.h"

namespace terrella::inversion {

/// Throw std::invalid_argument that begins with `who`.
inline void not_negative(const char* who, const char* name, double value) {
  if (!(value >= 0) || std::isinf(value)) fail(who, ": ", name, " is ", value, "; give 0 or a positive number");
}
inline void positive(const char* who, const char* name, double value) {
  if (!(value > 0) || std::isinf(value)) fail(who, ": ", name, " is ", value, "; give a positive number");
}

/// Shortest digits that read back to the same bits, as a floating number of TOML.
inline std::string toml_number(double value) {
  const std::string digits = fmt::format("{}", value);
  return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
}

/// A line of TOML; names of enumerations stand in `quote`.
template <class T>
std::string toml_entry(const char* key, const T& value, char quote) {
  if constexpr (std::is_enum_v<T>)
    return fmt::format("{} = {}{}{}\n", key, quote, to_string(value), quote);
  else if constexpr (std::is_floating_point_v<T>)
    return fmt::format("{} = {}\n", key, toml_number(value));
  else
    return fmt::format("{} = {}\n", key, value);
}

template <class E>
E parsed(const char* what, std::string_view name) {
  const std::vector<std::string>& all = names<E>();
  const auto found = std::find(all.begin(), all.end(), name);
  if (found == all.end())
    fail(what, ": '", name, "' is unknown; give one of ", fmt::format("{}", fmt::join(all, ", ")));
  return static_cast<E>(found - all.begin());
}

}  // namespace terrella::inversion

/// In namespace terrella::inversion: the names of E in its order; `what` is the option, for messages.
#define TERRELLA_NAMES(E, what, ...)                         \
  template <>                                                \
  const std::vector<std::string>& names<E>() {               \
    static const std::vector<std::string> all = __VA_ARGS__; \
    return all;                                              \
  }                                                          \
  template <>                                                \
  E parse<E>(std::string_view name) {                        \
    return parsed<E>(what, name);                            \
  }
