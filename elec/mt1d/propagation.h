// elec/mt1d/propagation.h: exp(-(1+i) y) on vectors of doubles, for impedance.kernel.cpp alone: everything is in an
// unnamed namespace, since each instruction set must keep its own copy.
#pragma once

namespace {

#if defined(__AVX512F__)
constexpr long lanes = 8;
#elif defined(__AVX2__)
constexpr long lanes = 4;
#else
constexpr long lanes = 2;
#endif

typedef double Vector __attribute__((vector_size(8 * lanes)));
typedef unsigned long long Bits __attribute__((vector_size(8 * lanes)));

inline Vector splat(double a) { return a - Vector{}; }
inline Vector madd(Vector a, Vector b, Vector c) { return a * b + c; }  // one instruction where the machine has it
inline Vector msub(Vector a, Vector b, Vector c) { return a * b - c; }

/// exp(-(1+i) y) = er - i mi and 1 - exp(-(1+i) y) = mr + i mi, each to about 2 ulp of its modulus: for small y the
/// latter is not the difference of two numbers near one.
struct Propagation {
  Vector er, mr, mi;
};

// Beyond this exp(-y) is below 1e-147 and its square, which derivatives need, still a normal number.
constexpr double y_max = 340.0;

inline Propagation propagate(Vector y) {
  const Vector round = splat(0x1.8p52);  // adding it leaves the nearest integer in the low bits
  y = y > y_max ? splat(y_max) : y;      // this way round a NaN stays one

  // exp(-y) = 2^-k (1 + p), p = expm1(g), |g| <= ln(2)/2. Both products with k are exact or nearly so: ln2_high has 40
  // bits.
  const double ln2_high = 0.6931471805592082, ln2_low = 7.371002565167799e-13;
  const Vector k_bits = madd(y, splat(1.4426950408889634), round);
  const Vector k = k_bits - round;
  const Vector g = madd(k, splat(ln2_low), msub(k, splat(ln2_high), y));
  Vector q = splat(2.511441913532233e-08);  // minimax of (expm1(g) - g) / g^2, 2e-17 relative in expm1
  q = madd(q, g, splat(2.762626950447259e-07));
  q = madd(q, g, splat(2.755722813082117e-06));
  q = madd(q, g, splat(2.480150460408897e-05));
  q = madd(q, g, splat(1.9841269902828903e-04));
  q = madd(q, g, splat(1.3888888932228768e-03));
  q = madd(q, g, splat(8.333333333314683e-03));
  q = madd(q, g, splat(4.1666666666574176e-02));
  q = madd(q, g, splat(1.6666666666666685e-01));
  q = madd(q, g, splat(5.000000000000006e-01));
  const Vector p = madd(g * g, q, g);
  const Vector scale = (Vector)((1023ULL - (Bits)k_bits) << 52);  // 2^-k; the high bits of `round` are shifted out
  const Vector decay = madd(scale, p, scale);                     // exp(-y)
  const Vector loss = (1.0 - scale) - scale * p;                  // 1 - exp(-y), exact where k = 0

  // y = n pi + a, |a| <= pi/2: sin y = +-sin a and 1 - cos y = 1 -+ 1 +- (1 - cos a), the lower sign for odd n.
  const double pi_high = 3.1415926535883045, pi_low = 1.4887094960973246e-12;
  const Vector n_bits = madd(y, splat(0.3183098861837907), round);
  const Vector n = n_bits - round;
  const Vector a = (y - n * pi_high) - n * pi_low;
  const Vector u = a * a;
  Vector s = splat(2.7212029060310716e-15);  // minimax of (sin(a)/a - 1) / a^2
  s = madd(s, u, splat(-7.64299438456919e-13));
  s = madd(s, u, splat(1.6058939828766197e-10));
  s = madd(s, u, splat(-2.50521068755455e-08));
  s = madd(s, u, splat(2.7557319211171644e-06));
  s = madd(s, u, splat(-1.9841269841209457e-04));
  s = madd(s, u, splat(8.333333333333194e-03));
  s = madd(s, u, splat(-1.6666666666666666e-01));
  s = madd(s * u, a, a);
  Vector c = splat(1.5172703488592496e-16);  // minimax of (1 - cos(a) - a^2/2) / a^4
  c = madd(c, u, splat(-4.777441794299691e-14));
  c = madd(c, u, splat(1.1470695594768139e-11));
  c = madd(c, u, splat(-2.0876756274780034e-09));
  c = madd(c, u, splat(2.7557319218058124e-07));
  c = madd(c, u, splat(-2.480158730156004e-05));
  c = madd(c, u, splat(1.3888888888888829e-03));
  c = madd(c, u, splat(-4.1666666666666664e-02));
  c = madd(c, u, splat(0.5)) * u;
  const Bits odd = (Bits)n_bits << 63;
  const Vector one = (Vector)((Bits)splat(1.0) | odd);  // +1 or -1
  const Vector versine = madd(one, c, 1.0 - one);       // 1 - cos y
  const Vector sine = (Vector)((Bits)s ^ odd);

  const Vector turned = decay * versine;
  return {decay - turned, loss + turned, decay * sine};
}

}  // namespace
