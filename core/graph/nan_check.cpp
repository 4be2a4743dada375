#include "core/graph/nan_check.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/origin.h"

namespace terrella::graph {
namespace {

enum class Kind { nan, infinity };

template <class T>
bool is(Kind kind, T value) {
  if constexpr (requires { value.real(); })
    return is(kind, value.real()) || is(kind, value.imag());
  else if constexpr (std::is_floating_point_v<T>)
    return kind == Kind::nan ? std::isnan(value) : std::isinf(value);
  else
    return false;
}

struct Found {
  std::int64_t first = -1, count = 0;
};

Found find(Kind kind, const Array& array) {
  Found found;
  if (!is_floating(array.dtype)) return found;
  const Array plain = row_major(default_backend(), array);
  with_type(plain.dtype, [&](auto t) {
    const auto* const values = plain.data<decltype(t)>();
    for (std::int64_t i = 0; i < plain.size(); ++i)
      if (is(kind, values[i]) && found.count++ == 0) found.first = i;
  });
  return found;
}

Shape position(std::int64_t flat, const Shape& shape) {
  Shape at = shape;
  for (int axis = shape.rank(); axis-- > 0; flat /= shape[axis]) at[axis] = flat % shape[axis];
  return at;
}

}  // namespace

void check_numbers(const Node& node, std::span<const Array> inputs, std::span<const Array> outputs) {
  for (const Kind kind : {Kind::nan, Kind::infinity}) {
    if (kind == Kind::infinity && !debugging(Debug::infinity)) return;
    const char* const what = kind == Kind::nan ? "NaN" : "infinity";
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const Found found = find(kind, outputs[k]);
      if (found.count == 0) continue;
      if (std::any_of(inputs.begin(), inputs.end(), [&](const Array& in) { return find(kind, in).count > 0; })) break;
      throw Error(text(node.op->name(), ": made ", what, " of inputs without, at ",
                       position(found.first, outputs[k].shape), " of its result ", outputs[k].shape,
                       outputs.size() > 1 ? text(" number ", k) : "", "; ", found.count, " in all"));
    }
  }
}

}  // namespace terrella::graph
