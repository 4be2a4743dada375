#include "core/optimize/band.h"

#include <algorithm>
#include <cmath>

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace terrella::optimize {
namespace {

/// Rows of numbers, `stride` apart; for what is read, as it stands or transposed.
struct Rows {
  const double* first;
  std::int64_t stride;
  bool transposed = false;
  CBLAS_TRANSPOSE how() const { return transposed ? CblasTrans : CblasNoTrans; }
};

/// c [m, n] -= a [m, k] b [k, n].
void subtract_product(Rows a, Rows b, double* c, std::int64_t m, std::int64_t k, std::int64_t n, std::int64_t ldc) {
  if (k == 0) return;
  const auto i = [](std::int64_t x) { return static_cast<blasint>(x); };
  cblas_dgemm(CblasRowMajor, a.how(), b.how(), i(m), i(n), i(k), -1.0, a.first, i(a.stride), b.first, i(b.stride), 1.0,
              c, i(ldc));
}

/// x [m, n] in place: x <- x L^-T for `right`, else L^-1 x, or L^-T x when transposed.
void solve_triangle(const double* l, double* x, std::int64_t m, std::int64_t n, std::int64_t ldl, std::int64_t ldx,
                    bool right, bool transposed) {
  const auto i = [](std::int64_t v) { return static_cast<blasint>(v); };
  cblas_dtrsm(CblasRowMajor, right ? CblasRight : CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans,
              CblasNonUnit, i(m), i(n), 1.0, l, i(ldl), x, i(ldx));
}

}  // namespace

// Tiles of a sixth of the band waste little beside it and are large enough for matrix products to be quick. Rows past n
// are those of an identity.
Band::Band(std::int64_t n, std::int64_t width)
    : n_(n),
      tile_(std::clamp<std::int64_t>((width / 6 + 7) / 8 * 8, 8, 64)),
      reach_((width + tile_ - 1) / tile_),
      rows_((n + tile_ - 1) / tile_),
      stride_((reach_ + 1) * tile_),
      tiles_(static_cast<std::size_t>(rows_ * tile_ * stride_), 0.0) {
  cpu::require_right_blas();
  for (std::int64_t i = n; i < rows_ * tile_; ++i) at(i, i) = 1;
}

bool Band::factor() {
  for (std::int64_t row = 0; row < rows_; ++row) {
    check_interrupt();
    const std::int64_t left = first(row);
    for (std::int64_t column = left; column <= row; ++column) {
      double* const here = tile(row, column);
      subtract_product({tile(row, left), stride_}, {tile(column, left), stride_, true}, here, tile_,
                       (column - left) * tile_, tile_, stride_);
      if (column < row) {  // times the inverse of the transposed diagonal tile
        solve_triangle(tile(column, column), here, tile_, tile_, stride_, stride_, true, true);
        continue;
      }
      for (std::int64_t i = 0; i < tile_; ++i)
        for (std::int64_t j = 0; j <= i; ++j) {
          double sum = here[i * stride_ + j];
          for (std::int64_t k = 0; k < j; ++k) sum -= here[i * stride_ + k] * here[j * stride_ + k];
          if (j < i) {
            here[i * stride_ + j] = sum / here[j * stride_ + j];
          } else {
            if (!(sum > 0)) return false;
            here[i * stride_ + i] = std::sqrt(sum);
          }
        }
    }
  }
  return true;
}

void Band::solve(std::span<double> b, std::int64_t k) const {
  // Groups of columns share the passes over the factors.
  constexpr std::int64_t group = 64;
  cpu::parallel_for(k, group, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t begin = from; begin < to; begin += group) {
      const std::int64_t count = std::min(group, to - begin);
      std::vector<double> x(static_cast<std::size_t>(rows_ * tile_ * count), 0.0);
      for (std::int64_t i = 0; i < n_; ++i)
        std::copy_n(&b[static_cast<std::size_t>(i * k + begin)], count, &x[static_cast<std::size_t>(i * count)]);
      const auto at_row = [&](std::int64_t row) { return &x[static_cast<std::size_t>(row * tile_ * count)]; };
      for (std::int64_t row = 0; row < rows_; ++row) {
        check_interrupt();
        double* const here = at_row(row);
        subtract_product({tile(row, first(row)), stride_}, {at_row(first(row)), count}, here, tile_,
                         (row - first(row)) * tile_, count, count);
        solve_triangle(tile(row, row), here, tile_, count, stride_, count, false, false);
      }
      for (std::int64_t row = rows_; row-- > 0;) {
        check_interrupt();
        double* const here = at_row(row);
        solve_triangle(tile(row, row), here, tile_, count, stride_, count, false, true);
        subtract_product({tile(row, first(row)), stride_, true}, {here, count}, at_row(first(row)),
                         (row - first(row)) * tile_, tile_, count, count);
      }
      for (std::int64_t i = 0; i < n_; ++i)
        std::copy_n(&x[static_cast<std::size_t>(i * count)], count, &b[static_cast<std::size_t>(i * k + begin)]);
    }
  });
}

