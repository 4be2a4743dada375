// core/backend/cpu/lanes.h: vectors of one instruction set and how their lanes trade places. For kernels
// only.
#pragma once

namespace {

#if defined(__AVX512F__)
#define TERRELLA_VECTOR_BYTES 64
#elif defined(__AVX__)
#define TERRELLA_VECTOR_BYTES 32
#else
#define TERRELLA_VECTOR_BYTES 16
#endif

template <class T>
inline constexpr long lanes_of = TERRELLA_VECTOR_BYTES / sizeof(T);
template <class T>
struct Lanes {
  typedef T type __attribute__((vector_size(TERRELLA_VECTOR_BYTES), may_alias));
  typedef T loose __attribute__((vector_size(TERRELLA_VECTOR_BYTES), aligned(alignof(T)), may_alias));
};
template <class T>
using Vector = typename Lanes<T>::type;
/// One number in place of a vector.
template <class T>
struct Single {
  typedef T type;
};

/// From and to any address.
template <class T>
inline Vector<T> read(const T* from) {
  return *reinterpret_cast<const typename Lanes<T>::loose*>(from);
}
template <class T>
inline void write(T* to, Vector<T> value) {
  *reinterpret_cast<typename Lanes<T>::loose*>(to) = value;
}

/// low, high: the halves of a and b, lane by lane in turn; even, odd: the reverse.
#define TERRELLA_LOW_2 0, 2
#define TERRELLA_HIGH_2 1, 3
#define TERRELLA_EVEN_2 0, 2
#define TERRELLA_ODD_2 1, 3
#define TERRELLA_LOW_4 0, 4, 1, 5
#define TERRELLA_HIGH_4 2, 6, 3, 7
#define TERRELLA_EVEN_4 0, 2, 4, 6
#define TERRELLA_ODD_4 1, 3, 5, 7
#define TERRELLA_LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define TERRELLA_HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define TERRELLA_EVEN_8 0, 2, 4, 6, 8, 10, 12, 14
#define TERRELLA_ODD_8 1, 3, 5, 7, 9, 11, 13, 15
#define TERRELLA_LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define TERRELLA_HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define TERRELLA_EVEN_16 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define TERRELLA_ODD_16 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define TERRELLA_SHUFFLES(T, LOW, HIGH, EVEN, ODD)                                                \
  inline Vector<T> low(Vector<T> a, Vector<T> b) { return __builtin_shufflevector(a, b, LOW); }   \
  inline Vector<T> high(Vector<T> a, Vector<T> b) { return __builtin_shufflevector(a, b, HIGH); } \
  inline Vector<T> even(Vector<T> a, Vector<T> b) { return __builtin_shufflevector(a, b, EVEN); } \
  inline Vector<T> odd(Vector<T> a, Vector<T> b) { return __builtin_shufflevector(a, b, ODD); }
#define TERRELLA_SHUFFLES_OF(T, W) \
  TERRELLA_SHUFFLES(T, TERRELLA_LOW_##W, TERRELLA_HIGH_##W, TERRELLA_EVEN_##W, TERRELLA_ODD_##W)
#if defined(__AVX512F__)
TERRELLA_SHUFFLES_OF(float, 16)
TERRELLA_SHUFFLES_OF(double, 8)
#elif defined(__AVX__)
TERRELLA_SHUFFLES_OF(float, 8)
TERRELLA_SHUFFLES_OF(double, 4)
#else
TERRELLA_SHUFFLES_OF(float, 4)
TERRELLA_SHUFFLES_OF(double, 2)
#endif

/// Rows become columns: each round deals the two halves of the rows like cards.
template <class V, long lanes>
inline void transpose(V (&rows)[lanes]) {
  for (long round = 1; round < lanes; round *= 2) {
    V dealt[lanes];
    for (long i = 0; i < lanes / 2; ++i) {
      dealt[2 * i] = low(rows[i], rows[i + lanes / 2]);
      dealt[2 * i + 1] = high(rows[i], rows[i + lanes / 2]);
    }
    for (long i = 0; i < lanes; ++i) rows[i] = dealt[i];
  }
}

/// Whether all lanes are used and stand `apart` one after the other.
inline bool adjacent(const long* offset, long count, long lanes, long apart) {
  if (count != lanes) return false;
  for (long l = 1; l < lanes; ++l)
    if (offset[l] != offset[0] + l * apart) return false;
  return true;
}

}  // namespace
