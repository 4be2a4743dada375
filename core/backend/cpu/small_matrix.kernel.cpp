// Many small matrices side by side, one in each lane, compiled once for each instruction set. Rows are exchanged lane
// by lane; all else is arithmetic on whole vectors. Complex numbers are pairs of vectors.
#include "core/backend/cpu/lanes.h"
#include "core/backend/cpu/small_matrix_kernels.h"

namespace {

template <class T>
struct Integer;
template <>
struct Integer<float> {
  typedef int type;
};
template <>
struct Integer<double> {
  typedef long long type;
};

template <class T>
struct Mask {
  typedef typename Integer<T>::type type __attribute__((vector_size(TERRELLA_VECTOR_BYTES)));
};
template <class T>
using I = typename Mask<T>::type;

/// a where the mask is set, b elsewhere.
template <class T>
inline Vector<T> chosen(I<T> mask, Vector<T> a, Vector<T> b) {
  return (Vector<T>)((mask & (I<T>)a) | (~mask & (I<T>)b));
}
template <class T>
inline Vector<T> size_of(Vector<T> x) {
  return chosen<T>(x < Vector<T>{}, -x, x);
}
template <class T>
inline Vector<T> root(Vector<T> x) {
  Vector<T> y;
  for (long l = 0; l < lanes_of<T>; ++l) {
    if constexpr (sizeof(T) == 4)
      y[l] = __builtin_sqrtf(x[l]);
    else
      y[l] = __builtin_sqrt(x[l]);
  }
  return y;
}

template <class T>
struct __attribute__((may_alias)) Real {
  typedef T scalar;
  static constexpr long parts = 1;
  Vector<T> re;
  Real conj() const { return *this; }
  Vector<T> largeness() const { return size_of<T>(re); }
  Vector<T> squared() const { return re * re; }
  void subtract_product(const Real& x, const Real& y) { re -= x.re * y.re; }
  Real over(Vector<T> x) const { return {re / x}; }
  Real over(const Real& x) const { return {re / x.re}; }
  I<T> is_zero() const { return re == Vector<T>{}; }
  static Real of(Vector<T> x) { return {x}; }
  static Real one() { return {Vector<T>{} + T(1)}; }
  static Real choose(I<T> mask, const Real& a, const Real& b) { return {chosen<T>(mask, a.re, b.re)}; }
};

template <class T>
struct __attribute__((may_alias)) Complex {
  typedef T scalar;
  static constexpr long parts = 2;
  Vector<T> re, im;
  Complex conj() const { return {re, -im}; }
  Vector<T> largeness() const { return size_of<T>(re) + size_of<T>(im); }
  Vector<T> squared() const { return re * re + im * im; }
  void subtract_product(const Complex& x, const Complex& y) {
    re -= x.re * y.re;
    re += x.im * y.im;
    im -= x.re * y.im;
    im -= x.im * y.re;
  }
  Complex over(Vector<T> x) const { return {re / x, im / x}; }
  /// Scaled, so that no square overflows.
  Complex over(const Complex& x) const {
    const Vector<T> s = x.largeness(), r = x.re / s, i = x.im / s, d = r * r + i * i, a = re / s, b = im / s;
    return {(a * r + b * i) / d, (b * r - a * i) / d};
  }
  I<T> is_zero() const { return (re == Vector<T>{}) & (im == Vector<T>{}); }
  static Complex of(Vector<T> x) { return {x, Vector<T>{}}; }
  static Complex one() { return {Vector<T>{} + T(1), Vector<T>{}}; }
  static Complex choose(I<T> mask, const Complex& a, const Complex& b) {
    return {chosen<T>(mask, a.re, b.re), chosen<T>(mask, a.im, b.im)};
  }
};

/// Part p of element e in lane l of a tile.
template <class E>
inline typename E::scalar& part(E* tile, long e, long p, long l) {
  typedef typename E::scalar T;
  return (reinterpret_cast<T*>(tile))[(e * E::parts + p) * lanes_of<T> + l];
}

/// All elements of the matrices from memory to a tile; missing matrices repeat the first.
template <class E>
inline void spread(const void* from, E* tile, long count, long elements) {
  typedef typename E::scalar T;
  constexpr long lanes = lanes_of<T>;
  const T* const x = static_cast<const T*>(from);
  Vector<T>* const to = reinterpret_cast<Vector<T>*>(tile);
  const long stride = elements * E::parts;
  long s = 0;
  for (; count == lanes && s + lanes <= stride; s += lanes) {
    Vector<T> block[lanes];
    for (long l = 0; l < lanes; ++l) block[l] = read(x + l * stride + s);
    transpose(block);
    for (long l = 0; l < lanes; ++l) to[s + l] = block[l];
  }
  for (; s < stride; ++s)
    for (long l = 0; l < lanes; ++l) part(tile, s / E::parts, s % E::parts, l) = x[(l < count ? l : 0) * stride + s];
}
/// The way back.
template <class E>
inline void collect(E* tile, void* to, long count, long elements) {
  typedef typename E::scalar T;
  constexpr long lanes = lanes_of<T>;
  T* const x = static_cast<T*>(to);
  const Vector<T>* const from = reinterpret_cast<const Vector<T>*>(tile);
  const long stride = elements * E::parts;
  long s = 0;
  for (; count == lanes && s + lanes <= stride; s += lanes) {
    Vector<T> block[lanes];
    for (long l = 0; l < lanes; ++l) block[l] = from[s + l];
    transpose(block);
    for (long l = 0; l < lanes; ++l) write(x + l * stride + s, block[l]);
  }
  for (; s < stride; ++s)
    for (long l = 0; l < count; ++l) x[l * stride + s] = part(tile, s / E::parts, s % E::parts, l);
}

template <class E>
void cholesky(const void* from, void* to, long long* failed, long count, long n, void* scratch) {
  typedef typename E::scalar T;
  E* const a = static_cast<E*>(scratch);
  spread(from, a, count, n * n);
  for (long l = 0; l < count; ++l) failed[l] = -1;
  for (long j = 0; j < n; ++j) {
    Vector<T> d = a[j * n + j].re;
    for (long k = 0; k < j; ++k) d -= a[j * n + k].squared();
    for (long l = 0; l < count; ++l)
      if (!(d[l] > 0 && d[l] - d[l] == 0) && failed[l] < 0) failed[l] = j;
    const Vector<T> pivot = root<T>(d);
    a[j * n + j] = E::of(pivot);
    for (long i = j + 1; i < n; ++i) {
      E sum = a[i * n + j];
      for (long k = 0; k < j; ++k) sum.subtract_product(a[i * n + k], a[j * n + k].conj());
      a[i * n + j] = sum.over(pivot);
      a[j * n + i] = E{};
    }
  }
  collect(a, to, count, n * n);
}

template <class E>
void lu(const void* from, void* to, long long* rows, void* signs, long count, long n, void* scratch) {
  typedef typename E::scalar T;
  E* const a = static_cast<E*>(scratch);
  T* const sign = static_cast<T*>(signs);
  spread(from, a, count, n * n);
  for (long l = 0; l < count; ++l) {
    sign[l] = 1;
    for (long i = 0; i < n; ++i) rows[l * n + i] = i;
  }
  for (long k = 0; k < n; ++k) {
    Vector<T> largest = a[k * n + k].largeness();
    I<T> best = I<T>{} + static_cast<typename Integer<T>::type>(k);
    for (long i = k + 1; i < n; ++i) {
      const Vector<T> size = a[i * n + k].largeness();
      const I<T> mask = size > largest;
      largest = chosen<T>(mask, size, largest);
      best = (mask & static_cast<typename Integer<T>::type>(i)) | (~mask & best);
    }
    for (long l = 0; l < count; ++l) {
      const long other = static_cast<long>(best[l]);
      if (other == k) continue;
      sign[l] = -sign[l];
      const long long row = rows[l * n + k];
      rows[l * n + k] = rows[l * n + other];
      rows[l * n + other] = row;
      for (long j = 0; j < n; ++j)
        for (long p = 0; p < E::parts; ++p) {
          const T x = part(a, k * n + j, p, l);
          part(a, k * n + j, p, l) = part(a, other * n + j, p, l);
          part(a, other * n + j, p, l) = x;
        }
    }
    // Below a pivot of zero there are zeros alone: divided by one they stay.
    const E pivot = E::choose(a[k * n + k].is_zero(), E::one(), a[k * n + k]);
    for (long i = k + 1; i < n; ++i) {
      const E factor = a[i * n + k].over(pivot);
      a[i * n + k] = factor;
      for (long j = k + 1; j < n; ++j) a[i * n + j].subtract_product(factor, a[k * n + j]);
    }
  }
  collect(a, to, count, n * n);
}

template <class E>
void solve(const void* packed, const long long* rows, const void* b, void* x, long count, long n, long m, bool adjoint,
           void* scratch) {
  typedef typename E::scalar T;
  E* const a = static_cast<E*>(scratch);
  E* const y = a + n * n;
  spread(packed, a, count, n * n);
  const T* const right = static_cast<const T*>(b);
  T* const left = static_cast<T*>(x);
  for (long c = 0; c < m; ++c) {
    for (long i = 0; i < n; ++i)
      for (long l = 0; l < lanes_of<T>; ++l) {
        const long matrix = l < count ? l : 0;
        const long row = adjoint ? i : static_cast<long>(rows[matrix * n + i]);
        for (long p = 0; p < E::parts; ++p) part(y, i, p, l) = right[((matrix * n + row) * m + c) * E::parts + p];
      }
    if (adjoint) {  // A^H = U^H L^H P^H
      for (long i = 0; i < n; ++i) {
        E sum = y[i];
        for (long j = 0; j < i; ++j) sum.subtract_product(a[j * n + i].conj(), y[j]);
        y[i] = sum.over(a[i * n + i].conj());
      }
      for (long i = n; i-- > 0;)
        for (long j = i + 1; j < n; ++j) y[i].subtract_product(a[j * n + i].conj(), y[j]);
    } else {
      for (long i = 0; i < n; ++i)
        for (long j = 0; j < i; ++j) y[i].subtract_product(a[i * n + j], y[j]);
      for (long i = n; i-- > 0;) {
        E sum = y[i];
        for (long j = i + 1; j < n; ++j) sum.subtract_product(a[i * n + j], y[j]);
        y[i] = sum.over(a[i * n + i]);
      }
    }
    for (long l = 0; l < count; ++l)
      for (long i = 0; i < n; ++i) {
        const long row = adjoint ? static_cast<long>(rows[l * n + i]) : i;
        for (long p = 0; p < E::parts; ++p) left[((l * n + row) * m + c) * E::parts + p] = part(y, i, p, l);
      }
  }
}

template <class E>
constexpr terrella::cpu::SmallKernels kernels() {
  static_assert((terrella::cpu::small_rows + 1) * terrella::cpu::small_rows * static_cast<long>(sizeof(E)) <=
                    terrella::cpu::small_scratch,
                "a tile and a right-hand side");
  return {lanes_of<typename E::scalar>, cholesky<E>, lu<E>, solve<E>};
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_small_matrix_, TERRELLA_ISA)(SmallMatrixTable* table) {
  table->f32 = kernels<Real<float>>();
  table->f64 = kernels<Real<double>>();
  table->c64 = kernels<Complex<float>>();
  table->c128 = kernels<Complex<double>>();
}
