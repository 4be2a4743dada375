// Sums of direct convolutions in registers, compiled once for each instruction set.
#include "core/backend/cpu/direct_conv_kernels.h"
#include "core/backend/cpu/lanes.h"

namespace {

#if defined(__AVX512F__)
constexpr long outputs_together = 8, vectors_together = 3;  // 24 sums in 32 registers
constexpr long widest = 4;                                  // vectors of outputs
/// Taps that are summed together for so many vectors.
constexpr long taps_of(long vectors) { return vectors <= 2 ? 12 : vectors == 3 ? 8 : 6; }
#else
constexpr long outputs_together = 4, vectors_together = 3;  // 12 in 16; without FMA products need some, too
constexpr long widest = 3;
constexpr long taps_of(long vectors) { return vectors == 1 ? 8 : vectors == 2 ? 5 : 4; }
#endif

template <class T, long vectors>
inline void forward_block(const T* w, const T* x, const long* offset, long taps, T* out, long row_out, long count,
                          long n, bool add) {
  constexpr long lanes = lanes_of<T>;
  Vector<T> sum[outputs_together][vectors];
  for (long o = 0; o < outputs_together; ++o)
    for (long v = 0; v < vectors; ++v) sum[o][v] = Vector<T>{};
  for (long r = 0; r < taps; ++r, w += outputs_together) {
    Vector<T> y[vectors];
    for (long v = 0; v < vectors; ++v) y[v] = read<T>(x + offset[r] + v * lanes);
    for (long o = 0; o < outputs_together; ++o)
      for (long v = 0; v < vectors; ++v) sum[o][v] += w[o] * y[v];
  }
  if (count == outputs_together && n == vectors * lanes) {
    for (long o = 0; o < outputs_together; ++o)
      for (long v = 0; v < vectors; ++v) {
        T* const to = out + o * row_out + v * lanes;
        write(to, add ? read<T>(to) + sum[o][v] : sum[o][v]);
      }
    return;
  }
  T edge[outputs_together][vectors * lanes];
  for (long o = 0; o < outputs_together; ++o)
    for (long v = 0; v < vectors; ++v) write(edge[o] + v * lanes, sum[o][v]);
  for (long o = 0; o < count; ++o)
    for (long j = 0; j < n; ++j) out[o * row_out + j] = add ? out[o * row_out + j] + edge[o][j] : edge[o][j];
}

template <class T>
void forward(const void* w, const void* x, const long* offset, long taps, void* out, long row_out, long count, long n,
             bool add) {
  constexpr long lanes = lanes_of<T>;
  const T *kernel = static_cast<const T*>(w), *row = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  while (n > 0) {
    const long some = n < vectors_together * lanes ? n : vectors_together * lanes;
    const long vectors = (some + lanes - 1) / lanes;
    const auto run = vectors == 1 ? forward_block<T, 1> : vectors == 2 ? forward_block<T, 2> : forward_block<T, 3>;
    run(kernel, row, offset, taps, to, row_out, count, some, add);
    row += some;
    to += some;
    n -= some;
  }
}

template <class T, long rows, long vectors>
inline void kernel_block(const T* x, long row_x, const long* offset, const T* g, long width, long lines, long n,
                         T* sums) {
  constexpr long lanes = lanes_of<T>;
  Vector<T> sum[rows][vectors];
  const T* from[rows];
  for (long r = 0; r < rows; ++r) {
    from[r] = x + offset[r];
    for (long v = 0; v < vectors; ++v) sum[r][v] = read<T>(sums + r * width + v * lanes);
  }
  for (long first = 0; lines > 0; --lines, first += row_x)
    for (long j = first; j < first + n; ++j, g += width) {
      Vector<T> y[vectors];
      for (long v = 0; v < vectors; ++v) y[v] = read<T>(g + v * lanes);
      for (long r = 0; r < rows; ++r)
        for (long v = 0; v < vectors; ++v) sum[r][v] += from[r][j] * y[v];
    }
  for (long r = 0; r < rows; ++r)
    for (long v = 0; v < vectors; ++v) write(sums + r * width + v * lanes, sum[r][v]);
}

template <class T, long vectors>
inline void kernel_taps(const T* x, long row_x, const long* offset, long taps, const T* g, long width, long lines,
                        long n, T* sums) {
  constexpr long many = taps_of(vectors), some = 3;
  for (; taps >= many; taps -= many, offset += many, sums += many * width)
    kernel_block<T, many, vectors>(x, row_x, offset, g, width, lines, n, sums);
  for (; taps >= some; taps -= some, offset += some, sums += some * width)
    kernel_block<T, some, vectors>(x, row_x, offset, g, width, lines, n, sums);
  for (; taps > 0; --taps, ++offset, sums += width)
    kernel_block<T, 1, vectors>(x, row_x, offset, g, width, lines, n, sums);
}

template <class T>
void to_kernel(const void* x, long row_x, const long* offset, long taps, const void* g, long width, long lines, long n,
               void* sums) {
  constexpr long lanes = lanes_of<T>;
  const T *row = static_cast<const T*>(x), *back = static_cast<const T*>(g);
  T* to = static_cast<T*>(sums);
  for (long o = 0; o < width;) {
    const long left = (width - o) / lanes, vectors = left < widest ? left : widest;
    const auto run = vectors == 1   ? kernel_taps<T, 1>
                     : vectors == 2 ? kernel_taps<T, 2>
                     : vectors == 3 ? kernel_taps<T, 3>
                                    : kernel_taps<T, widest>;
    run(row, row_x, offset, taps, back + o, width, lines, n, to + o);
    o += vectors * lanes;
  }
}

template <class T>
terrella::cpu::DirectKernels kernels() {
  return {lanes_of<T>, outputs_together, vectors_together * lanes_of<T>, forward<T>, to_kernel<T>};
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_direct_conv_, TERRELLA_ISA)(DirectTable* table) {
  table->f32 = kernels<float>();
  table->f64 = kernels<double>();
}
