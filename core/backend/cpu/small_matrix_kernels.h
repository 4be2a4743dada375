// core/backend/cpu/small_matrix_kernels.h: factorisations and solves of many matrices too small for LAPACK: as many
// side by side as a vector has lanes. Each lane does the same arithmetic wherever it stands.
#pragma once

namespace terrella::cpu {

inline constexpr long small_rows = 32;              ///< the most rows and columns
inline constexpr long small_scratch = 136L * 1024;  ///< bytes, aligned to 64, for every call

/// All kernels work on `count` <= lanes matrices, row-major, one behind the other, of n rows.
struct SmallKernels {
  long lanes;
  /// a -> L with A = L L^H, of the lower triangle of a; zeros above it. failed[b] is the pivot that is not positive, or
  /// -1.
  void (*cholesky)(const void* a, void* l, long long* failed, long count, long n, void* scratch);
  /// a -> packed factors, with rows[b n + i] the row of A that became row i, and the sign of that permutation.
  void (*lu)(const void* a, void* packed, long long* rows, void* sign, long count, long n, void* scratch);
  /// x of A x = b, or A^H x = b, for those factors; b and x [n, m].
  void (*solve)(const void* packed, const long long* rows, const void* b, void* x, long count, long n, long m,
                bool adjoint, void* scratch);
};

struct SmallMatrixTable {
  SmallKernels f32, f64, c64, c128;
};

void fill_small_matrix_baseline(SmallMatrixTable* table);
void fill_small_matrix_avx2(SmallMatrixTable* table);
void fill_small_matrix_avx512(SmallMatrixTable* table);

}  // namespace terrella::cpu
