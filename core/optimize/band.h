// core/optimize/band.h: Cholesky factors of a symmetric positive definite matrix within a band.
//
// For matrices of stations along a line, dense blocks beside the diagonal, they are several times faster than a general
// sparse factor with its ordering.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace terrella::optimize {

/// Filled entry by entry, then factored in place by square tiles, one thread, in a fixed order. Long work asks
/// core/interrupt.h.
class Band {
 public:
  /// Zero, of entries (i, j) with |i - j| <= width. Throws SolveError where OpenBLAS is wrong
  /// (core/backend/cpu/blas.h).
  Band(std::int64_t n, std::int64_t width);

  /// Entry of the lower triangle, i >= j.
  double& at(std::int64_t i, std::int64_t j) { return tiles_[place(i, j)]; }
  /// Whether the matrix is positive definite in floating point; nothing else may be asked where it is not.
  bool factor();

  /// Columns of N^-1 B in place, b [n, k] row-major.
  void solve(std::span<double> b, std::int64_t k) const;
  /// Diagonal blocks of N^-1, [n / block, block, block], block <= width + 1 and a divisor of n, without the rest of it:
  /// entries within the band follow from the factors by those to their right and below. Takahashi, Fagan & Chin (1973).
  std::vector<double> inverse_blocks(std::int64_t block) const;

 private:
  std::int64_t first(std::int64_t row) const { return row < reach_ ? 0 : row - reach_; }
  std::size_t place(std::int64_t i, std::int64_t j) const {
    const std::int64_t row = i / tile_;
    return static_cast<std::size_t>(i * stride_ + j - (row - reach_) * tile_);
  }
  /// Tile (row, column) of the lower triangle, rows `stride_` apart; those left of it in the same rows stand before it.
  double* tile(std::int64_t row, std::int64_t column) { return &tiles_[place(row * tile_, column * tile_)]; }
  const double* tile(std::int64_t row, std::int64_t column) const {
    return &tiles_[place(row * tile_, column * tile_)];
  }

  std::int64_t n_, tile_, reach_;  // rows; size of a tile; tiles left of the diagonal
  std::int64_t rows_, stride_;     // rows of tiles; entries from one row to the next
  std::vector<double> tiles_;
};

}  // namespace terrella::optimize
