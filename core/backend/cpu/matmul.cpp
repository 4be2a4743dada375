// Matrix products: OpenBLAS with one thread a call, inside tiles that depend on the shape alone.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace terrella::cpu {
namespace {

/// y += x y by plain loops; for integers, small matrices, and where OpenBLAS fails its check.
template <class T>
void plain(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, std::int64_t n, std::int64_t ldx,
           std::int64_t ldy, std::int64_t ldo) {
  for (std::int64_t i = 0; i < m; ++i) {
    T* row = out + i * ldo;
    std::fill(row, row + n, T(0));
    for (std::int64_t p = 0; p < k; ++p) {
      const T a = x[i * ldx + p];
      const T* b = y + p * ldy;
      for (std::int64_t j = 0; j < n; ++j) row[j] += a * b[j];
    }
  }
}

template <class T>
void blas(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, std::int64_t n, std::int64_t ldx,
          std::int64_t ldy, std::int64_t ldo) {
  const auto M = static_cast<blasint>(m), K = static_cast<blasint>(k), N = static_cast<blasint>(n);
  const auto A = static_cast<blasint>(ldx), B = static_cast<blasint>(ldy), C = static_cast<blasint>(ldo);
  const T one(1), zero(0);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, one, x, A, y, B, zero, out, C);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, one, x, A, y, B, zero, out, C);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, &one, x, A, y, B, &zero, out, C);
  else
    cblas_zgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, &one, x, A, y, B, &zero, out, C);
}

/// Old builds of OpenBLAS choose wrong kernels on processors newer than themselves: compared once with plain loops.
template <class T>
bool agrees() {
  constexpr std::int64_t m = 37, k = 41, n = 35;
  std::vector<T> x(m * k), y(k * n), a(m * n), b(m * n);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = T(static_cast<float>(i * 37 % 101) / 101.0f - 0.5f);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = T(static_cast<float>(i * 53 % 97) / 97.0f - 0.5f);
  blas(x.data(), y.data(), a.data(), m, k, n, k, n, n);
  plain(x.data(), y.data(), b.data(), m, k, n, k, n, n);
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst < 1e-4;
}

}  // namespace

bool blas_is_right() {
  static const bool right = [] {
    openblas_set_num_threads(1);
    const bool ok =
        agrees<float>() && agrees<double>() && agrees<std::complex<float>>() && agrees<std::complex<double>>();
    if (!ok)
      std::fprintf(
          stderr,
          "terrella: OpenBLAS (%s) computes wrong products on this processor; plain loops are used, which are slow. "
          "Set OPENBLAS_CORETYPE to a processor it knows, for example Haswell.\n",
          openblas_get_corename());
    return ok;
  }();
  return right;
}

void require_right_blas() {
  if (!blas_is_right())
    throw SolveError(
        "linear algebra: OpenBLAS computes wrong results on this processor; set OPENBLAS_CORETYPE, for example to "
        "Haswell");
}

namespace {

template <class T>
void product(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, std::int64_t n, std::int64_t ldx,
             std::int64_t ldy, std::int64_t ldo) {
  constexpr bool floating = !std::is_integral_v<T>;
  if constexpr (floating) {
    if (m * n * k > 512 && blas_is_right()) return blas(x, y, out, m, k, n, ldx, ldy, ldo);
  }
  plain(x, y, out, m, k, n, ldx, ldy, ldo);
}

template <class T>
void batched(const Array& x, const Array& y, Array& out) {
  const std::int64_t m = x.shape[x.shape.rank() - 2], k = x.shape.back(), n = y.shape.back();
  const std::int64_t batch = out.size() / std::max<std::int64_t>(1, m * n);
  if (out.size() == 0) return;
  if (k == 0) {
    std::fill_n(out.data<T>(), out.size(), T(0));
    return;
  }
  // Tiles of the result, of a size that depends on nothing but the shapes.
  constexpr std::int64_t tile = 256;
  const bool large = m * n * k > 64 * 64 * 64;
  const std::int64_t tile_m = large ? tile : m, tile_n = large ? 2 * tile : n;
  const std::int64_t tiles_m = (m + tile_m - 1) / tile_m, tiles_n = (n + tile_n - 1) / tile_n,
                     tiles = tiles_m * tiles_n;
  const std::int64_t grain =
      std::max<std::int64_t>(1, 65536 / std::max<std::int64_t>(1, std::min(tile_m, m) * std::min(tile_n, n) * k));
  const T* px = x.data<T>();
  const T* py = y.data<T>();
  T* po = out.data<T>();
  parallel_for(batch * tiles, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      check_interrupt();
      const std::int64_t b = t / tiles, i = (t % tiles) / tiles_n * tile_m, j = (t % tiles_n) * tile_n;
      product(px + b * m * k + i * k, py + b * k * n + j, po + b * m * n + i * n + j, std::min(tile_m, m - i), k,
              std::min(tile_n, n - j), k, n, n);
    }
  });
}

}  // namespace

void matmul(const Array& a, const Array& b, Array& out) {
  provide(out);
  const Array x = row_major(a), y = row_major(b);
  with_type(out.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, bool>) batched<T>(x, y, out);
  });
}

}  // namespace terrella::cpu
