// core/backend/cpu/row_products_kernels.h: rows of a matrix less sums of others, read and written where they stand:
// nothing is gathered, packed or scattered. One table per instruction set.
#pragma once

namespace terrella::cpu {

/// out[output o] = (`afresh` ? 0 : out[output o]) - sum over terms t of f(o, t) in[term t]; rows have `columns`
/// numbers. f(o, t) = factor[o by_output + t by_term], or its conjugate.
struct RowProduct {
  const void* factor;
  long by_output, by_term;
  bool conjugated;
  const int* output;  ///< numbers of rows of out, each once; null: 0, 1, ..
  long outputs;
  const int* term;  ///< numbers of rows of in; null: 0, 1, ..
  long terms;
  long columns;
  bool afresh;
};

/// No row of `in` that is read may be one of `out` that is written.
using RowProductKernel = void (*)(const RowProduct& product, const void* in, void* out);

struct RowProductTable {
  RowProductKernel f32, f64, c64, c128;
};

void fill_row_products_baseline(RowProductTable* table);
void fill_row_products_avx2(RowProductTable* table);
void fill_row_products_avx512(RowProductTable* table);

}  // namespace terrella::cpu
