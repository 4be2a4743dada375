// Products of sparse and dense matrices, compiled once for each instruction set. Complex numbers are pairs: a value
// times a row is its real part times the row and its imaginary part times the row, joined when the sums are complete.
#include "core/backend/cpu/lanes.h"
#include "core/backend/cpu/sparse_kernels.h"

namespace {

using terrella::cpu::SparseRows;

constexpr long most = 4;  // vectors of a row at a time: 8 sums of complex ones

/// Neighbours change places.
template <class T>
inline Vector<T> swapped(Vector<T> v) {
  return low(odd(v, v), even(v, v));
}

/// Real and imaginary multiples of pairs, joined.
template <class T>
inline Vector<T> joined(Vector<T> real, Vector<T> imaginary) {
  Vector<T> sign;
  for (long l = 0; l < lanes_of<T>; ++l) sign[l] = l % 2 ? T(1) : T(-1);
  return real + sign * swapped<T>(imaginary);
}

/// y = sum over entries first to last of value * x[column], for `width` vectors. `times` is 1, or 2 for complex pairs.
template <class T, long times, long width>
inline void row(const SparseRows& a, const T* values, const T* x, long stride, std::int64_t first, std::int64_t last,
                T* y) {
  constexpr long lanes = lanes_of<T>;
  Vector<T> real[width], imaginary[width];
  for (long j = 0; j < width; ++j) real[j] = imaginary[j] = Vector<T>{};
  for (std::int64_t k = first; k < last; ++k) {
    const T* value = values + times * (a.from ? a.from[k] : k);
    const T* from = x + a.columns[k] * stride;
    for (long j = 0; j < width; ++j) {
      const Vector<T> v = read(from + j * lanes);
      real[j] += value[0] * v;
      if constexpr (times == 2) imaginary[j] += value[1] * v;
    }
  }
  for (long j = 0; j < width; ++j)
    if constexpr (times == 2)
      write(y + j * lanes, joined<T>(real[j], imaginary[j]));
    else
      write(y + j * lanes, real[j]);
}

/// The same of one number.
template <class T, long times>
inline void row_of_one(const SparseRows& a, const T* values, const T* x, long stride, std::int64_t first,
                       std::int64_t last, T* y) {
  T real[times]{}, imaginary[times]{};
  for (std::int64_t k = first; k < last; ++k) {
    const T* value = values + times * (a.from ? a.from[k] : k);
    const T* from = x + a.columns[k] * stride;
    for (long t = 0; t < times; ++t) {
      real[t] += value[0] * from[t];
      if constexpr (times == 2) imaginary[t] += value[1] * from[t];
    }
  }
  y[0] = real[0];
  if constexpr (times == 2) y[0] -= imaginary[1], y[1] = real[1] + imaginary[0];
}

template <class T, long times>
void product(const SparseRows& a, const void* values_, const void* x_, void* y_, std::int64_t m, std::int64_t first,
             std::int64_t last) {
  constexpr long lanes = lanes_of<T>;
  const T *values = static_cast<const T*>(values_), *x = static_cast<const T*>(x_);
  T* y = static_cast<T*>(y_);
  const long stride = times * m;
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t begin = a.starts[i], end = a.starts[i + 1];
    T* to = y + i * stride;
    long j = 0;
    for (; stride - j >= most * lanes; j += most * lanes)
      row<T, times, most>(a, values, x + j, stride, begin, end, to + j);
    for (; stride - j >= lanes; j += lanes) row<T, times, 1>(a, values, x + j, stride, begin, end, to + j);
    for (; j < stride; j += times) row_of_one<T, times>(a, values, x + j, stride, begin, end, to + j);
  }
}

template <class T, long times>
void sampled(const SparseRows& a, const void* y_, const void* x_, void* values_, std::int64_t m, std::int64_t first,
             std::int64_t last) {
  constexpr long lanes = lanes_of<T>;
  const T *y = static_cast<const T*>(y_), *x = static_cast<const T*>(x_);
  T* values = static_cast<T*>(values_);
  const long stride = times * m;
  for (std::int64_t i = first; i < last; ++i)
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k) {
      const T *u = y + i * stride, *v = x + a.columns[k] * stride;
      Vector<T> straight{}, crossed{};
      long j = 0;
      for (; j + lanes <= stride; j += lanes) {
        const Vector<T> p = read(u + j), q = read(v + j);
        straight += p * q;
        if constexpr (times == 2) crossed += p * swapped<T>(q);
      }
      T re = 0, im = 0;
      for (long l = 0; l < lanes; l += times) {
        re += straight[l];
        if constexpr (times == 2) re -= straight[l + 1], im += crossed[l] + crossed[l + 1];
      }
      for (; j < stride; j += times) {
        re += u[j] * v[j];
        if constexpr (times == 2) re -= u[j + 1] * v[j + 1], im += u[j] * v[j + 1] + u[j + 1] * v[j];
      }
      values[times * k] = re;
      if constexpr (times == 2) values[times * k + 1] = im;
    }
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_sparse_, TERRELLA_ISA)(SparseTable* table) {
  table->f32 = {product<float, 1>, sampled<float, 1>};
  table->f64 = {product<double, 1>, sampled<double, 1>};
  table->c64 = {product<float, 2>, sampled<float, 2>};
  table->c128 = {product<double, 2>, sampled<double, 2>};
}
