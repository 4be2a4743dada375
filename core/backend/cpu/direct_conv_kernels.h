// core/backend/cpu/direct_conv_kernels.h: convolutions of real numbers along rows of x that stand as they are needed,
// zeros at the edges included: nothing is gathered into columns.
#pragma once

namespace terrella::cpu {

/// Tap r of a row of out reads the row of x that begins at offset[r].
struct DirectKernels {
  long lanes;      ///< of a vector
  long outputs;    ///< that are computed together; kernels are packed by so many
  long positions;  ///< of a row that are computed together at most; so many numbers of x are read from the last one on
  /// out[o row_out + j] = sum over r < taps of w[r outputs + o] x[offset[r] + j], o < count, j < n; += with `add`.
  void (*forward)(const void* w, const void* x, const long* offset, long taps, void* out, long row_out, long count,
                  long n, bool add);
  /// sums[r width + o] += sum over l < lines, j < n of x[l row_x + offset[r] + j] g[(l n + j) width + o], r < taps,
  /// o < width, a multiple of the vector's length.
  void (*to_kernel)(const void* x, long row_x, const long* offset, long taps, const void* g, long width, long lines,
                    long n, void* sums);
};

struct DirectTable {
  DirectKernels f32, f64;
};

void fill_direct_conv_baseline(DirectTable* table);
void fill_direct_conv_avx2(DirectTable* table);
void fill_direct_conv_avx512(DirectTable* table);

}  // namespace terrella::cpu
