// Matrix products, compiled once for each instruction set: a block of rows times a panel of columns in registers,
// operands read where they stand; a panel whose rows are not contiguous or far apart is packed.
#include "core/backend/cpu/product_kernels.h"

namespace {

#if defined(__AVX512F__)
constexpr long vector_bytes = 64, panel_vectors = 4, block_rows = 6;  // 24 sums in 32 registers
#elif defined(__AVX__)
constexpr long vector_bytes = 32, panel_vectors = 2, block_rows = 6;  // 12 in 16
#else
constexpr long vector_bytes = 16, panel_vectors = 2, block_rows = 4;  // 8 in 16, and room for the products
#endif
constexpr long inner_block = 256;  // a panel of that length stays in the cache

template <class T>
struct Vector {
  typedef T type __attribute__((vector_size(vector_bytes), aligned(alignof(T)), may_alias));
  static constexpr long lanes = vector_bytes / sizeof(T);
};

/// c [rows, vectors] = a b, or += with `add`.
template <class T, long rows, long vectors>
inline void block(const T* a, long row_a, long column_a, const T* b, long row_b, T* c, long row_c, long k, bool add) {
  typedef typename Vector<T>::type V;
  constexpr long lanes = Vector<T>::lanes;
  V sum[rows][vectors];
  for (long i = 0; i < rows; ++i)
    for (long j = 0; j < vectors; ++j) sum[i][j] = V{};
  for (long p = 0; p < k; ++p) {
    V y[vectors];
    for (long j = 0; j < vectors; ++j) y[j] = *reinterpret_cast<const V*>(b + p * row_b + j * lanes);
    for (long i = 0; i < rows; ++i) {
      const T x = a[i * row_a + p * column_a];
      for (long j = 0; j < vectors; ++j) sum[i][j] += x * y[j];
    }
  }
  for (long i = 0; i < rows; ++i)
    for (long j = 0; j < vectors; ++j) {
      V* to = reinterpret_cast<V*>(c + i * row_c + j * lanes);
      *to = add ? *to + sum[i][j] : sum[i][j];
    }
}

template <class T>
using Block = void (*)(const T*, long, long, const T*, long, T*, long, long, bool);

template <class T, long vectors>
inline Block<T> of_rows(long rows) {
  switch (rows) {
    case 1:
      return block<T, 1, vectors>;
    case 2:
      return block<T, 2, vectors>;
    case 3:
      return block<T, 3, vectors>;
    case 4:
      return block<T, 4, vectors>;
#if defined(__AVX__)
    case 5:
      return block<T, 5, vectors>;
    default:
      return block<T, 6, vectors>;
#else
    default:
      return block<T, 4, vectors>;
#endif
  }
}

template <class T>
inline Block<T> of_size(long rows, long vectors) {
  switch (vectors) {
    case 1:
      return of_rows<T, 1>(rows);
#if defined(__AVX512F__)
    case 3:
      return of_rows<T, 3>(rows);
    case 4:
      return of_rows<T, 4>(rows);
#endif
    default:
      return of_rows<T, 2>(rows);
  }
}

template <class T>
constexpr long panel = panel_vectors* Vector<T>::lanes;

/// c [m, columns] = a b for one panel of b, [inner, columns], or += with `add`.
template <class T>
void times_panel(const T* a, long row_a, long column_a, const T* b, long row_b, T* c, long row_c, long m, long inner,
                 long columns, bool add, T* edge) {
  constexpr long lanes = Vector<T>::lanes;
  const long vectors = (columns + lanes - 1) / lanes;
  for (long i = 0; i < m; i += block_rows, a += block_rows * row_a, c += block_rows * row_c) {
    const long rows = m - i < block_rows ? m - i : block_rows;
    const Block<T> run = of_size<T>(rows, vectors);
    if (columns == vectors * lanes) {
      run(a, row_a, column_a, b, row_b, c, row_c, inner, add);
      continue;
    }
    run(a, row_a, column_a, b, row_b, edge, panel<T>, inner, false);
    for (long r = 0; r < rows; ++r)
      for (long l = 0; l < columns; ++l)
        c[r * row_c + l] = add ? c[r * row_c + l] + edge[r * panel<T> + l] : edge[r * panel<T> + l];
  }
}

/// Columns of b one vector after the other, zeros behind the last.
template <class T>
void pack_panel(const T* b, long row_b, long column_b, long inner, long columns, T* packed) {
  constexpr long lanes = Vector<T>::lanes;
  const long width = (columns + lanes - 1) / lanes * lanes;
  for (long q = 0; q < inner; ++q, packed += width)
    if (column_b == 1 && columns == width)
      __builtin_memcpy(packed, b + q * row_b, static_cast<unsigned long>(width) * sizeof(T));
    else
      for (long l = 0; l < width; ++l) packed[l] = l < columns ? b[q * row_b + l * column_b] : T(0);
}

template <class T>
void product(const void* x, long row_x, long column_x, const void* y, long row_y, long column_y, void* out, long ld_out,
             long m, long k, long n, void* scratch) {
  constexpr long lanes = Vector<T>::lanes;
  static_assert((inner_block + block_rows) * panel<T> * sizeof(T) <= terrella::cpu::product_scratch, "panel and edge");
  T* const packed = static_cast<T*>(scratch);
  T* const edge = packed + inner_block * panel<T>;
  // Rows that are far apart are in pages of their own, and in the same places of a cache.
  const bool far = m > 4 * block_rows && row_y * static_cast<long>(sizeof(T)) >= 1024;
  for (long j = 0; j < n; j += panel<T>) {
    const long columns = n - j < panel<T> ? n - j : panel<T>;
    const bool pack = far || column_y != 1 || columns % lanes != 0;
    for (long p = 0; p < k || p == 0; p += inner_block) {
      const long inner = k - p < inner_block ? k - p : inner_block;
      const T* b = static_cast<const T*>(y) + p * row_y + j * column_y;
      if (pack) pack_panel(b, row_y, column_y, inner, columns, packed);
      times_panel(static_cast<const T*>(x) + p * column_x, row_x, column_x, pack ? packed : b,
                  pack ? (columns + lanes - 1) / lanes * lanes : row_y, static_cast<T*>(out) + j, ld_out, m, inner,
                  columns, p > 0, edge);
    }
  }
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_product_, TERRELLA_ISA)(ProductTable* table) {
  table->f32 = product<float>;
  table->f64 = product<double>;
}
