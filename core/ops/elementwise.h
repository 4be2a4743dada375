// core/ops/elementwise.h: functions of one or two elements, with numpy's broadcasting and promotion.
//
// Declared from elementwise.def: negative exp expm1 log ... maximum, equal ... less_equal, logical_and ...
#pragma once
#include <cstdint>

#include "core/tensor.h"

namespace terrella {

#define UNARY(name, kinds, domain, body, derivative, help) Tensor name(const Tensor& x);
#define UNARY_RULES(name, kinds, result, domain, body, jvp, vjp, help) Tensor name(const Tensor& x);
#define BINARY(name, kinds, domain_x, domain_y, body, dx, dy, help) Tensor name(const Tensor& x, const Tensor& y);
#define COMPARE(name, kinds, body, help) Tensor name(const Tensor& x, const Tensor& y);
#include "core/ops/elementwise.def"

inline Tensor operator-(const Tensor& x) { return negative(x); }
inline Tensor operator!(const Tensor& x) { return logical_not(x); }
inline Tensor operator+(const Tensor& x, const Tensor& y) { return add(x, y); }
inline Tensor operator-(const Tensor& x, const Tensor& y) { return subtract(x, y); }
inline Tensor operator*(const Tensor& x, const Tensor& y) { return multiply(x, y); }
inline Tensor operator/(const Tensor& x, const Tensor& y) { return divide(x, y); }
inline Tensor operator==(const Tensor& x, const Tensor& y) { return equal(x, y); }
inline Tensor operator!=(const Tensor& x, const Tensor& y) { return not_equal(x, y); }
inline Tensor operator<(const Tensor& x, const Tensor& y) { return less(x, y); }
inline Tensor operator<=(const Tensor& x, const Tensor& y) { return less_equal(x, y); }
inline Tensor operator>(const Tensor& x, const Tensor& y) { return greater(x, y); }
inline Tensor operator>=(const Tensor& x, const Tensor& y) { return greater_equal(x, y); }
inline Tensor& operator+=(Tensor& x, const Tensor& y) { return x = add(x, y); }
inline Tensor& operator-=(Tensor& x, const Tensor& y) { return x = subtract(x, y); }
inline Tensor& operator*=(Tensor& x, const Tensor& y) { return x = multiply(x, y); }
inline Tensor& operator/=(Tensor& x, const Tensor& y) { return x = divide(x, y); }

/// condition ? x : y by element, all three broadcast. Derivatives flow to the chosen one only.
Tensor where(const Tensor& condition, const Tensor& x, const Tensor& y);

/// x limited to [low, high].
Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high);

/// The elementwise operations by number, as backends know them; select is where().
enum class Elementwise : std::uint16_t {
#define UNARY(name, ...) name,
#define UNARY_RULES(name, ...) name,
#define BINARY(name, ...) name,
#define COMPARE(name, ...) name,
#include "core/ops/elementwise.def"
  select,
  count
};

}  // namespace terrella
