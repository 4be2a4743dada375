// core/optimize/dense.h: products and Cholesky factors of full symmetric matrices, by OpenBLAS where they are large.
#pragma once
#include <Eigen/Cholesky>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/optimize/matrix.h"

namespace terrella::optimize {

/// Column-major.
using Dense = Eigen::MatrixXd;

/// scale * A^T diag(weight) A of a block A; no weights count as ones, else those of the rows of `a` are read from
/// `a.row` on. Threads share panels of columns: the same bits for any number of them.
Dense gram(const Block& a, std::span<const double> weight, double scale);

/// Cholesky factor of a full matrix, one thread.
class DenseFactor {
 public:
  /// None where the matrix is not positive definite in floating point, or not finite.
  static std::optional<DenseFactor> of(Dense matrix);
  /// Columns of N^-1 B in place, b [n, k] row-major.
  void solve(std::span<double> b, std::int64_t k) const;

 private:
  std::optional<Eigen::LLT<Dense>> small_;
  Dense lower_;  // of a large matrix; what stands above the diagonal is not read
};

}  // namespace terrella::optimize
