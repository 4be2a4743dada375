// core/backend/cpu/math/error_function.h: erf, odd in x up to 1; beyond 1 - exp(-g(x)), g = -log erfc a polynomial.
// erfc without cancellation: (1 + 2x) exp(x^2) erfc(x) is smooth in (x - 15/4) / (x + 15/4) (Shepherd and Laframboise
// 1981).
#pragma once
#include "core/backend/cpu/math/exponential.h"

inline double small_erf(double a) {  // 0 <= a <= 1; 2^-62 of a
  const double z = a * a;
  const double tail =
      polynomial(z, -3.761263890318375e-1, 1.128379167095493e-1, -2.6866170645084489e-2, 5.2239776248820355e-3,
                 -8.5483269841014679e-4, 1.2055331220025574e-4, -1.4925597673505969e-5, 1.6461036567127326e-6,
                 -1.6350673248517249e-7, 1.466207571879668e-8, -1.1381326383002098e-9, 5.9709035356406604e-11);
  return a + a * multiply_add(z, tail, 0.1283791670955125739);  // 2 / sqrt(pi) - 1
}

inline double erf(double x) {
  const double a = magnitude(x), near = small_erf(a), b = a > 5.95 ? 5.95 : a;
  const double g =
      polynomial(b, 2.8926600768384701e-8, 1.1283789041243662, 6.3662079009187431e-1, 1.0277064827974583e-1,
                 -1.9127695526338825e-2, -2.0284346435805337e-4, 1.6756025531313204e-3, -5.5295194246556174e-4,
                 -2.1571671047539374e-5, 1.1052495811084494e-4, -6.463734776942166e-5, 2.4232459212248643e-5,
                 -6.7693100232468193e-6, 1.4660357035478033e-6, -2.4742652342379648e-7, 3.2088599665256010e-8,
                 -3.0964920223669065e-9, 2.0963031297960482e-10, -8.8861798814805504e-12, 1.7744018623192941e-13);
  const Exponential<double> e = exponential_of(-g);
  const double scale = power_of_two(e.n), far = 1 - (scale + scale * e.high);
  return with_sign_of(x, a < 1 ? near : far);
}

inline float erf(float x) {
  const double a = magnitude(static_cast<double>(x)), z = a * a;
  const double small = polynomial(z, -3.7612630720317666e-1, 1.1283629883051071e-1, -2.6855484239808711e-2,
                                  5.1912918651642575e-3, -8.0350318352840863e-4, 7.9331081288769055e-5);
  const double near = a + a * multiply_add(z, small, 0.1283791670955125739);
  const double b = a > 4 ? 4 : a;
  const double g =
      polynomial(b, -1.2485115828053166e-4, 1.129201409572628, 6.3420202878035794e-1, 1.0695331981592811e-1,
                 -2.3829355170963526e-2, 3.3561724647004129e-3, -1.0022419581561868e-4, -6.4704731063925382e-5,
                 1.2501956119918178e-5, -7.87422694568796e-7);
  const ShortExponential e = short_exponential_of(-g);
  return with_sign_of(x, static_cast<float>(a < 1 ? near : 1 - (e.scale + e.scale * e.less_one)));
}

inline double erfc(double x) {
  const double a = magnitude(x), b = a > 28 ? 28 : a;
  const double t = (b - 3.75) / (b + 3.75);
  const double tail =
      t * polynomial(t, -0.14024059858554702, 0.0035854154854637367, 0.08227673849015031, -0.1088039301417116,
                     0.09230432116023228, -0.058693398590407855, 0.028362277420784274, -0.009746579550020168,
                     0.0017556258411070029, 0.00029371361887099555, -0.0002901540419632848, 5.164925580394086e-05,
                     2.238420153203014e-05, -1.1444419071472732e-05, -9.737252747078513e-07, 1.751699505804297e-06,
                     -5.6532082679435864e-08, -2.579425190992501e-07, 2.2125078961449922e-08, 3.719009163899966e-08,
                     -2.810763631977175e-09, -3.901602492257303e-09);
  const Pair<double> smooth = sum_of_ordered(1.2375126308378275, tail + 1.0527592616194359e-16);
  const double square = b * b, rest = rest_of_product(b, b, square);
  const Exponential<double> e = exponential_of(-square);
  const Pair<double> power = sum_of_ordered(1.0, e.high), below = exact_sum(1.0, 2 * b);
  const double fraction = quotient(smooth, below);
  const double product = fraction * power.value + fraction * (power.rest + (e.low - rest * power.value));
  const long half = static_cast<long>(static_cast<unsigned long>(e.n) >> 1);
  const double far = product * power_of_two(half) * power_of_two(e.n - half);
  const double beyond = x < 0 ? 2 - far : far;
  return a < 0.45 ? 1 - with_sign_of(x, small_erf(a)) : beyond;
}

inline float erfc(float x) {
  const double a = magnitude(static_cast<double>(x)), b = a > 10.5 ? 10.5 : a, t = (b - 3.75) / (b + 3.75);
  const double smooth =
      polynomial(t, 1.237512630929817, -0.14024058369390918, 0.0035854037688340893, 0.08227597734795851,
                 -0.10880411637781019, 0.09231509613862143, -0.05868339103190307, 0.028305974536160947,
                 -0.009833744430990861, 0.0018363058069192388, 0.0005174163619273769, -0.00019857160711053606);
  const ShortExponential e = short_exponential_of(-b * b);
  const double tail = smooth / (1 + 2 * b) * (e.scale + e.scale * e.less_one);
  return static_cast<float>(x < 0 ? 2 - tail : tail);
}
