// core/backend/cpu/math/circle.h: sine, cosine, tangent of |x| <= most_radians, arc tangent of everything.
// x = n pi/2 + r with |r| <= pi/4. Beyond most_radians n has too many bits: kernels take such numbers, infinities and
// NaN out of the loop and ask the C library for long double (elementwise.kernel.cpp): in f64 it errs by 8 units in the
// last place at some of them.
#pragma once
#include "core/backend/cpu/math/number.h"

constexpr double most_radians = 800000;

template <class T>
inline bool many_radians(T x) {
  return !(magnitude(x) <= T(most_radians));
}

struct Octant {
  double r, rest;  // r + rest
  long n;          // its low two bits count
};
inline Octant octant_of(double x) {
  const double shifted = multiply_add(x, 0.63661977236758134308, to_integer<double>);
  const double n = shifted - to_integer<double>;
  // pi/2 in parts of 33 bits, so that their products with n are exact.
  const double first = x - n * 0x1.921fb544p+0;
  const Pair<double> second = exact_sum(first, n * -0x1.0b4611a6p-34);
  const Pair<double> third = exact_sum(second.value, n * -0x1.3198a2ep-69);
  const Pair<double> all = sum_of_ordered(third.value, second.rest + (third.rest - n * 0x1.b839a252049c1p-104));
  return {all.value, all.rest, bits_of(shifted)};
}

/// sin and cos of r + rest; 2^-58 of sin, 2^-64 of cos.
inline Pair<double> sine_of(double r, double rest) {
  const double z = r * r;
  const double tail = polynomial(z, 8.3333333333223152e-3, -1.9841269829725229e-4, 2.7557313662065058e-6,
                                 -2.5050753265456136e-8, 1.5896504983823976e-10);
  const double cube = r * z;
  return sum_of_ordered(r, cube * (-1.6666666666666632e-1 + z * tail) + (rest - 0.5 * z * rest));
}
inline Pair<double> cosine_of(double r, double rest) {
  const double z = r * r, half = 0.5 * z;
  const double tail = polynomial(z, 4.1666666666666599e-2, -1.3888888888873991e-3, 2.4801587289394931e-5,
                                 -2.7557314326031079e-7, 2.087571955866505e-9, -1.1359448674161492e-11);
  const Pair<double> first = sum_of_ordered(1.0, -half);
  const Pair<double> all = sum_of_ordered(first.value, first.rest + (z * z * tail - r * rest));
  return all;
}

/// sin(x + quarters pi/2)
inline double sine(double x, long quarters) {
  const Octant o = octant_of(x);
  const long n = o.n + quarters;
  const double s = sine_of(o.r, o.rest).value, c = cosine_of(o.r, o.rest).value;
  return from_bits(bits_of(n & 1 ? c : s) ^ (n & 2) << 62);
}
inline double sin(double x) { return x == 0 ? x : sine(x, 0); }
inline double cos(double x) { return sine(x, 1); }
inline double tan(double x) {
  const Octant o = octant_of(x);
  const Pair<double> s = sine_of(o.r, o.rest), c = cosine_of(o.r, o.rest);
  const bool odd = o.n & 1;
  const double q = quotient<double>({odd ? c.value : s.value, odd ? c.rest : s.rest},
                                    {odd ? s.value : c.value, odd ? s.rest : c.rest});
  return x == 0 ? x : odd ? -q : q;
}

/// For results in f32: 2^-37 of sin, 2^-33 of cos.
struct ShortOctant {
  double sine, cosine;
  long n;
};
inline ShortOctant short_octant_of(double x) {
  const double shifted = multiply_add(x, 0.63661977236758134308, to_integer<double>);
  const double n = shifted - to_integer<double>;
  const double r = (x - n * 0x1.921fb544p+0) - n * 6.0771005065061922e-11, z = r * r;
  return {r + r * z *
                  polynomial(z, -1.6666666641426962e-1, 8.3333293622985498e-3, -1.9839327138991251e-4,
                             2.7182372856967859e-6),
          1 - 0.5 * z + z * z * polynomial(z, 4.1666646752489138e-2, -1.3887361676714715e-3, 2.4437753946569368e-5),
          bits_of(shifted)};
}
inline float short_sine(float x, long quarters) {
  const ShortOctant o = short_octant_of(x);
  const long n = o.n + quarters;
  return static_cast<float>(from_bits(bits_of(n & 1 ? o.cosine : o.sine) ^ (n & 2) << 62));
}
inline float sin(float x) { return x == 0 ? x : short_sine(x, 0); }
inline float cos(float x) { return short_sine(x, 1); }
inline float tan(float x) {
  const ShortOctant o = short_octant_of(x);
  const bool odd = o.n & 1;
  const double q = (odd ? -o.cosine : o.sine) / (odd ? o.sine : o.cosine);
  return x == 0 ? x : static_cast<float>(q);
}

