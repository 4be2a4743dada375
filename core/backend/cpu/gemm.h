// core/backend/cpu/gemm.h: OpenBLAS's products of row-major matrices, for any floating type.
#pragma once
#include <complex>
#include <cstdint>
#include <type_traits>

#include "core/backend/cpu/blas.h"

namespace terrella::cpu {

/// c [m, n] = op(a) [m, k] op(b) [k, n] + beta c; rows lda, ldb, ldc elements apart.
template <class T>
void gemm(CBLAS_TRANSPOSE op_a, CBLAS_TRANSPOSE op_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc) {
  const auto size = [](std::int64_t x) { return static_cast<blasint>(x); };
  const T one(1);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), one, a, size(lda), b, size(ldb), beta, c,
                size(ldc));
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), one, a, size(lda), b, size(ldb), beta, c,
                size(ldc));
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), &one, a, size(lda), b, size(ldb), &beta, c,
                size(ldc));
  else
    cblas_zgemm(CblasRowMajor, op_a, op_b, size(m), size(n), size(k), &one, a, size(lda), b, size(ldb), &beta, c,
                size(ldc));
}

}  // namespace terrella::cpu