std::vector<double> Band::inverse_blocks(std::int64_t block) const {
  if (block < 1 || n_ % block != 0 || block > reach_ * tile_ + 1)
    fail("band: blocks of ", block, " do not divide ", n_, " rows or do not fit into the band");
  // With L the factors, Z the inverse, C a column of tiles and P those below it within the band:
  //   G = L(P, C) L(C, C)^-1,  Z(P, C) = -Z(P, P) G,  Z(C, C) = L(C, C)^-T L(C, C)^-1 - G^T Z(P, C)
  const std::int64_t height = reach_ * tile_, wide = height + tile_;
  const auto index = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  std::vector<double> window(index(wide * wide), 0.0);  // Z of the last `reach_` + 1 tiles, symmetric, C first
  std::vector<double> g(index(height * tile_)), corner(index(tile_ * tile_)), z(index(height * tile_));
  std::vector<double> own(index(tile_ * tile_));
  std::vector<double> result(index(n_ * block));
  for (std::int64_t column = rows_; column-- > 0;) {
    check_interrupt();
    // C moves to the front: what was there follows it.
    for (std::int64_t i = wide; i-- > tile_;)
      for (std::int64_t j = wide; j-- > tile_;)
        window[index(i * wide + j)] = window[index((i - tile_) * wide + j - tile_)];
    const std::int64_t below = std::min(reach_, rows_ - 1 - column) * tile_;
    const double* const l = tile(column, column);
    // corner = L(C, C)^-1
    std::fill(corner.begin(), corner.end(), 0.0);
    for (std::int64_t j = 0; j < tile_; ++j)
      for (std::int64_t i = j; i < tile_; ++i) {
        double sum = i == j ? 1.0 : 0.0;
        for (std::int64_t k = j; k < i; ++k) sum -= l[i * stride_ + k] * corner[index(k * tile_ + j)];
        corner[index(i * tile_ + j)] = sum / l[i * stride_ + i];
      }
    std::fill(g.begin(), g.end(), 0.0);
    std::fill(z.begin(), z.end(), 0.0);
    for (std::int64_t r = 0; r < below / tile_; ++r)  // -G
      subtract_product({tile(column + 1 + r, column), stride_}, {corner.data(), tile_}, &g[index(r * tile_ * tile_)],
                       tile_, tile_, tile_, tile_);
    for (double& x : g) x = -x;
    subtract_product({&window[index(tile_ * wide + tile_)], wide}, {g.data(), tile_}, z.data(), below, below, tile_,
                     tile_);
    std::fill(own.begin(), own.end(), 0.0);
    for (std::int64_t i = 0; i < tile_; ++i)
      for (std::int64_t j = 0; j < tile_; ++j)
        for (std::int64_t k = std::max(i, j); k < tile_; ++k)
          own[index(i * tile_ + j)] += corner[index(k * tile_ + i)] * corner[index(k * tile_ + j)];
    subtract_product({g.data(), tile_, true}, {z.data(), tile_}, own.data(), tile_, below, tile_, tile_);
    for (std::int64_t i = 0; i < tile_; ++i) {
      for (std::int64_t j = 0; j < tile_; ++j) window[index(i * wide + j)] = own[index(i * tile_ + j)];
      for (std::int64_t j = 0; j < height; ++j)
        window[index(i * wide + tile_ + j)] = window[index((tile_ + j) * wide + i)] = z[index(j * tile_ + i)];
    }
    for (std::int64_t i = 0; i < tile_; ++i) {
      const std::int64_t row = column * tile_ + i;
      if (row >= n_) break;
      const std::int64_t end = (row / block + 1) * block;
      for (std::int64_t other = row; other < end; ++other) {
        const double value = window[index(i * wide + other - column * tile_)];
        result[index(row * block + other % block)] = value;
        result[index(other * block + row % block)] = value;
      }
    }
  }
  return result;
}

}  // namespace terrella::optimize