/// atan(q) - q of 0 <= q <= 1; 2^-55 and 2^-28 of q.
inline double arc_tail(double q) {
  const double z = q * q;
  return q * z *
         polynomial(z, -3.3333333333331994e-1, 1.9999999999774872e-1, -1.4285714272357403e-1, 1.1111110705599756e-1,
                    -9.0909016587202467e-2, 7.6922173258968614e-2, -6.6658922207267299e-2, 5.8774753308405244e-2,
                    -5.2398895338102799e-2, 4.6758993986399169e-2, -4.0970725119380535e-2, 3.4145352361246749e-2,
                    -2.5930837464866102e-2, 1.7084169463182773e-2, -9.2653722152751326e-3, 3.9004380899189027e-3,
                    -1.1807651571691769e-3, 2.2684828322294768e-4, -2.0662261484908156e-5);
}
inline double short_arc_tail(double q) {
  const double z = q * q;
  return q * z *
         polynomial(z, -3.3333301897893997e-1, 1.9998638657691496e-1, -1.4265245737025664e-1, 1.0957577823856855e-1,
                    -8.419463343842983e-2, 5.8234615387817807e-2, -3.1455760763472656e-2, 1.106447015981426e-2,
                    -1.8272190159468319e-3);
}

constexpr double right_angle = 1.570796326794896558, after_right_angle = 6.1232339957367658861e-17;

/// Beyond 1 as pi/2 - atan(1/x).
inline double atan(double x) {
  const double a = magnitude(x);
  const bool beyond = a > 1;
  const double q = (beyond ? 1 : a) / (beyond ? a : 1), tail = arc_tail(q);
  return with_sign_of(x, beyond ? right_angle - (q + (tail - after_right_angle)) : q + tail);
}
inline float atan(float x) {
  const double a = magnitude(static_cast<double>(x));
  const bool beyond = a > 1;
  const double q = (beyond ? 1 : a) / (beyond ? a : 1), of_q = q + short_arc_tail(q);
  return with_sign_of(x, static_cast<float>(beyond ? right_angle - of_q : of_q));
}

/// The smaller of two magnitudes over the larger; 0 of zeros, 1 of infinities, NaN of NaN.
inline double ratio_of(double a, double b) {
  const double low = a < b ? a : b, high = a < b ? b : a;
  const double q = low == high ? 1 : low / high, of_numbers = high == 0 ? 0 : q;
  return a != a || b != b ? a + b : of_numbers;
}
inline double atan2(double y, double x) {
  const double a = magnitude(y), b = magnitude(x), q = ratio_of(a, b), tail = arc_tail(q);
  const bool steep = a > b, left = bits_of(x) < 0;
  const double sum = q + tail;
  // Distance from the right angle or, twice that, from the straight one.
  const double upright =
      (left ? right_angle + (q + (tail + after_right_angle)) : right_angle - (q + (tail - after_right_angle)));
  const double flat = left ? 2 * right_angle - (q + (tail - 2 * after_right_angle)) : sum;
  return with_sign_of(y, steep ? upright : flat);
}
/// The same for results in f32.
inline double short_angle_of(double y, double x) {
  const double a = magnitude(y), b = magnitude(x), q = ratio_of(a, b);
  const bool steep = a > b, left = bits_of(x) < 0;
  const double angle = q + short_arc_tail(q), upright = right_angle + (left ? angle : -angle);
  return with_sign_of(y, steep ? upright : left ? 2 * right_angle - angle : angle);
}
inline float atan2(float y, float x) { return static_cast<float>(short_angle_of(y, x)); }
inline float asin(float x) {
  const double wide = x;
  return static_cast<float>(short_angle_of(wide, __builtin_sqrt((1 - wide) * (1 + wide))));
}
inline float acos(float x) {
  const double wide = x;
  return static_cast<float>(short_angle_of(__builtin_sqrt((1 - wide) * (1 + wide)), wide));
}
