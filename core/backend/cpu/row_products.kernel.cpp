// Sums of rows in registers, compiled once for each instruction set.
#include "core/backend/cpu/lanes.h"
#include "core/backend/cpu/row_products_kernels.h"

namespace {

using terrella::cpu::RowProduct;

#if defined(__AVX512F__)
constexpr long most_outputs = 4, most_vectors = 3;  // of complex numbers 24 sums in 32 registers
#else
constexpr long most_outputs = 2, most_vectors = 3;  // 12 in 16
#endif

/// The vector of so many bytes, at any address: the rest of a row takes narrower ones.
template <class R, long bytes>
struct Piece {
  typedef R type __attribute__((vector_size(bytes), may_alias));
  typedef R loose __attribute__((vector_size(bytes), aligned(alignof(R)), may_alias));
};

/// Real and imaginary parts change places.
template <class R, long bytes>
inline typename Piece<R, bytes>::type turned(typename Piece<R, bytes>::type x) {
  constexpr long lanes = bytes / sizeof(R);
  if constexpr (lanes == 2) return __builtin_shufflevector(x, x, 1, 0);
  if constexpr (lanes == 4) return __builtin_shufflevector(x, x, 1, 0, 3, 2);
  if constexpr (lanes == 8) return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
  if constexpr (lanes == 16) return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

/// Outputs first to first + outputs, `vectors` vectors from `at` reals on. Reals a row: `stride`.
template <class R, bool complex, long bytes, long outputs, long vectors>
inline void block(const RowProduct& s, const R* in, R* out, long stride, long first, long at) {
  using V = typename Piece<R, bytes>::type;
  using Loose = typename Piece<R, bytes>::loose;
  constexpr long lanes = bytes / sizeof(R), parts = complex ? 2 : 1;
  V sum[parts][outputs][vectors];
  for (long p = 0; p < parts; ++p)
    for (long o = 0; o < outputs; ++o)
      for (long v = 0; v < vectors; ++v) sum[p][o][v] = V{};
  const R* const factor = static_cast<const R*>(s.factor) + parts * first * s.by_output;
  const long by_output = parts * s.by_output, by_term = parts * s.by_term;
  for (long t = 0; t < s.terms; ++t) {
    const R* const row = in + (s.term ? s.term[t] : t) * stride + at;
    const R* const f = factor + t * by_term;
    V y[vectors];
    for (long v = 0; v < vectors; ++v) y[v] = *reinterpret_cast<const Loose*>(row + v * lanes);
    for (long p = 0; p < parts; ++p)
      for (long o = 0; o < outputs; ++o)
        for (long v = 0; v < vectors; ++v) sum[p][o][v] += f[o * by_output + p] * y[v];
  }
  V sign{};
  if constexpr (complex)
    for (long l = 0; l < lanes; ++l) sign[l] = (l % 2 == 0) != s.conjugated ? R(-1) : R(1);
  for (long o = 0; o < outputs; ++o) {
    R* const row = out + (s.output ? s.output[first + o] : first + o) * stride + at;
    for (long v = 0; v < vectors; ++v) {
      V total = sum[0][o][v];
      if constexpr (complex) total += sign * turned<R, bytes>(sum[1][o][v]);
      auto* const to = reinterpret_cast<Loose*>(row + v * lanes);
      *to = s.afresh ? -total : *to - total;
    }
  }
}

template <class R, bool complex, long bytes, long vectors>
inline void outputs_of(const RowProduct& s, const R* in, R* out, long stride, long at) {
  long o = 0;
  for (; o + most_outputs <= s.outputs; o += most_outputs)
    block<R, complex, bytes, most_outputs, vectors>(s, in, out, stride, o, at);
  if constexpr (most_outputs > 2)
    if (o + 2 <= s.outputs) {
      block<R, complex, bytes, 2, vectors>(s, in, out, stride, o, at);
      o += 2;
    }
  if (o < s.outputs) block<R, complex, bytes, 1, vectors>(s, in, out, stride, o, at);
}

/// What is left of the columns, at most one vector of each width.
template <class R, bool complex, long bytes>
inline void narrow(const RowProduct& s, const R* in, R* out, long stride, long at) {
  constexpr long lanes = bytes / sizeof(R);
  if (at + lanes <= stride) {
    outputs_of<R, complex, bytes, 1>(s, in, out, stride, at);
    at += lanes;
  }
  if constexpr (lanes > (complex ? 2 : 1)) narrow<R, complex, bytes / 2>(s, in, out, stride, at);
}

template <class R, bool complex>
void subtract(const RowProduct& s, const void* from, void* to) {
  constexpr long lanes = lanes_of<R>;
  const R* const in = static_cast<const R*>(from);
  R* const out = static_cast<R*>(to);
  const long stride = (complex ? 2 : 1) * s.columns;
  long at = 0;
  for (; at + most_vectors * lanes <= stride; at += most_vectors * lanes)
    outputs_of<R, complex, TERRELLA_VECTOR_BYTES, most_vectors>(s, in, out, stride, at);
  if (at + 2 * lanes <= stride) {
    outputs_of<R, complex, TERRELLA_VECTOR_BYTES, 2>(s, in, out, stride, at);
    at += 2 * lanes;
  }
  narrow<R, complex, TERRELLA_VECTOR_BYTES>(s, in, out, stride, at);
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_row_products_, TERRELLA_ISA)(RowProductTable* table) {
  *table = {subtract<float, false>, subtract<double, false>, subtract<float, true>, subtract<double, true>};
}
