// core/optimize/normal_matrix.h: sums of A^T W A, and solves with them; what Gauss-Newton and its kin are made of.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/optimize/matrix.h"

namespace terrella::optimize {

/// A symmetric positive semidefinite matrix [n, n]: dense, or sparse where its parts are (several blocks, sparse rows).
/// Sums and factors are the same bits for any number of threads.
class NormalMatrix {
 public:
  /// Zero.
  explicit NormalMatrix(std::int64_t n);
  NormalMatrix(const NormalMatrix&);
  NormalMatrix(NormalMatrix&&) noexcept;
  NormalMatrix& operator=(NormalMatrix) noexcept;
  ~NormalMatrix();

  std::int64_t size() const;
  /// += scale * A^T diag(weight) A; no weights count as ones.
  void add(const Matrix& a, std::span<const double> weight = {}, double scale = 1);
  /// += scale * other.
  void add(const NormalMatrix& other, double scale = 1);
  /// += diag(values).
  void add_diagonal(std::span<const double> values);
  std::vector<double> diagonal() const;
  std::vector<double> multiply(std::span<const double> x) const;

  /// Cholesky factors, for several solves with one matrix; copies share them.
  class Factor {
   public:
    /// x with N x = b; none where x is not finite.
    std::optional<std::vector<double>> solve(std::span<const double> b) const;
    /// Columns of N^-1 B, B [n, k] row-major.
    std::optional<std::vector<double>> solve_many(std::span<const double> b, std::int64_t k) const;
    /// Diagonal blocks of N^-1, [n / block, block, block], `block` a divisor of n; within a band at the cost of a few
    /// factorisations, without the rest of N^-1.
    std::optional<std::vector<double>> inverse_blocks(std::int64_t block) const;

   private:
    friend class NormalMatrix;
    struct Kind;
    std::shared_ptr<const Kind> kind_;
  };
  /// None where N is not positive definite in floating point, or not finite.
  std::optional<Factor> factor() const;

  /// x with N x = b by Cholesky factors; none where there are no factors or x is not finite.
  std::optional<std::vector<double>> solve(std::span<const double> b) const;
  /// Columns of N^-1 B, B [n, k] row-major; none as above.
  std::optional<std::vector<double>> solve_many(std::span<const double> b, std::int64_t k) const;
  /// Diagonal blocks, [n / block, block, block], `block` a divisor of n; none where entries lie outside of them.
  std::optional<std::vector<double>> diagonal_blocks(std::int64_t block) const;
  /// Both triangles as compressed rows; none where the matrix is dense.
  std::optional<SparseMatrix> to_sparse() const;
  /// The matrix as rows, [n, n].
  std::vector<double> to_dense() const;

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace terrella::optimize
