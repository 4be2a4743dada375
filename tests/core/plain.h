// tests/core/plain.h: arrays of long double and plain loops over them: what operations are compared with.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "core/ops.h"

namespace terrella::test {

using Number = std::complex<long double>;
using Position = std::vector<std::int64_t>;

struct Plain {
  Shape shape;
  std::vector<Number> values;  ///< row-major

  const Number& operator()(const Position& at) const {
    std::int64_t flat = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) flat = flat * shape[axis] + at[static_cast<std::size_t>(axis)];
    return values.at(static_cast<std::size_t>(flat));
  }
};

/// The array whose element at every position is f(position).
template <class F>
Plain build(const Shape& shape, const F& f) {
  Plain p{shape, {}};
  Position at(static_cast<std::size_t>(shape.rank()), 0);
  for (std::int64_t i = 0; i < shape.size(); ++i) {
    std::int64_t rest = i;
    for (int axis = shape.rank(); axis-- > 0;) {
      at[static_cast<std::size_t>(axis)] = rest % shape[axis];
      rest /= shape[axis];
    }
    p.values.push_back(f(at));
  }
  return p;
}

/// The numbers that a tensor holds.
inline Plain plain(const Tensor& x) {
  Plain p{x.shape(), {}};
  with_type(x.dtype(), [&](auto t) {
    using T = decltype(t);
    for (const T value : x.data<T>()) {
      if constexpr (requires { value.real(); })
        p.values.emplace_back(value.real(), value.imag());
      else
        p.values.emplace_back(static_cast<long double>(value), 0.0L);
    }
  });
  return p;
}

inline bool same_part(long double got, long double want, long double allowed) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return got == want;
  return std::abs(got - want) <= allowed;
}

/// Shapes equal and |got - want| <= relative |want| + absolute, by element; NaN only where NaN is wanted.
inline testing::AssertionResult near(const Tensor& got, const Plain& want, double relative, double absolute = 0) {
  if (!(got.shape() == want.shape))
    return testing::AssertionFailure() << "shape " << got.shape() << ", wanted " << want.shape;
  const Plain have = plain(got);
  for (std::size_t i = 0; i < have.values.size(); ++i) {
    const Number a = have.values[i], b = want.values[i];
    const long double size = std::isfinite(std::abs(b)) ? std::abs(b) : 0;
    const long double allowed = static_cast<long double>(relative) * size + static_cast<long double>(absolute);
    if (!same_part(a.real(), b.real(), allowed) || !same_part(a.imag(), b.imag(), allowed))
      return testing::AssertionFailure() << "element " << i << " is " << a << ", wanted " << b << " (difference "
                                         << std::abs(a - b) << ", allowed " << allowed << ")";
  }
  return testing::AssertionSuccess();
}

/// The same for two tensors, relative to the largest entry wanted.
inline testing::AssertionResult near(const Tensor& got, const Tensor& want, double relative) {
  if (got.dtype() != want.dtype())
    return testing::AssertionFailure() << "dtype " << name(got.dtype()) << ", wanted " << name(want.dtype());
  const Plain wanted = plain(want);
  long double largest = 0;
  for (const Number& v : wanted.values)
    if (std::isfinite(std::abs(v))) largest = std::max(largest, std::abs(v));
  return near(got, wanted, 0, relative * static_cast<double>(largest));
}

/// Rounding of a dtype; 0 for integers and bool.
inline double epsilon(DType d) { return !is_floating(d) ? 0 : real_of(d) == DType::f32 ? 0x1p-23 : 0x1p-52; }

}  // namespace terrella::test
