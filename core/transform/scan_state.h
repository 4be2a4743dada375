// core/transform/scan_state.h: data of loops: entries of stacked arrays, and states that are held.
#pragma once
#include <cstdint>
#include <vector>

#include "core/backend/backend.h"

namespace terrella::detail {

/// a[i] along the first axis, without a copy.
inline Array entry(Array a, std::int64_t i) {
  a.offset += i * a.strides[0];
  a.shape.erase(0);
  a.strides.erase(0);
  return a;
}

/// The same values; a copy where a view would keep a larger block alive.
inline Array compact(Backend& backend, const Array& a) {
  if (a.buffer->bytes <= static_cast<std::size_t>(a.size()) * size_of(a.dtype)) return a;
  Array copy;
  copy.dtype = a.dtype;
  copy.shape = a.shape;
  backend.copy(a, copy);
  return copy;
}

}  // namespace terrella::detail
