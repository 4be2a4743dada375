// core/sparse.h: sparse matrices as a shared pattern and a tensor of values, and solves with them.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "core/tensor.h"

namespace terrella {

/// Where a sparse matrix may be other than zero: entry k stands in row(k), column(k). Sorted by rows, then columns,
/// each place once. A value: cheap to copy, never changed.
class SparsePattern {
 public:
  SparsePattern() = default;
  std::int64_t rows() const;
  std::int64_t columns() const;
  std::int64_t entries() const;
  /// Row starts [rows + 1], columns [entries]: compressed rows.
  const std::vector<std::int64_t>& row_starts() const;
  const std::vector<std::int64_t>& column_of() const;
  /// Row of every entry, and its column, as i64 tensors [entries].
  const Tensor& row_index() const;
  const Tensor& column_index() const;
  bool operator==(const SparsePattern& other) const;

 private:
  friend struct Assembly;
  struct Data;
  std::shared_ptr<const Data> data_;
  friend struct Assembly assemble(std::int64_t, std::int64_t, const std::vector<std::int64_t>&,
                                  const std::vector<std::int64_t>&);
};

/// How contributions become entries: several contributions to one place are added.
struct Assembly {
  SparsePattern pattern;
  Tensor entry;  ///< i64 [contributions]: the entry that each goes to
  /// Values [.., entries] of the matrix from contributions [.., contributions]; linear.
  Tensor values(const Tensor& contributions) const;
};

/// The pattern that these (row, column) pairs make. Fails naming the pair that lies outside.
Assembly assemble(std::int64_t rows, std::int64_t columns, const std::vector<std::int64_t>& row,
                  const std::vector<std::int64_t>& column);

/// A x for values [.., entries] and x [.., columns]; differentiable in both. Leading axes broadcast.
Tensor sparse_product(const SparsePattern& pattern, const Tensor& values, const Tensor& x);
/// A^H y for y [.., rows].
Tensor sparse_adjoint_product(const SparsePattern& pattern, const Tensor& values, const Tensor& y);

/// x of A x = b for real symmetric positive definite A with both triangles in the pattern; values [entries], b [n] or
/// [n, m], f64. The factor is kept for derivatives of every order. Gradients come for each entry as if it stood alone;
/// A must stay symmetric. SolveError names the row where A is not positive definite.
Tensor sparse_solve_positive(const SparsePattern& pattern, const Tensor& values, const Tensor& b);

}  // namespace terrella
