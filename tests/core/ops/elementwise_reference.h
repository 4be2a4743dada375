// tests/core/ops/elementwise_reference.h: the functions that the bodies of elementwise.def may call, in long double by
// the standard library: independent of the kernels. Only for elementwise_test.cpp, which evaluates the bodies in here.
#pragma once
#include <cmath>
#include <complex>

namespace terrella::test::reference {

using Real = long double;
using Integer = long long;

/// std::complex<long double> that mixes with plain numbers as the kernels' complex types do.
struct Complex {
  std::complex<Real> v;
  Complex(std::complex<Real> value) : v(value) {}      // NOLINT: conversions are meant to be implicit
  Complex(Real value) : v(value) {}                    // NOLINT
  Complex(double value) : v(value) {}                  // NOLINT
  Complex(int value) : v(static_cast<Real>(value)) {}  // NOLINT
  friend Complex operator-(Complex a) { return -a.v; }
  friend Complex operator+(Complex a, Complex b) { return a.v + b.v; }
  friend Complex operator-(Complex a, Complex b) { return a.v - b.v; }
  friend Complex operator*(Complex a, Complex b) { return a.v * b.v; }
  friend Complex operator/(Complex a, Complex b) { return a.v / b.v; }
  friend bool operator==(Complex a, Complex b) { return a.v == b.v; }
};

#define TERRELLA_BOTH(name) \
  using std::name;          \
  inline Complex name(Complex z) { return std::name(z.v); }
// clang-format off
TERRELLA_BOTH(exp) TERRELLA_BOTH(log) TERRELLA_BOTH(log10) TERRELLA_BOTH(sqrt)
TERRELLA_BOTH(sin) TERRELLA_BOTH(cos) TERRELLA_BOTH(tan) TERRELLA_BOTH(asin) TERRELLA_BOTH(acos) TERRELLA_BOTH(atan)
TERRELLA_BOTH(sinh) TERRELLA_BOTH(cosh) TERRELLA_BOTH(tanh)
TERRELLA_BOTH(asinh) TERRELLA_BOTH(acosh) TERRELLA_BOTH(atanh)
#undef TERRELLA_BOTH
    // clang-format on
    using std::atan2,
    std::cbrt, std::erf, std::erfc, std::expm1, std::hypot, std::log1p, std::log2;
inline Complex expm1(Complex z) { return std::exp(z.v) - Real(1); }
inline Complex log1p(Complex z) { return std::log(Real(1) + z.v); }

inline Real floor(Real x) { return std::floor(x); }
inline Real ceil(Real x) { return std::ceil(x); }
inline Real round(Real x) { return std::nearbyint(x); }  // halves to even
inline Integer floor(Integer n) { return n; }
inline Integer ceil(Integer n) { return n; }
inline Integer round(Integer n) { return n; }
inline Real sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }
inline Real softplus(Real x) { return std::log(1 + std::exp(x)); }

inline Real abs(Real x) { return std::fabs(x); }
inline Integer abs(Integer n) { return n < 0 ? -n : n; }
inline Real abs(Complex z) { return std::abs(z.v); }
inline Real sign(Real x) { return x == 0 ? 0 : std::copysign(Real(1), x); }
inline Integer sign(Integer n) { return n == 0 ? 0 : n > 0 ? 1 : -1; }
inline Complex sign(Complex z) { return std::polar(Real(1), std::arg(z.v)); }
inline Real real(Real x) { return x; }
inline Integer real(Integer x) { return x; }
inline Real real(Complex z) { return z.v.real(); }
inline Real imag(Real) { return 0; }
inline Integer imag(Integer) { return 0; }
inline Real imag(Complex z) { return z.v.imag(); }
inline Real conj(Real x) { return x; }
inline Integer conj(Integer x) { return x; }
inline Complex conj(Complex z) { return std::conj(z.v); }
inline Real arg(Real x) { return std::arg(std::complex<Real>(x)); }
inline Real arg(Complex z) { return std::arg(z.v); }

inline bool isnan(Integer) { return false; }
inline bool isinf(Integer) { return false; }
inline bool isfinite(Integer) { return true; }
inline bool isnan(Real x) { return std::isnan(x); }
inline bool isinf(Real x) { return std::isinf(x); }
inline bool isfinite(Real x) { return std::isfinite(x); }
inline bool isnan(Complex z) { return std::isnan(z.v.real()) || std::isnan(z.v.imag()); }
inline bool isinf(Complex z) { return std::isinf(z.v.real()) || std::isinf(z.v.imag()); }
inline bool isfinite(Complex z) { return !isnan(z) && !isinf(z); }

inline Real pow(Real x, Real y) { return std::pow(x, y); }
inline Complex pow(Complex x, Complex y) { return std::exp(y.v * std::log(x.v)); }
template <class T>
requires std::is_arithmetic_v<T> T minimum(T x, T y) { return x != x || x < y ? x : y; }
template <class T>
requires std::is_arithmetic_v<T> T maximum(T x, T y) { return x != x || x > y ? x : y; }
inline Real floor_divide(Real x, Real y) { return std::floor(x / y); }
inline Real remainder(Real x, Real y) { return x - y * std::floor(x / y); }
inline Integer floor_divide(Integer x, Integer y) {
  return static_cast<Integer>(std::floor(static_cast<Real>(x) / static_cast<Real>(y)));
}
inline Integer remainder(Integer x, Integer y) { return x - y * floor_divide(x, y); }

// Names of operations that have another name in the standard library.
inline Real power(Real x, Real y) { return pow(x, y); }
inline Complex power(Complex x, Complex y) { return pow(x, y); }
inline Real rsqrt(Real x) { return std::pow(x, Real(-0.5)); }
inline Complex rsqrt(Complex x) { return std::pow(x.v, Real(-0.5)); }
inline Real square(Real x) { return std::pow(x, Real(2)); }
inline Real reciprocal(Real x) { return std::pow(x, Real(-1)); }

}  // namespace terrella::test::reference
