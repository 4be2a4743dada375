// Matrix products: OpenBLAS with one thread a call, inside tiles that depend on the shape alone.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/blas_core.h"
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/gemm.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/product.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace terrella::cpu {
namespace {

/// Where a matrix stands: element (i, j) at data[i * row + j * column], one of the two strides being 1.
struct Layout {
  std::int64_t row = 1, column = 1;
  CBLAS_TRANSPOSE order() const { return column == 1 ? CblasNoTrans : CblasTrans; }
  std::int64_t leading() const { return column == 1 ? row : column; }
};

/// n columns, their sums in registers.
template <std::int64_t n, class T>
void narrow(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, Layout lx, Layout ly, std::int64_t ldo) {
  for (std::int64_t i = 0; i < m; ++i) {
    T sum[n]{};
    for (std::int64_t p = 0; p < k; ++p) {
      const T a = x[i * lx.row + p * lx.column];
      for (std::int64_t j = 0; j < n; ++j) sum[j] += a * y[p * ly.row + j * ly.column];
    }
    std::copy_n(sum, n, out + i * ldo);
  }
}

/// out = x y by plain loops; for integers, small matrices, and where OpenBLAS fails its check.
template <class T>
void plain(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, std::int64_t n, Layout lx, Layout ly,
           std::int64_t ldo) {
  if (n == 1) return narrow<1>(x, y, out, m, k, lx, ly, ldo);
  if (n == 2) return narrow<2>(x, y, out, m, k, lx, ly, ldo);
  if (n == 3) return narrow<3>(x, y, out, m, k, lx, ly, ldo);
  for (std::int64_t i = 0; i < m; ++i) {
    T* row = out + i * ldo;
    std::fill(row, row + n, T(0));
    for (std::int64_t p = 0; p < k; ++p) {
      const T a = x[i * lx.row + p * lx.column];
      const T* b = y + p * ly.row;
      for (std::int64_t j = 0; j < n; ++j) row[j] += a * b[j * ly.column];
    }
  }
}

template <class T>
void blas(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, std::int64_t n, Layout lx, Layout ly,
          std::int64_t ldo) {
  gemm(lx.order(), ly.order(), m, n, k, x, lx.leading(), y, ly.leading(), T(0), out, ldo);
}

/// Old builds of OpenBLAS choose wrong kernels on processors newer than themselves: compared once with plain loops.
template <class T>
bool agrees() {
  constexpr std::int64_t m = 37, k = 41, n = 35;
  std::vector<T> x(m * k), y(k * n), a(m * n), b(m * n);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = T(static_cast<float>(i * 37 % 101) / 101.0f - 0.5f);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = T(static_cast<float>(i * 53 % 97) / 97.0f - 0.5f);
  for (const Layout lx : {Layout{k, 1}, Layout{1, m}})
    for (const Layout ly : {Layout{n, 1}, Layout{1, k}}) {
      blas(x.data(), y.data(), a.data(), m, k, n, lx, ly, n);
      plain(x.data(), y.data(), b.data(), m, k, n, lx, ly, n);
      for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
    }
  return worst < 1e-4;
}

// When the program or the module is loaded, so that no call of anybody comes before, on any thread.
[[maybe_unused]] const bool core_chosen = [] {
  try {
    choose_blas_core();
  } catch (const std::invalid_argument&) {
    return false;  // TERRELLA_ISA names what this machine has not: the first operation says so
  }
  return true;
}();

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
void product(const T* x, const T* y, T* out, std::int64_t m, std::int64_t k, std::int64_t n, Layout lx, Layout ly,
             std::int64_t ldo) {
  constexpr bool floating = !std::is_integral_v<T>;
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if (m * n * k > 512 && (is_small_product(dtype_of<T>, k, n) || is_rows_product(dtype_of<T>, lx.column, ly.column)))
      return small_product(dtype_of<T>, x, lx.row, lx.column, y, ly.row, ly.column, out, ldo, m, k, n);
  }
  if constexpr (floating) {
    if (m * n * k > 512 && blas_is_right()) return blas(x, y, out, m, k, n, lx, ly, ldo);
  }
  plain(x, y, out, m, k, n, lx, ly, ldo);
}

/// The matrices of an array as they stand, a copy where neither rows nor columns are contiguous.
struct Matrices {
  Array array;
  Layout layout;
  int batch_axes;

  explicit Matrices(const Array& a) : array(a), batch_axes(a.shape.rank() - 2) {
    if (!fits()) {
      array = row_major(a);
      layout = {std::max<std::int64_t>(1, array.shape.back()), 1};
    }
  }
  std::int64_t offset(std::int64_t batch) const {
    std::int64_t at = 0;
    for (int axis = batch_axes; axis-- > 0; batch /= array.shape[axis])
      at += batch % array.shape[axis] * array.strides[axis];
    return at;
  }

 private:
  bool fits() {
    const std::int64_t rows = array.shape[batch_axes], columns = array.shape[batch_axes + 1];
    const std::int64_t row = array.strides[batch_axes], column = array.strides[batch_axes + 1];
    // The stride of an axis of one element says nothing.
    if ((column == 1 || columns == 1) && (rows == 1 || row >= std::max<std::int64_t>(1, columns))) {
      layout = {rows == 1 ? std::max<std::int64_t>(1, columns) : row, 1};
      return true;
    }
    if ((row == 1 || rows == 1) && (columns == 1 || column >= std::max<std::int64_t>(1, rows))) {
      layout = {1, columns == 1 ? std::max<std::int64_t>(1, rows) : column};
      return true;
    }
    return false;
  }
};

/// A long inner axis of a small result is cut, so that all threads have work: parts, which depend on the shape alone.
std::int64_t inner_parts(std::int64_t tiles, std::int64_t k) {
  constexpr std::int64_t shortest = 512, enough = 16;
  return tiles >= enough ? 1 : std::clamp<std::int64_t>(k / shortest, 1, enough / tiles);
}

template <class T>
void add_parts(const T* parts, std::int64_t count, std::int64_t size, T* out) {
  for (std::int64_t i = 0; i < size; ++i) {
    T sum = parts[i];
    for (std::int64_t p = 1; p < count; ++p) sum += parts[p * size + i];
    out[i] = sum;
  }
}

template <class T>
void batched(const Matrices& x, const Matrices& y, Array& out) {
  const std::int64_t m = x.array.shape[x.batch_axes], k = x.array.shape.back(), n = y.array.shape.back();
  const std::int64_t batch = out.size() / std::max<std::int64_t>(1, m * n);
  if (out.size() == 0) return;
  if (k == 0) {
    std::fill_n(out.data<T>(), out.size(), T(0));
    return;
  }
  // Tiles of the result, of a size that depends on nothing but the shapes.
  constexpr std::int64_t tile = 256;
  const bool large = m * n * k > std::int64_t{64} * 64 * 64;
  const std::int64_t tile_m = large ? 2 * tile : m, tile_n = large ? tile : n;
  const std::int64_t tiles_m = (m + tile_m - 1) / tile_m, tiles_n = (n + tile_n - 1) / tile_n,
                     tiles = tiles_m * tiles_n;
  const std::int64_t parts = batch == 1 && large ? inner_parts(tiles, k) : 1, part_k = (k + parts - 1) / parts;
  const std::int64_t grain =
      std::max<std::int64_t>(1, 65536 / std::max<std::int64_t>(1, std::min(tile_m, m) * std::min(tile_n, n) * part_k));
  const T* px = x.array.data<T>();
  const T* py = y.array.data<T>();
  Array aside = parts > 1 ? empty_array(out.dtype, {parts, m, n}) : out;
  T* po = aside.data<T>();
  parallel_for(batch * tiles * parts, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      check_interrupt();
      const std::int64_t b = t / (tiles * parts), part = t / tiles % parts;
      const std::int64_t i = (t % tiles) / tiles_n * tile_m, j = (t % tiles_n) * tile_n, p = part * part_k;
      product(px + x.offset(b) + i * x.layout.row + p * x.layout.column,
              py + y.offset(b) + p * y.layout.row + j * y.layout.column, po + (b + part) * m * n + i * n + j,
              std::min(tile_m, m - i), std::min(part_k, k - p), std::min(tile_n, n - j), x.layout, y.layout, n);
    }
  });
  if (parts > 1) add_parts(po, parts, m * n, out.data<T>());
}

}  // namespace

void matmul(const Array& a, const Array& b, Array& out) {
  provide(out);
  const Matrices x(a), y(b);
  with_type(out.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, bool>) batched<T>(x, y, out);
  });
}

}  // namespace terrella::cpu
