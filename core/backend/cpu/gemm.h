// core/backend/cpu/gemm.h: OpenBLAS's products of row-major matrices and solves with triangular ones, for any floating
// type.
#pragma once
#include <complex>
#include <cstdint>
#include <type_traits>

#include "core/backend/cpu/blas.h"

namespace terrella::cpu {

/// c [m, n] = alpha op(a) [m, k] op(b) [k, n] + beta c; rows lda, ldb, ldc elements apart.
template <class T>
void gemm(CBLAS_TRANSPOSE op_a, CBLAS_TRANSPOSE op_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc, T alpha = T(1)) {
  const auto size = [](std::int64_t x) { return static_cast<blasint>(x); };
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), alpha, a, size(lda), b, size(ldb), beta, c,
                size(ldc));
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), alpha, a, size(lda), b, size(ldb), beta, c,
                size(ldc));
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), &alpha, a, size(lda), b, size(ldb), &beta, c,
                size(ldc));
  else
    cblas_zgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), &alpha, a, size(lda), b, size(ldb), &beta, c,
                size(ldc));
}

/// What is solved with a triangle `a`, of which the other half is not read: op(a) x = b or x op(a) = b, in place of b.
struct TriangularSide {
  CBLAS_SIDE side;
  bool lower;
  CBLAS_TRANSPOSE op;
  bool unit;  ///< the diagonal counts as ones
};

/// x [m, n].
template <class T>
void trsm(TriangularSide with, std::int64_t m, std::int64_t n, const T* a, std::int64_t lda, T* x, std::int64_t ldx) {
  const auto size = [](std::int64_t k) { return static_cast<blasint>(k); };
  const auto uplo = with.lower ? CblasLower : CblasUpper;
  const auto diagonal = with.unit ? CblasUnit : CblasNonUnit;
  const T one(1);
  if (m == 0 || n == 0) return;
  if constexpr (std::is_same_v<T, float>)
    cblas_strsm(CblasRowMajor, with.side, uplo, with.op, diagonal, size(m), size(n), one, a, size(lda), x, size(ldx));
  else if constexpr (std::is_same_v<T, double>)
    cblas_dtrsm(CblasRowMajor, with.side, uplo, with.op, diagonal, size(m), size(n), one, a, size(lda), x, size(ldx));
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_ctrsm(CblasRowMajor, with.side, uplo, with.op, diagonal, size(m), size(n), &one, a, size(lda), x, size(ldx));
  else
    cblas_ztrsm(CblasRowMajor, with.side, uplo, with.op, diagonal, size(m), size(n), &one, a, size(lda), x, size(ldx));
}

}  // namespace terrella::cpu
