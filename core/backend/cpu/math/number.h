// core/backend/cpu/math/number.h: what the functions beside it are made of. All of them are free of branches and of
// tables, so that the compiler makes vector loops of them for every instruction set, and they use fused multiply-adds
// only where they say so: kernels that include them are compiled with -ffp-contract=off. A lane of a vector and a
// number alone then get the same operations, thus the same bits.
//
// Included by scalar.h inside the unnamed namespace of a kernel: plain C types and compiler builtins. Polynomials are
// minimax (Remez, 45 digits, on the interval named beside them), errors are measured by
// tests/core/backend/math_test.cpp and stated in docs/mathematics.md. f32 is computed in f64 and rounded once, except
// where speed matters most.
#pragma once

inline long bits_of(double x) { return __builtin_bit_cast(long, x); }
inline int bits_of(float x) { return __builtin_bit_cast(int, x); }
inline double from_bits(long n) { return __builtin_bit_cast(double, n); }
inline float from_bits(int n) { return __builtin_bit_cast(float, n); }

/// a b + c, rounded once where the instruction set has it.
template <class T>
inline T multiply_add(T a, T b, T c) {
#ifdef __FMA__
  if constexpr (sizeof(T) == 4)
    return __builtin_fmaf(a, b, c);
  else
    return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// c0 + c1 x + c2 x^2 + ..
template <class T>
inline T polynomial(T, T c) {
  return c;
}
template <class T, class... More>
inline T polynomial(T x, T c, More... more) {
  return multiply_add(x, polynomial(x, more...), c);
}

/// A number and what rounding took from it.
template <class T>
struct Pair {
  T value, rest;
};

/// a + b for |a| >= |b|, or a = 0.
template <class T>
inline Pair<T> sum_of_ordered(T a, T b) {
  const T s = a + b;
  return {s, (a - s) + b};
}

/// a + b.
template <class T>
inline Pair<T> exact_sum(T a, T b) {
  const T s = a + b, part = s - a;
  return {s, (a - (s - part)) + (b - part)};
}

/// a b - c, exact but for its own rounding, where c is a b rounded.
template <class T>
inline T rest_of_product(T a, T b, T c) {
#ifdef __FMA__
  return multiply_add(a, b, -c);
#else
  constexpr T split = sizeof(T) == 4 ? T(4097) : T(134217729);  // Dekker (1971): halves whose products are exact
  const T p = a * split, q = b * split, a_high = p - (p - a), b_high = q - (q - b);
  const T a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - c) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/// (a + a') / (b + b') with one division, right but for the last rounding.
template <class T>
inline T quotient(Pair<T> a, Pair<T> b) {
  const T inverse = 1 / b.value, q = a.value * inverse, product = q * b.value;
  const T rest = ((a.value - product) - rest_of_product(q, b.value, product)) + (a.rest - q * b.rest);
  return multiply_add(rest, inverse, q);
}

inline double magnitude(double x) { return __builtin_fabs(x); }
inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double with_sign_of(double x, double positive) {
  return from_bits(bits_of(positive) | (bits_of(x) & bits_of(-0.0)));
}
inline float with_sign_of(float x, float positive) {
  return from_bits(bits_of(positive) | (bits_of(x) & bits_of(-0.0f)));
}

/// Adding it rounds to an integer, which then stands in the low bits.
template <class T>
inline constexpr T to_integer = sizeof(T) == 4 ? T(12582912.0) : T(6755399441055744.0);  // 1.5 times 2^23, 2^52
