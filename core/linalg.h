// core/linalg.h: dense factorisations and solves of matrices in the last two axes; leading axes are a batch.
// f32 f64 c64 c128, differentiable to any order in both modes.
#pragma once
#include <optional>

#include "core/tensor.h"

namespace terrella {

/// Lower L with A = L L^H of a Hermitian positive definite A [.., n, n]. Only the Hermitian part (A + A^H) / 2 counts.
/// SolveError names the pivot and the batch entry where A is not positive definite.
Tensor cholesky(const Tensor& a);

struct Triangle {
  bool lower = true;     ///< which triangle of A is read; the other is not
  bool adjoint = false;  ///< solve A^H x = b instead
};
/// x of A x = b for triangular A [.., n, n], b [.., n, m] or a vector [n]; batch axes broadcast.
/// SolveError names the row of a zero on the diagonal.
Tensor triangular_solve(const Tensor& a, const Tensor& b, Triangle triangle = {});

/// x of A x = b for Hermitian positive definite A, by Cholesky.
Tensor solve_positive(const Tensor& a, const Tensor& b);

struct Qr {
  Tensor q, r;  ///< [.., m, k], [.., k, n], k = min(m, n); diagonal of r real and not negative
};
/// A = Q R with orthonormal columns of Q. Derivatives need m >= n and full rank.
Qr qr(const Tensor& a);

struct Plu {
  Tensor p, l, u;  ///< [.., m, m] real, [.., m, k] with ones on the diagonal, [.., k, n], k = min(m, n)
};
/// A = P L U with partial pivoting. Derivatives of l and u need a leading square part of P^T A that is regular.
Plu lu(const Tensor& a);

/// x of A x = b for square A [.., n, n], b [.., n, m] or a vector [n]; batch axes broadcast. A is factorised once, for
/// the solve, its adjoint and all derivatives. SolveError names pivot, row and batch entry of a singular matrix.
Tensor solve(const Tensor& a, const Tensor& b);
/// A^-1, by solve(); to multiply by it, solve.
Tensor inv(const Tensor& a);

/// Determinant [..]. The first derivative holds for singular matrices, too (it takes a singular value decomposition);
/// the second needs a regular one: SolveError otherwise.
Tensor det(const Tensor& a);

struct SignLogDet {
  Tensor sign;     ///< det / |det| in the dtype of the matrix; 0 for a singular one
  Tensor log_abs;  ///< log |det|, real; -infinity for a singular one
};
/// det = sign exp(log_abs), without overflow. Derivatives need regular matrices: SolveError otherwise.
SignLogDet slogdet(const Tensor& a);

struct Svd {
  Tensor u, s, vh;  ///< [.., m, k], [.., k] real and descending, [.., k, n], k = min(m, n)
};
/// A = U diag(s) V^H. Derivatives of u and vh exist for distinct singular values only: between equal ones the part that
/// is not determined is taken as zero. The phase of complex singular vectors is free: their derivatives are meaningful
/// in combinations that do not depend on it.
Svd svd(const Tensor& a);
/// s alone.
Tensor singular_values(const Tensor& a);

struct Eigh {
  Tensor values, vectors;  ///< [.., n] real and ascending; [.., n, n], orthonormal columns
};
/// A = V diag(w) V^H of the Hermitian part (A + A^H) / 2. Derivatives of the vectors exist for distinct eigenvalues
/// only: between equal ones the part that is not determined is taken as zero. Phases are free, as those of svd().
/// SolveError for NaN and infinity.
Eigh eigh(const Tensor& a);
/// The values alone. Their derivatives at equal eigenvalues are those in the basis that was found.
Tensor eigvalsh(const Tensor& a);

struct Eig {
  Tensor values, vectors;  ///< [.., n] in no order; [.., n, n]; both complex
};
/// A V = V diag(w) of square A. Columns of V have unit length, and their component of largest modulus is positive.
/// Derivatives need distinct eigenvalues; SolveError names those that are equal to rounding. Eigenvalues of a defective
/// matrix often come out apart by more: its derivatives are then finite and large, as they are beside it.
Eig eig(const Tensor& a);
/// The values alone.
Tensor eigvals(const Tensor& a);

/// Pseudoinverse [.., n, m] by the singular values above rcond times the largest; by default rcond is max(m, n) times
/// the rounding of the dtype. Derivatives are those along matrices of the same rank, so for full rank all there are.
Tensor pinv(const Tensor& a, std::optional<double> rcond = {});

struct LeastSquares {
  Tensor x;                ///< [.., n, k], or [n] for a vector b
  Tensor residuals;        ///< squared norm of A x - b for each right-hand side
  Tensor rank;             ///< [..] i64
  Tensor singular_values;  ///< [.., min(m, n)]
};
/// The x of least norm that minimises |A x - b|; A [.., m, n] of any shape and rank, b [.., m, k] or [m]. rcond and
/// derivatives as for pinv().
LeastSquares lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond = {});

/// Number of singular values above rcond times the largest, as for pinv().
Tensor matrix_rank(const Tensor& a, std::optional<double> rcond = {});
/// Largest by smallest singular value.
Tensor condition_number(const Tensor& a);

/// exp(A) of square A. The derivative along E is a block of the exponential of [A E; 0 A]: twice the size, so about
/// eight times the work, but by the same algorithm to any order. SolveError for NaN and infinity.
Tensor expm(const Tensor& a);

}  // namespace terrella
