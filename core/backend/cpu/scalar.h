// core/backend/cpu/scalar.h: scalar functions that the bodies of elementwise.def call, for real and complex numbers.
// Included by kernel files only, inside their unnamed namespace: plain C types and compiler builtins, no std, so that
// nothing compiled for AVX-512 is shared with the rest (docs/architecture.md).
#include "core/backend/cpu/math/circle.h"
#include "core/backend/cpu/math/error_function.h"
#include "core/backend/cpu/math/exponential.h"
#include "core/backend/cpu/math/logarithm.h"

__extension__ typedef __complex__ float c64;
__extension__ typedef __complex__ double c128;

// One line each, as in a table.
// clang-format off
template <class T> struct RealOf { using type = T; };
template <> struct RealOf<c64> { using type = float; };
template <> struct RealOf<c128> { using type = double; };
template <class T> using Real = typename RealOf<T>::type;

#define TERRELLA_REAL(name)                                          \
  inline float name(float x) { return __builtin_##name##f(x); }      \
  inline double name(double x) { return __builtin_##name(x); }
#define TERRELLA_COMPLEX(name)                                       \
  inline c64 name(c64 x) { return __builtin_c##name##f(x); }         \
  inline c128 name(c128 x) { return __builtin_c##name(x); }
#define TERRELLA_BOTH(name) TERRELLA_REAL(name) TERRELLA_COMPLEX(name)

TERRELLA_BOTH(sqrt) TERRELLA_COMPLEX(asin) TERRELLA_COMPLEX(acos)
TERRELLA_COMPLEX(asinh) TERRELLA_COMPLEX(acosh) TERRELLA_COMPLEX(atanh)
TERRELLA_COMPLEX(exp) TERRELLA_COMPLEX(log) TERRELLA_COMPLEX(sin) TERRELLA_COMPLEX(cos) TERRELLA_COMPLEX(tan)
TERRELLA_COMPLEX(atan) TERRELLA_COMPLEX(sinh) TERRELLA_COMPLEX(cosh) TERRELLA_COMPLEX(tanh)
TERRELLA_REAL(floor) TERRELLA_REAL(ceil)
#undef TERRELLA_REAL
#undef TERRELLA_COMPLEX
#undef TERRELLA_BOTH

// What math/ does not hold is the C library's.
inline double asin(double x) { return __builtin_asin(x); }
inline double acos(double x) { return __builtin_acos(x); }
inline double asinh(double x) { return __builtin_asinh(x); }
inline double acosh(double x) { return __builtin_acosh(x); }
inline double atanh(double x) { return __builtin_atanh(x); }
inline double cbrt(double x) {  // the C library errs by three units; a step of Newton's with the exact cube mends it
  const bool small = magnitude(x) < 0x1p-600, large = magnitude(x) > 0x1p600;
  const double a = small ? x * 0x1p600 : large ? x * 0x1p-600 : x, y = __builtin_cbrt(a);
  if (y == 0 || !(magnitude(y) < __builtin_inf())) return y;
  const double square = y * y, cube = square * y;
  const double rest = rest_of_product(square, y, cube) + rest_of_product(y, y, square) * y;
  const double root = y - ((cube - a) + rest) / (3 * square);
  return small ? root * 0x1p-200 : large ? root * 0x1p200 : root;
}
inline float cbrt(float x) { return static_cast<float>(__builtin_cbrt(x)); }  // the f32 one errs by more than one

template <class T> inline T floor(T n) { return n; }
template <class T> inline T ceil(T n) { return n; }
inline float round(float x) { return __builtin_rintf(x); }
inline double round(double x) { return __builtin_rint(x); }
inline int round(int n) { return n; }
inline long round(long n) { return n; }

template <class C, class R> inline C complex_of(R re, R im) {
  C z;
  __real__ z = re;
  __imag__ z = im;
  return z;
}

inline c128 expm1(c128 z) {  // e^x cos y - 1 without cancellation near 0
  const double x = __real__ z, y = __imag__ z, s = __builtin_sin(0.5 * y);
  return complex_of<c128>(expm1(x) * __builtin_cos(y) - 2 * s * s, exp(x) * __builtin_sin(y));
}
inline c64 expm1(c64 z) { return static_cast<c64>(expm1(static_cast<c128>(z))); }
inline c128 log1p(c128 z) {
  const double x = __real__ z, y = __imag__ z;
  if (__builtin_fabs(x) > 0.5 || __builtin_fabs(y) > 0.5) return log(1.0 + z);
  return complex_of<c128>(0.5 * log1p(x * (2 + x) + y * y), __builtin_atan2(y, 1 + x));
}
inline c64 log1p(c64 z) { return static_cast<c64>(log1p(static_cast<c128>(z))); }
inline c128 log10(c128 z) { return log(z) * 0.43429448190325182765; }
inline c64 log10(c64 z) { return log(z) * 0.43429448190325182765f; }

inline int abs(int x) { return x < 0 ? -x : x; }
inline long abs(long x) { return x < 0 ? -x : x; }
inline float abs(float x) { return __builtin_fabsf(x); }
inline double abs(double x) { return __builtin_fabs(x); }
inline float abs(c64 x) { return __builtin_cabsf(x); }
inline double abs(c128 x) { return __builtin_cabs(x); }

template <class T> inline T sign(T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }  // x itself: 0, -0, NaN
inline c64 sign(c64 x) { const float r = abs(x); return r == 0 ? x : x / r; }
inline c128 sign(c128 x) { const double r = abs(x); return r == 0 ? x : x / r; }

template <class T> inline T real(T x) { return x; }
inline float real(c64 x) { return __real__ x; }
inline double real(c128 x) { return __real__ x; }
template <class T> inline T imag(T) { return T(0); }
inline float imag(c64 x) { return __imag__ x; }
inline double imag(c128 x) { return __imag__ x; }
template <class T> inline T conj(T x) { return x; }
inline c64 conj(c64 x) { return __builtin_conjf(x); }
inline c128 conj(c128 x) { return __builtin_conj(x); }
inline float arg(float x) { return __builtin_atan2f(0.0f, x); }
inline double arg(double x) { return __builtin_atan2(0.0, x); }
inline float arg(c64 x) { return __builtin_atan2f(__imag__ x, __real__ x); }
inline double arg(c128 x) { return __builtin_atan2(__imag__ x, __real__ x); }

template <class T> inline bool isnan(T x) { return x != x; }
inline bool isinf(int) { return false; }
inline bool isinf(long) { return false; }
inline bool isinf(float x) { return __builtin_isinf(x); }
inline bool isinf(double x) { return __builtin_isinf(x); }
inline bool isinf(c64 x) { return isinf(__real__ x) || isinf(__imag__ x); }
inline bool isinf(c128 x) { return isinf(__real__ x) || isinf(__imag__ x); }
template <class T> inline bool isfinite(T x) { return !isnan(x) && !isinf(x); }

inline double pow(double x, double y) { return __builtin_pow(x, y); }
inline c64 pow(c64 x, c64 y) { return y == 0 ? 1 : __builtin_cpowf(x, y); }  // 0 to the power 0 is 1, as for real numbers
inline c128 pow(c128 x, c128 y) { return y == 0 ? 1 : __builtin_cpow(x, y); }
inline float hypot(float x, float y) { return __builtin_hypotf(x, y); }
inline double hypot(double x, double y) { return __builtin_hypot(x, y); }

template <class T> inline T minimum(T x, T y) { return x < y || x != x ? x : y; }  // NaN in, NaN out
template <class T> inline T maximum(T x, T y) { return x > y || x != x ? x : y; }

// The rest is exact (fmod), so that it lies in [0, y) and floor_divide(x, y) y + remainder(x, y) is x, as in Python.
inline float fmod(float x, float y) { return __builtin_fmodf(x, y); }
inline double fmod(double x, double y) { return __builtin_fmod(x, y); }
template <class T> inline T floating_floor_divide(T x, T y) {
  if (y == 0) return x / y;
  const T rest = fmod(x, y), quotient = (x - rest) / y;
  return round(rest != 0 && (rest < 0) != (y < 0) ? quotient - 1 : quotient);
}
template <class T> inline T floating_remainder(T x, T y) {
  const T rest = fmod(x, y);
  return rest == 0 ? y < 0 ? -T(0) : T(0) : (rest < 0) != (y < 0) ? rest + y : rest;
}
inline float floor_divide(float x, float y) { return floating_floor_divide(x, y); }
inline double floor_divide(double x, double y) { return floating_floor_divide(x, y); }
template <class T> inline T floor_divide(T x, T y) {  // integers; division by zero gives 0 as numpy does, and never traps
  if (y == 0) return 0;
  if (y == -1) return static_cast<T>(0 - static_cast<unsigned long>(x));
  const T q = x / y;
  return q * y != x && ((x < 0) != (y < 0)) ? q - 1 : q;
}
inline float remainder(float x, float y) { return floating_remainder(x, y); }
inline double remainder(double x, double y) { return floating_remainder(x, y); }
template <class T> inline T remainder(T x, T y) {
  if (y == 0 || y == -1) return 0;
  const T r = x % y;
  return r != 0 && ((r < 0) != (y < 0)) ? r + y : r;
}
// clang-format on
