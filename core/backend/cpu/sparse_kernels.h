// core/backend/cpu/sparse_kernels.h: products of sparse and dense matrices, rows first to last.
#pragma once
#include <cstdint>

namespace terrella::cpu {

/// Compressed rows; entry k of a row has the value values[from ? from[k] : k].
struct SparseRows {
  const std::int64_t* starts;
  const std::int32_t* columns;
  const std::int32_t* from;
};

struct SparseKernels {
  /// y [rows, m] = A x [columns, m].
  void (*product)(const SparseRows& a, const void* values, const void* x, void* y, std::int64_t m, std::int64_t first,
                  std::int64_t last);
  /// values[k] = sum_j y[i, j] x[column of k, j] for the entries k of rows i.
  void (*sampled)(const SparseRows& a, const void* y, const void* x, void* values, std::int64_t m, std::int64_t first,
                  std::int64_t last);
};

struct SparseTable {
  SparseKernels f32, f64, c64, c128;
};

void fill_sparse_baseline(SparseTable* table);
void fill_sparse_avx2(SparseTable* table);
void fill_sparse_avx512(SparseTable* table);

}  // namespace terrella::cpu
