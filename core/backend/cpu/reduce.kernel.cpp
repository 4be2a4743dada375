// Reductions, compiled once for each instruction set. Vectors of 64 bytes and the order of combination are the same for
// all of them. See terrella_kernels in cmake/Terrella.cmake.
#include "core/backend/cpu/reduce_kernels.h"

namespace {

__extension__ typedef __complex__ float c64;
__extension__ typedef __complex__ double c128;
typedef unsigned char byte;

/// How much is combined at a time. The types are named through these, never template arguments themselves: those lose
/// their attributes, and clang then takes memory for aligned to 64 bytes.
template <class T>
struct Vector {
  typedef T type __attribute__((vector_size(64), aligned(alignof(T)), may_alias));
  static constexpr long lanes = 64 / sizeof(T);
};
template <class T>
struct Single {
  typedef T type;
  static constexpr long lanes = 1;
};

template <class T>
struct Limits;
template <>
struct Limits<int> {
  static constexpr int least = -__INT_MAX__ - 1, most = __INT_MAX__;
};
template <>
struct Limits<long> {
  static constexpr long least = -__LONG_MAX__ - 1, most = __LONG_MAX__;
};
template <>
struct Limits<float> {
  static constexpr float least = -__builtin_inff(), most = __builtin_inff();
};
template <>
struct Limits<double> {
  static constexpr double least = -__builtin_inf(), most = __builtin_inf();
};

// combine() serves numbers and vectors alike.
struct Sum {
  template <class T>
  static constexpr T identity() {
    return T(0);
  }
  template <class V>
  static inline V combine(V a, V b) {
    return a + b;
  }
};
struct Product {
  template <class T>
  static constexpr T identity() {
    return T(1);
  }
  template <class V>
  static inline V combine(V a, V b) {
    return a * b;
  }
};
struct Minimum {
  template <class T>
  static constexpr T identity() {
    return Limits<T>::most;
  }
  template <class V>
  static inline V combine(V a, V b) {
    return ((a < b) | (a != a)) ? a : b;
  }  // NaN wins
};
struct Maximum {
  template <class T>
  static constexpr T identity() {
    return Limits<T>::least;
  }
  template <class V>
  static inline V combine(V a, V b) {
    return ((a > b) | (a != a)) ? a : b;
  }
};
struct Any {
  template <class T>
  static constexpr T identity() {
    return T(0);
  }
  template <class V>
  static inline V combine(V a, V b) {
    return a | b;
  }
};
struct All {
  template <class T>
  static constexpr T identity() {
    return T(1);
  }
  template <class V>
  static inline V combine(V a, V b) {
    return a & b;
  }
};

/// n neighbours: four vectors of partial results, then pairwise.
template <class Op, class T>
inline T neighbours(const T* x, long n) {
  using V = typename Vector<T>::type;
  constexpr long lanes = Vector<T>::lanes;
  if (n < lanes) {
    T r = Op::template identity<T>();
    for (long i = 0; i < n; ++i) r = Op::combine(r, x[i]);
    return r;
  }
  const auto* v = reinterpret_cast<const V*>(x);
  long vectors = n / lanes;
  V a = v[0];
  if (vectors >= 4) {
    V b = v[1], c = v[2], d = v[3];
    v += 4;
    for (vectors -= 4; vectors >= 4; vectors -= 4, v += 4) {
      a = Op::combine(a, v[0]);
      b = Op::combine(b, v[1]);
      c = Op::combine(c, v[2]);
      d = Op::combine(d, v[3]);
    }
    a = Op::combine(Op::combine(a, b), Op::combine(c, d));
  } else {
    ++v;
    --vectors;
  }
  for (; vectors > 0; --vectors, ++v) a = Op::combine(a, v[0]);
  T lane[lanes];
  __builtin_memcpy(lane, &a, sizeof lane);
  for (long half = lanes / 2; half > 0; half /= 2)
    for (long i = 0; i < half; ++i) lane[i] = Op::combine(lane[i], lane[i + half]);
  for (long i = n / lanes * lanes; i < n; ++i) lane[0] = Op::combine(lane[0], x[i]);
  return lane[0];
}

/// A column of [along, inner], an element or a vector wide. Blocks of rows are combined first, so that errors of sums
/// grow with along / 64 + 64, not with along.
constexpr long block = 64;
template <class Op, int n, template <class> class Width, class T>
inline void column(const T* x, long along, long row, T* out, bool join) {
  using V = typename Width<T>::type;
  static_assert(alignof(V) == alignof(T));
  constexpr long width = Width<T>::lanes;
  V sum[n] = {};
  for (long first = 0; first < along; first += block) {
    const long last = first + block < along ? first + block : along;
    V part[n];
    for (int k = 0; k < n; ++k) part[k] = *reinterpret_cast<const V*>(x + first * row + k * width);
    for (long r = first + 1; r < last; ++r)
      for (int k = 0; k < n; ++k) part[k] = Op::combine(part[k], *reinterpret_cast<const V*>(x + r * row + k * width));
    for (int k = 0; k < n; ++k) sum[k] = first == 0 ? part[k] : Op::combine(sum[k], part[k]);
  }
  for (int k = 0; k < n; ++k) {
    V* o = reinterpret_cast<V*>(out + k * width);
    *o = join ? Op::combine(*o, sum[k]) : sum[k];
  }
}

template <class Op, class T>
inline void columns(const T* x, long along, long inner, long row, T* out, bool join) {
  constexpr long lanes = Vector<T>::lanes;
  long i = 0;
  for (; i + 4 * lanes <= inner; i += 4 * lanes) column<Op, 4, Vector>(x + i, along, row, out + i, join);
  for (; i + lanes <= inner; i += lanes) column<Op, 1, Vector>(x + i, along, row, out + i, join);
  for (; i + 4 <= inner; i += 4) column<Op, 4, Single>(x + i, along, row, out + i, join);
  for (; i < inner; ++i) column<Op, 1, Single>(x + i, along, row, out + i, join);
}

template <class Op, class T>
void reduce(const void* from, long outer, long along, long inner, long row, void* to, bool join) {
  const T* x = static_cast<const T*>(from);
  T* out = static_cast<T*>(to);
  if (along == 0) {
    if (!join)
      for (long i = 0; i < outer * inner; ++i) out[i] = Op::template identity<T>();
    return;
  }
  if (inner == 1 && row == 1) {
    for (long o = 0; o < outer; ++o) {
      const T r = neighbours<Op, T>(x + o * along, along);
      out[o] = join ? Op::combine(out[o], r) : r;
    }
    return;
  }
  for (long o = 0; o < outer; ++o) columns<Op, T>(x + o * along * row, along, inner, row, out + o * inner, join);
}

/// Complex sums are sums of twice as many real columns.
template <class T>
void complex_sum(const void* x, long outer, long along, long inner, long row, void* out, bool join) {
  if (inner > 1 || row > 1 || along < 8) return reduce<Sum, T>(x, outer, along, 2 * inner, 2 * row, out, join);
  // Eight neighbours at a time are columns, which are then added.
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  for (long o = 0; o < outer; ++o) {
    T partial[16];
    const T* these = from + 2 * o * along;
    columns<Sum, T>(these, along / 8, 16, 16, partial, false);
    if (along % 8) columns<Sum, T>(these + along / 8 * 16, 1, along % 8 * 2, 16, partial, true);
    columns<Sum, T>(partial, 8, 2, 2, to + 2 * o, join);
  }
}

template <class C>
void complex_product(const void* from, long outer, long along, long inner, long row, void* to, bool join) {
  const C* x = static_cast<const C*>(from);
  C* out = static_cast<C*>(to);
  for (long o = 0; o < outer; ++o)
    for (long i = 0; i < inner; ++i) {
      C r = join ? out[o * inner + i] : C(1);
      for (long a = 0; a < along; ++a) r *= x[(o * along + a) * row + i];
      out[o * inner + i] = r;
    }
}

enum { boolean, i32, i64, f32, f64, complex64, complex128 };  // the order of DType
enum { sum, product, minimum, maximum, any, all };            // the order of Reduction

void fill(terrella::cpu::ReduceTable* table) {
  auto& t = table->reduce;
#define NUMBERS(reduction, Op)           \
  t[reduction][i32] = reduce<Op, int>;   \
  t[reduction][i64] = reduce<Op, long>;  \
  t[reduction][f32] = reduce<Op, float>; \
  t[reduction][f64] = reduce<Op, double>;
  NUMBERS(sum, Sum)
  NUMBERS(product, Product)
  NUMBERS(minimum, Minimum)
  NUMBERS(maximum, Maximum)
#undef NUMBERS
  t[sum][complex64] = complex_sum<float>;
  t[sum][complex128] = complex_sum<double>;
  t[product][complex64] = complex_product<c64>;
  t[product][complex128] = complex_product<c128>;
  t[minimum][boolean] = t[all][boolean] = reduce<All, byte>;
  t[maximum][boolean] = t[any][boolean] = reduce<Any, byte>;
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_reduce_, TERRELLA_ISA)(ReduceTable* table) { fill(table); }
