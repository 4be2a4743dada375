// tests/elec/mt1d/reference.h: the textbook form of Wait's recursion with about 32 digits, and first derivatives by
// dual numbers. Shares no formula with the kernel; what cancels here has digits to spare.
#pragma once
#include <cmath>
#include <complex>
#include <vector>

namespace reference {

__extension__ typedef __float128 Real;

// Constants as a double and what it lacks.
inline const Real pi = Real(3.141592653589793116) + Real(1.2246467991473531772e-16);
inline const Real ln_2 = Real(0.69314718055994528623) + Real(2.3190468138462996155e-17);
inline const Real mu_0 = 4 * pi / 10000000;

inline Real sqrt(Real a) {  // Newton, from 19 digits
  if (a == 0) return 0;
  const Real x = std::sqrt(static_cast<long double>(a));
  return (x + a / x) / 2;
}
inline Real exp_minus(Real y) {
  if (y > 11000) return 0;  // below the smallest number
  const auto k = static_cast<int>(std::lround(static_cast<double>(y / ln_2)));
  const Real g = (k * ln_2 - y) / 256;
  Real sum = 1, term = 1;
  for (int n = 1; n < 18; ++n) sum += term *= g / n;
  for (int n = 0; n < 8; ++n) sum *= sum;
  for (int n = 0; n < k; ++n) sum /= 2;
  return sum;
}
/// cos y and sin y, 0 <= y <= 11000.
inline void cos_sin(Real y, Real& c, Real& s) {
  const auto n = std::lround(static_cast<double>(y / (pi / 2)));
  const Real a = y - n * (pi / 2);
  Real cos_a = 0, sin_a = 0, term = 1;
  for (int k = 0; k < 36; k += 4) {
    cos_a += term, term *= a / (k + 1);
    sin_a += term, term *= a / (k + 2);
    cos_a -= term, term *= a / (k + 3);
    sin_a -= term, term *= a / (k + 4);
  }
  c = n % 4 == 0 ? cos_a : n % 4 == 1 ? -sin_a : n % 4 == 2 ? -cos_a : sin_a;
  s = n % 4 == 0 ? sin_a : n % 4 == 1 ? cos_a : n % 4 == 2 ? -sin_a : -cos_a;
}

struct Complex {
  Real re, im;
};
inline Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
inline Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
inline Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
inline Complex operator/(Complex a, Complex b) {
  const Real n = b.re * b.re + b.im * b.im;
  return {(a.re * b.re + a.im * b.im) / n, (a.im * b.re - a.re * b.im) / n};
}
inline Real abs(Complex a) { return sqrt(a.re * a.re + a.im * a.im); }

/// A value and its derivative along one direction.
struct Dual {
  Complex value, dot;
};
inline Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.dot + b.dot}; }
inline Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.dot - b.dot}; }
inline Dual operator*(Dual a, Dual b) { return {a.value * b.value, a.dot * b.value + a.value * b.dot}; }
inline Dual operator/(Dual a, Dual b) {
  const Complex y = a.value / b.value;
  return {y, (a.dot - y * b.dot) / b.value};
}
inline Dual number(Real value, Real dot = 0) { return {{value, 0}, {dot, 0}}; }

/// sqrt(i a) = (1+i) sqrt(a/2), a real.
inline Dual sqrt_i(Dual a) {
  const Real y = sqrt(a.value.re / 2), d = y == 0 ? Real(0) : a.dot.re / (4 * y);
  return {{y, y}, {d, d}};
}
/// exp(-2 a), a = (1+i) x.
inline Dual exp_minus_twice(Dual a) {
  const Real y = 2 * a.value.re, decay = exp_minus(y);
  if (decay == 0) return number(0);
  Real c, s;
  cos_sin(y, c, s);
  const Complex e = {decay * c, -decay * s};
  return {e, Complex{-2, 0} * a.dot * e};
}

struct Model {
  std::vector<double> resistivity, thickness;
};
inline Model zero(const Model& m) {
  return {std::vector<double>(m.resistivity.size()), std::vector<double>(m.thickness.size())};
}

/// Z and dZ along (resistivity_dot, thickness_dot, frequency_dot).
inline Dual impedance(const Model& m, double frequency, const Model& dot, double frequency_dot) {
  const Dual wm = number(2 * pi * mu_0 * Real(frequency), 2 * pi * mu_0 * Real(frequency_dot));
  const auto rho = [&](std::size_t j) { return number(m.resistivity[j], dot.resistivity[j]); };
  std::size_t j = m.resistivity.size() - 1;
  Dual z = sqrt_i(wm * rho(j));
  while (j-- > 0) {
    const Dual w = sqrt_i(wm * rho(j)), k = sqrt_i(wm / rho(j));
    const Dual e = exp_minus_twice(k * number(m.thickness[j], dot.thickness[j]));
    // z = w (z + w t) / (w + z t) with t = tanh(k h) = (1 - e) / (1 + e)
    z = w * ((z + w) + (z - w) * e) / ((z + w) - (z - w) * e);
  }
  return z;
}
inline Complex impedance(const Model& m, double frequency) { return impedance(m, frequency, zero(m), 0).value; }

/// |a - b| / |b|, 0 where both are zero.
inline double relative_error(std::complex<double> a, Complex b) {
  const Real difference = abs(Complex{a.real(), a.imag()} - b);
  return difference == 0 ? 0.0 : static_cast<double>(difference / abs(b));
}

}  // namespace reference
