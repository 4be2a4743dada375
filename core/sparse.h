// core/sparse.h: sparse matrices as a shared pattern and a tensor of values, their algebra, and solves with them.
//
// Whatever depends on places only (sorting, transposing, ordering for a factorisation) is done once for a pattern;
// everything else is operations on values, differentiable to any order. Leading axes of the values are a batch of
// matrices of one pattern: frequencies, samples.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/tensor.h"

namespace terrella {

/// Where a sparse matrix may be other than zero: entry k stands in row(k), column(k). Sorted by rows, then columns,
/// each place once. A value: cheap to copy, never changed. At most 2^31 - 1 rows, columns and entries.
class SparsePattern {
 public:
  SparsePattern();
  std::int64_t rows() const;
  std::int64_t columns() const;
  std::int64_t entries() const;
  /// Row starts [rows + 1], columns [entries]: compressed rows.
  const std::vector<std::int64_t>& row_starts() const;
  const std::vector<std::int32_t>& column_of() const;
  /// Row of every entry, and its column, as i64 tensors [entries].
  const Tensor& row_index() const;
  const Tensor& column_index() const;
  bool operator==(const SparsePattern& other) const;

  struct Data;  ///< for the files in core/sparse
  const Data& data() const { return *data_; }
  explicit SparsePattern(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

 private:
  std::shared_ptr<const Data> data_;
};

/// How contributions become entries: several contributions to one place are added.
struct Assembly {
  SparsePattern pattern;
  Tensor entry;  ///< i64 [contributions]: the entry that each goes to
  Tensor taken;  ///< i64: the contributions that count, in the order of `entry`; none(): all
  std::int64_t contributions = 0;
  /// Values [.., entries] of the matrix from those of each contribution, [.., contributions]; linear.
  /// std::invalid_argument where the last axis does not fit.
  Tensor values(const Tensor& each) const;
};

/// The pattern that these (row, column) pairs make. std::invalid_argument names the pair that lies outside.
Assembly assemble(std::int64_t rows, std::int64_t columns, const std::vector<std::int64_t>& row,
                  const std::vector<std::int64_t>& column);

/// The pattern of a finite-element matrix. `nodes` holds the unknowns of each element one after the other, nodes_each
/// of them; -1 is no unknown (a boundary value). Contributions are element matrices [.., elements, nodes_each,
/// nodes_each], ravelled behind the batch.
Assembly assemble_elements(std::int64_t unknowns, const std::vector<std::int64_t>& nodes, std::int64_t nodes_each);

/// Matrices of one pattern.
class SparseTensor {
 public:
  SparseTensor() = default;
  /// values [.., entries]; std::invalid_argument where the last axis does not fit. Integers become f64.
  SparseTensor(SparsePattern pattern, const Tensor& values);
  const SparsePattern& pattern() const { return pattern_; }
  const Tensor& values() const { return values_; }
  std::int64_t rows() const { return pattern_.rows(); }
  std::int64_t columns() const { return pattern_.columns(); }
  DType dtype() const { return values_.dtype(); }

