// core/backend/cpu/math/exponential.h: exp and what follows from it. x = n ln 2 + r with |r| <= ln(2)/2, and
// e^x - 1 = 2^n (e^r - 1) + (2^n - 1), where nothing cancels.
#pragma once
#include "core/backend/cpu/math/number.h"

template <class T>
struct Exponential {  // of r
  T high, low;        // e^r - 1
  decltype(bits_of(T())) n;
};

inline double power_of_two(long n) { return from_bits((n + 1023) << 52); }
inline float power_of_two(int n) { return from_bits((n + 127) << 23); }

/// r^2 (1/2 + r/6 + ..) for |r| <= ln(2)/2, as exact as f64 (2^-55.6 of r) and f32 (2^-32 of r) ask for.
inline double after_linear(double r) {
  return r * r *
         polynomial(r, 5.0000000000000055e-1, 1.6666666666666686e-1, 4.1666666666573797e-2, 8.3333333333147674e-3,
                    1.3888888932362274e-3, 1.9841269902661695e-4, 2.480150443483735e-5, 2.755722826803191e-6,
                    2.7626339885187086e-7, 2.511437918961909e-8);
}
template <class T>
inline T after_linear_short(T r) {
  return r * r *
         polynomial(r, T(5.0000000462910314e-1), T(1.6666666816985175e-1), T(4.166635480475524e-2),
                    T(8.3332730585004432e-3), T(1.3941011433127374e-3), T(1.9914172411435533e-4));
}
inline float after_linear(float r) { return after_linear_short(r); }

/// Of an x whose 2^n fits; the low bits of n count.
template <class T>
inline Exponential<T> exponential_of(T x) {
  // ln 2 in two parts, of which the first has room for the bits of n.
  constexpr T high = sizeof(T) == 4 ? T(0x1.62e4p-1) : T(0x1.62e42feep-1);
  constexpr T low = sizeof(T) == 4 ? T(0x1.7f7d1cf79abcap-20) : T(0x1.a39ef35793c76p-33);
  const T shifted = multiply_add(x, T(1.4426950408889634074), to_integer<T>), n = shifted - to_integer<T>;
  const T first = x - n * high, second = n * low, r = first - second, rest = (first - r) - second;
  const Pair<T> sum = sum_of_ordered(r, after_linear(r) + rest);
  return {sum.value, sum.rest, bits_of(shifted)};
}

/// The same for results in f32, x within f32's range.
struct ShortExponential {
  double less_one, scale;  // e^x = scale (1 + less_one)
};
inline ShortExponential short_exponential_of(double x) {
  const double bounded = x > 120 ? 120 : x < -120 ? -120 : x;
  const double shifted = multiply_add(bounded, 1.4426950408889634074, to_integer<double>);
  const double n = shifted - to_integer<double>;
  const double r = multiply_add(-n, 0.69314718055994530942, bounded);
  return {r + after_linear_short(r), power_of_two(bits_of(shifted))};
}

inline double exp(double x) {
  const double bounded = x > 710 ? 710 : x < -746 ? -746 : x;
  const Exponential<double> e = exponential_of(bounded);
  // The bits of n hold to_integer too, which is even: a shift to the right halves n, towards minus infinity.
  const long half = static_cast<long>(static_cast<unsigned long>(e.n) >> 1);
  return (1 + e.high) * power_of_two(half) * power_of_two(e.n - half);
}
inline float exp(float x) {
  const ShortExponential e = short_exponential_of(x);
  return static_cast<float>(e.scale + e.scale * e.less_one);
}

/// e^x - 1 over 2 for |x| <= 710: what is halved fits.
inline Pair<double> half_expm1(double x) {
  const Exponential<double> e = exponential_of(x);
  const double scale = power_of_two(e.n - 1), high = scale * e.high;
  const Pair<double> sum = sum_of_ordered(scale - 0.5, high);
  return {sum.value, sum.rest + scale * e.low};
}

inline double expm1(double x) {
  const double bounded = x > 710 ? 710 : x < -50 ? -50 : x;
  const Pair<double> half = half_expm1(bounded);
  return magnitude(x) < 0x1p-54 ? x : 2 * half.value + 2 * half.rest;
}
inline float expm1(float x) {
  const ShortExponential e = short_exponential_of(x);
  return magnitude(x) < 0x1p-25f ? x : static_cast<float>(e.scale * e.less_one + (e.scale - 1));
}

/// (e^2x - 1) / (e^2x + 1).
template <class T>
inline T real_tanh(T x) {
  const T a = magnitude(x), bounded = a > (sizeof(T) == 4 ? T(10) : T(20)) ? (sizeof(T) == 4 ? T(10) : T(20)) : a;
  const Exponential<T> e = exponential_of(2 * bounded);
  const T scale = power_of_two(e.n);
  Pair<T> top = sum_of_ordered(scale - 1, scale * e.high);
  top.rest += scale * e.low;
  Pair<T> below = exact_sum(T(2), top.value);
  below.rest += top.rest;
  return with_sign_of(x, quotient(top, below));
}
inline double tanh(double x) { return real_tanh(x); }
inline float tanh(float x) { return real_tanh(x); }

inline double sinh(double x) {
  const double a = magnitude(x), bounded = a > 710.6 ? 710.6 : a;
  const Exponential<double> e = exponential_of(bounded);
  const double scale = power_of_two(e.n - 2);
  const Pair<double> quarter = sum_of_ordered(scale - 0.25, scale * e.high);  // of e^x - 1; sinh may be its half
  const double low = quarter.rest + scale * e.low;
  const double sum = quarter.value + (quarter.value / (4 * quarter.value + 1) + low);
  return a < 0x1p-28 ? x : with_sign_of(x, 2 * sum);
}
inline float sinh(float x) {
  const float a = magnitude(x);
  const ShortExponential e = short_exponential_of(a);
  const double less_one = e.scale * e.less_one + (e.scale - 1);
  const double sum = 0.5 * (less_one + less_one / (less_one + 1));
  return a < 0x1p-13f ? x : with_sign_of(x, static_cast<float>(sum));
}

inline double cosh(double x) {
  const double a = magnitude(x), bounded = a > 710.6 ? 710.6 : a;
  const Exponential<double> e = exponential_of(bounded);
  const double quarter = power_of_two(e.n - 2) * (1 + e.high);
  return 2 * (quarter + 0.0625 / quarter);
}
inline float cosh(float x) {
  const ShortExponential e = short_exponential_of(magnitude(x));
  const double power = e.scale + e.scale * e.less_one;
  return static_cast<float>(0.5 * (power + 1 / power));
}

/// 1 / (1 + e^-x), by the exponential that does not overflow.
inline double sigmoid(double x) {
  const double e = exp(-magnitude(x)), below = 1 + e;
  return quotient<double>({x < 0 ? e : 1, 0}, {below, (1 - below) + e});
}
inline float sigmoid(float x) {
  const ShortExponential e = short_exponential_of(-x);
  return static_cast<float>(1 / (1 + (e.scale + e.scale * e.less_one)));
}
