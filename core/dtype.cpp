#include "core/dtype.h"

#include <algorithm>

namespace terrella {

DType promote(DType a, DType b) {
  if (a > b) std::swap(a, b);
  if (a == DType::f64 && b == DType::c64) return DType::c128;
  return b;  // the order of the enumeration is the order of inclusion otherwise
}

std::string_view name(DType d) {
  constexpr std::string_view names[] = {"bool", "i32", "i64", "f32", "f64", "c64", "c128"};
  return names[static_cast<int>(d)];
}

}  // namespace terrella