 private:
  SparsePattern pattern_;
  Tensor values_;
};

/// d [.., n] on the diagonal.
SparseTensor sparse_diagonal(const Tensor& d);
/// The entries of a [n, m] that are not zero; needs its values, so not a traced one.
SparseTensor sparse_from_dense(const Tensor& a);
/// [.., rows, columns].
Tensor to_dense(const SparseTensor& a);
/// [.., min(rows, columns)]; zero where the pattern has none.
Tensor diagonal(const SparseTensor& a);

SparseTensor transpose(const SparseTensor& a);
SparseTensor adjoint(const SparseTensor& a);
SparseTensor conj(const SparseTensor& a);
/// Patterns are united; batches broadcast.
SparseTensor operator+(const SparseTensor& a, const SparseTensor& b);
SparseTensor operator-(const SparseTensor& a, const SparseTensor& b);
SparseTensor operator-(const SparseTensor& a);
/// A number for each matrix of the batch: factor [..].
SparseTensor operator*(const Tensor& factor, const SparseTensor& a);
/// diag(d) A and A diag(d).
SparseTensor scale_rows(const Tensor& d, const SparseTensor& a);
SparseTensor scale_columns(const SparseTensor& a, const Tensor& d);

/// A x for x [columns] or [.., columns, m]; batches broadcast.
Tensor matmul(const SparseTensor& a, const Tensor& x);
/// A B, in the pattern that the patterns of both make.
SparseTensor matmul(const SparseTensor& a, const SparseTensor& b);

/// Entry (i, j) is entry (rows[i], columns[j]) of A: a permutation, or a part. No row or column twice.
SparseTensor submatrix(const SparseTensor& a, const std::vector<std::int64_t>& rows,
                       const std::vector<std::int64_t>& columns);
/// [[A, B], [C, D]]; what is left out is zero. Every row and column of blocks needs one that says its size.
SparseTensor block_matrix(const std::vector<std::vector<std::optional<SparseTensor>>>& blocks);

/// What a matrix to be factorised is known to be.
enum class MatrixKind : std::uint8_t {
  general,
  symmetric,         ///< A = A^T, also for complex A
  hermitian,         ///< A = A^H
  positive_definite  ///< Hermitian, and so all pivots are positive
};

/// Who factorises.
enum class Direct : std::uint8_t {
  multifrontal,  ///< our own
  mumps  ///< MUMPS, where it is installed: pivots from anywhere, one solve at a time in the whole process, and for
         ///< every derivative the matrix is factorised again. For matrices whose pivots are hard to find.
};

/// x of A x = b for square A; b [n] or [.., n, m]; batches broadcast.
///
/// f32 f64 c64 c128; real A with complex b stays real. A is factorised once for all right-hand sides, the adjoint solve
/// and derivatives of every order; ordering and symbolic analysis are shared by all matrices of a pattern, threads work
/// on different ones. Gradients come on the pattern, for each entry as if it stood alone.
///
/// Multifrontal L D L^T or L U over a nested dissection by METIS: Karypis & Kumar (1998), Duff & Reid (1983), Liu
/// (1992). Pivots come from within a front; where none is large enough a small one is put in its place and the solution
/// refined, as in Li & Demmel (1998), Schenk & Gärtner (2006). Rows of a general matrix are matched to columns by
/// places alone: where all of the diagonal has entries they stay as they are, so leave entries that are zero out of the
/// pattern.
///
/// SolveError: NaN or infinity in A, a matrix that is not of its kind, a singular one or one whose pivots do not
/// suffice (names pivot, row and batch entry).
Tensor solve(const SparseTensor& a, const Tensor& b, MatrixKind kind = MatrixKind::general,
             Direct by = Direct::multifrontal);

/// A matrix with its factors, for solves that come one after the other. A value: cheap to copy, never changed.
class SparseFactor {
 public:
  /// Errors as of solve(), when the factors are first needed: by eval() or a solve; at once for a pattern that is
  /// singular for any values.
  explicit SparseFactor(const SparseTensor& a, MatrixKind kind = MatrixKind::general, Direct by = Direct::multifrontal);
  /// x of A x = b and of A^H x = b, like solve(); b in the precision of A or less.
  Tensor solve(const Tensor& b) const;
  Tensor solve_adjoint(const Tensor& b) const;
  /// The rows `wanted` of solve(b) for a b that is zero but at the rows `given`: b [.., given, m] to x [.., wanted, m].
  /// Both ascend. Faster than solve() where they are few, or all lie on one side: only parts of the factor are needed
  /// to lead from the ones to the others. Errors as of solve(); std::invalid_argument for rows that do not ascend.
  Tensor solve_between(const Tensor& b, const std::vector<std::int64_t>& given,
                       const std::vector<std::int64_t>& wanted) const;
  /// Factorises now.
  const SparseFactor& eval() const;
  /// Numbers stored for each matrix.
  std::int64_t numbers() const { return factor_.size(-1); }
  const SparseTensor& matrix() const { return matrix_; }
  MatrixKind kind() const { return kind_; }

 private:
  Tensor solve(const Tensor& b, bool adjoint) const;
  SparseTensor matrix_, moved_;  // as given, and with the rows that were matched to columns
  MatrixKind kind_;
  Direct by_;
  Tensor factor_, pivots_;
};

}  // namespace terrella
