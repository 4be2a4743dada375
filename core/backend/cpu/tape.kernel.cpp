// Conversions and selections, compiled once for each instruction set. See terrella_kernels in cmake/Terrella.cmake.
#include "core/backend/cpu/tape_kernels.h"

namespace {

struct Complex64 {
  float re, im;
};
struct Complex128 {
  double re, im;
};

template <class T>
struct RealOf {
  using type = T;
};
template <>
struct RealOf<Complex64> {
  using type = float;
};
template <>
struct RealOf<Complex128> {
  using type = double;
};
template <class T>
inline constexpr bool is_complex = !__is_same(T, typename RealOf<T>::type);
template <class T>
inline constexpr bool is_floating = __is_same(T, float) || __is_same(T, double);

template <class To, class From>
inline To converted(From x) {
  if constexpr (__is_same(To, From)) {
    return x;
  } else if constexpr (is_complex<From> && is_complex<To>) {
    using R = typename RealOf<To>::type;
    return {static_cast<R>(x.re), static_cast<R>(x.im)};
  } else if constexpr (is_complex<From>) {
    if constexpr (__is_same(To, bool))
      return x.re != 0 || x.im != 0;
    else
      return converted<To>(x.re);
  } else if constexpr (is_complex<To>) {
    return {static_cast<typename RealOf<To>::type>(x), 0};
  } else if constexpr (__is_same(To, bool)) {
    return x != From(0);
  } else if constexpr (!is_floating<To> && is_floating<From>) {
    // What does not fit has no defined conversion: it becomes the smallest integer, as x86 does it.
    constexpr From edge = static_cast<From>(1ul << (8 * sizeof(To) - 1));
    return x >= -edge && x < edge ? static_cast<To>(x) : static_cast<To>(1ul << (8 * sizeof(To) - 1));
  } else {
    return static_cast<To>(x);
  }
}

template <class From, class To>
void convert(const void* from, long stride_x, void* to, long stride_out, long n) {
  const From* x = static_cast<const From*>(from);
  To* out = static_cast<To*>(to);
  if (stride_out != 1) {
    for (long i = 0; i < n; ++i) out[i * stride_out] = converted<To>(x[i * stride_x]);
  } else if (stride_x == 1) {
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) out[i] = converted<To>(x[i]);
  } else if (stride_x == 0) {
    const To c = converted<To>(x[0]);
    for (long i = 0; i < n; ++i) out[i] = c;
  } else {
    for (long i = 0; i < n; ++i) out[i] = converted<To>(x[i * stride_x]);
  }
}

/// The loop of select() where each choice is as long as the output, or one value.
template <bool each_x, bool each_y, class T>
inline void choose(const bool* condition, const T* x, const T* y, T* out, long n) {
  const T one_x = x[0], one_y = y[0];
#pragma GCC ivdep
  for (long i = 0; i < n; ++i) {
    const T p = each_x ? x[i] : one_x, q = each_y ? y[i] : one_y;
    out[i] = condition[i] ? p : q;
  }
}

template <class T>
void select(const void* condition, long stride_c, const void* x, long stride_x, const void* y, long stride_y, void* to,
            long n) {
  const bool* c = static_cast<const bool*>(condition);
  const T* a = static_cast<const T*>(x);
  const T* b = static_cast<const T*>(y);
  T* out = static_cast<T*>(to);
  if (stride_c && stride_x && stride_y)
    choose<true, true>(c, a, b, out, n);
  else if (stride_c && stride_x)
    choose<true, false>(c, a, b, out, n);
  else if (stride_c && stride_y)
    choose<false, true>(c, a, b, out, n);
  else
    for (long i = 0; i < n; ++i) out[i] = c[i * stride_c] ? a[i * stride_x] : b[i * stride_y];
}

template <class From>
void fill_from(terrella::cpu::ConvertKernel* to) {
  to[0] = convert<From, bool>;
  to[1] = convert<From, int>;
  to[2] = convert<From, long>;
  to[3] = convert<From, float>;
  to[4] = convert<From, double>;
  to[5] = convert<From, Complex64>;
  to[6] = convert<From, Complex128>;
}

void fill(terrella::cpu::TapeTable* table) {
  fill_from<bool>(table->convert[0]);
  fill_from<int>(table->convert[1]);
  fill_from<long>(table->convert[2]);
  fill_from<float>(table->convert[3]);
  fill_from<double>(table->convert[4]);
  fill_from<Complex64>(table->convert[5]);
  fill_from<Complex128>(table->convert[6]);
  table->select[0] = select<bool>;
  table->select[1] = select<int>;
  table->select[2] = select<long>;
  table->select[3] = select<float>;
  table->select[4] = select<double>;
  table->select[5] = select<Complex64>;
  table->select[6] = select<Complex128>;
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_tape_, TERRELLA_ISA)(TapeTable* table) { fill(table); }
