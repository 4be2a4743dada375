// core/backend/cpu/math/logarithm.h: x = 2^n (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); with s = f / (2 + f),
// log(1 + f) = log((1 + s) / (1 - s)) is odd in s.
#pragma once
#include "core/backend/cpu/math/exponential.h"

struct Mantissa {
  double f, n;
};
inline Mantissa mantissa_of(double x) {           // of normal numbers
  const unsigned long half = 0x3fe6a09e667f3bcd;  // sqrt(1/2)
  const auto bits = static_cast<unsigned long>(bits_of(x)), above = bits - half;
  const unsigned long exponent = (above + (1023ul << 52)) >> 52;  // n + 1023
  return {from_bits(static_cast<long>(bits - (above & (0xffful << 52)))) - 1,
          from_bits(static_cast<long>(exponent | bits_of(0x1p52))) - (0x1p52 + 1023)};
}

/// log(1 + f) - f + f^2/2, of |s| <= 0.1716: 2^-58 of log(1 + f).
inline double after_square(double f) {
  const double s = f / (2 + f), z = s * s;
  return s * (0.5 * f * f + z * polynomial(z, 6.6666666666667354e-1, 3.9999999999407483e-1, 2.8571428744143643e-1,
                                           2.2222198378197362e-1, 1.8183575181214547e-1, 1.5313755341262997e-1,
                                           1.4799070391806299e-1));
}

/// What the limits and the numbers that are none give.
template <class T>
inline T logarithm_or_limit(T x, T logarithm) {
  const T infinite = __builtin_inff();
  const T positive = x == infinite ? x : logarithm;
  const T signed_ = x < 0 ? T(__builtin_nanf("")) : x == 0 ? -infinite : positive;
  return x != x ? x : signed_;
}

struct Normal {
  double x, shift;  // the number is 2^shift x
};
inline Normal normal(double x) {
  const bool small = x < 0x1p-1022;
  return {small ? x * 0x1p54 : x, small ? -54.0 : 0.0};
}

constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;

inline double log(double x) {
  const Normal at = normal(x);
  const Mantissa m = mantissa_of(at.x);
  const double n = m.n + at.shift, square = 0.5 * m.f * m.f;
  return logarithm_or_limit(x, n * ln2_high - ((square - (after_square(m.f) + n * ln2_low)) - m.f));
}

/// log(1 + x): with u = 1 + x rounded, log(u) + (1 + x - u) / u.
inline double log1p(double x) {
  const double u = 1 + x, rest = exact_sum(1.0, x).rest;
  const Mantissa m = mantissa_of(u);
  const double square = 0.5 * m.f * m.f;
  const double sum = m.n * ln2_high - ((square - (after_square(m.f) + (m.n * ln2_low + rest / u))) - m.f);
  return magnitude(x) < 0x1p-54 ? x : logarithm_or_limit(u, sum);
}

inline double log2(double x) {
  const Normal at = normal(x);
  const Mantissa m = mantissa_of(at.x);
  const Pair<double> sum = sum_of_ordered(m.f, after_square(m.f) - 0.5 * m.f * m.f);
  const double high = 1.442695040888963387, low = 2.035527374093103205e-17, product = sum.value * high;
  const double rest = rest_of_product(sum.value, high, product) + (sum.value * low + sum.rest * high);
  const Pair<double> all = exact_sum(m.n + at.shift, product);
  return logarithm_or_limit(x, all.value + (all.rest + rest));
}

inline double log10(double x) {
  const Normal at = normal(x);
  const Mantissa m = mantissa_of(at.x);
  const double n = m.n + at.shift;
  const Pair<double> sum = sum_of_ordered(m.f, after_square(m.f) - 0.5 * m.f * m.f);
  const double high = 0.43429448190325181667, low = 1.0983196502167651099e-17, product = sum.value * high;
  const double rest = rest_of_product(sum.value, high, product) + (sum.value * low + sum.rest * high);
  const Pair<double> all = exact_sum(n * 0x1.34413508p-2, product);
  return logarithm_or_limit(x, all.value + (all.rest + (rest + n * 0x1.f79fef311f12bp-34)));
}

/// ln(1 + f) for results in f32, without a division: 2^-30 of f.
inline double short_log1p(double f) {
  return f + f * f *
                 polynomial(f, -5.0000000001279708e-1, 3.3333310527649743e-1, -2.4999986458958408e-1,
                            2.0002221700346379e-1, -1.6669253135681248e-1, 1.4218745779613477e-1,
                            -1.2384363135426491e-1, 1.187240859462419e-1, -1.1789518830166883e-1,
                            6.9162066678242937e-2);
}
inline double short_log(double x) {
  const Mantissa m = mantissa_of(x);
  return m.n * 0.69314718055994530942 + short_log1p(m.f);
}
inline double short_log_of_one_and(double x) {
  return magnitude(x) < 0x1p-14 ? x - 0.5 * x * x : logarithm_or_limit(1 + x, short_log(1 + x));
}
inline float log(float x) { return logarithm_or_limit(x, static_cast<float>(short_log(x))); }
inline float log1p(float x) { return x == 0 ? x : static_cast<float>(short_log_of_one_and(x)); }
inline float log2(float x) {
  const Mantissa m = mantissa_of(x);
  return logarithm_or_limit(x, static_cast<float>(m.n + short_log1p(m.f) * 1.4426950408889634074));
}
inline float log10(float x) { return logarithm_or_limit(x, static_cast<float>(short_log(x) * 0.43429448190325182765)); }

/// log(1 + e^x), for large x too.
inline double softplus(double x) { return (x > 0 ? x : 0) + log1p(exp(-magnitude(x))); }
inline float softplus(float x) {
  const ShortExponential e = short_exponential_of(-magnitude(x));
  return static_cast<float>((x > 0 ? x : 0) + short_log_of_one_and(e.scale + e.scale * e.less_one));
}

inline float asinh(float x) {
  const double a = magnitude(static_cast<double>(x)), square = a * a;
  const double sum = short_log_of_one_and(a + square / (1 + __builtin_sqrt(1 + square)));
  return with_sign_of(x, a == __builtin_inf() ? __builtin_inff() : static_cast<float>(sum));
}
inline float acosh(float x) {
  const double above = static_cast<double>(x) - 1;
  const double sum = short_log_of_one_and(above + __builtin_sqrt(above * (above + 2)));
  return above < 0 ? __builtin_nanf("") : static_cast<float>(sum);
}
inline float atanh(float x) {
  const double a = magnitude(static_cast<double>(x));
  return with_sign_of(x, static_cast<float>(0.5 * short_log_of_one_and(2 * a / (1 - a))));
}

/// e^(y log|x|) with the sign and the limits of C's pow. The logarithm is that of f64, since y makes its error larger.
inline float pow(float x, float y) {
  const double wide = y, bounded = wide > 0x1p30 ? 0x1p30 : wide < -0x1p30 ? -0x1p30 : wide;  // then as even as y
  const double shifted = bounded + to_integer<double>;
  const bool integer = shifted - to_integer<double> == bounded, odd = integer && (bits_of(shifted) & 1);
  const float a = magnitude(x);
  const bool one = y == 0 || x == 1 || (a == 1 && magnitude(y) == __builtin_inff());
  const ShortExponential e = short_exponential_of(one ? 0 : wide * log(static_cast<double>(a)));
  const float power = static_cast<float>(e.scale + e.scale * e.less_one);
  const float signed_ = odd && bits_of(x) < 0 ? -power : power;
  const bool none = x < 0 && a < __builtin_inff() && !integer && !one;
  return none ? __builtin_nanf("") : signed_;
}
