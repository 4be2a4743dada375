// Dense factorisations and solves.
#include "core/linalg.h"

#include "python/core/tensor.h"

namespace terrella::python {

void bind_linalg(py::module_& parent) {
  py::module_ m =
      parent.def_submodule("linalg",
                           "Dense factorisations and solves of matrices in the last two axes; leading axes are a "
                           "batch. Floating and complex, differentiable to any order.");
  m.def(
      "cholesky", [](const Operand& a) { return cholesky(a.value); }, "a"_a, Unlocked(),
      "Lower L with A = L L^H of Hermitian positive definite A [.., n, n]; SolveError names the pivot where it is "
      "not.");
  m.def(
      "triangular_solve",
      [](const Operand& a, const Operand& b, bool lower, bool adjoint) {
        return triangular_solve(a.value, b.value, {lower, adjoint});
      },
      "a"_a, "b"_a, py::kw_only(), "lower"_a = true, "adjoint"_a = false, Unlocked(),
      "x of A x = b (A^H x = b) for triangular A [.., n, n], b [.., n, m] or [n]; SolveError names a zero on the "
      "diagonal.");
  m.def(
      "solve_positive", [](const Operand& a, const Operand& b) { return solve_positive(a.value, b.value); }, "a"_a,
      "b"_a, Unlocked(), "x of A x = b for Hermitian positive definite A, by Cholesky.");
  m.def(
      "qr",
      [](const Operand& a) {
        Qr f = qr(a.value);
        return std::pair(f.q, f.r);
      },
      "a"_a, Unlocked(),
      "(Q, R) with A = Q R, Q [.., m, k] of orthonormal columns, R [.., k, n] with a diagonal that is real and not "
      "negative.");
  m.def(
      "lu",
      [](const Operand& a) {
        Plu f = lu(a.value);
        return std::tuple(f.p, f.l, f.u);
      },
      "a"_a, Unlocked(), "(P, L, U) with A = P L U, as scipy.linalg.lu.");
  m.def(
      "solve", [](const Operand& a, const Operand& b) { return solve(a.value, b.value); }, "a"_a, "b"_a, Unlocked(),
      "x of A x = b for square A [.., n, n], b [.., n, m] or [n]. One factorisation serves the solve, its adjoint and "
      "all derivatives; SolveError names pivot, row and batch entry of a singular matrix.");
  m.def(
      "inv", [](const Operand& a) { return inv(a.value); }, "a"_a, Unlocked(),
      "Inverse; to multiply by it, solve. SolveError as for solve.");
  m.def(
      "det", [](const Operand& a) { return det(a.value); }, "a"_a, Unlocked(),
      "Determinant. Its first derivative holds for singular matrices, too; the second needs a regular one.");
  m.def(
      "slogdet",
      [](const Operand& a) {
        SignLogDet f = slogdet(a.value);
        return std::pair(f.sign, f.log_abs);
      },
      "a"_a, Unlocked(), "(sign, log |det|) with det = sign exp(log |det|). Derivatives need regular matrices.");
  m.def(
      "eigh",
      [](const Operand& a) {
        Eigh f = eigh(a.value);
        return std::pair(f.values, f.vectors);
      },
      "a"_a, Unlocked(),
      "(w, V) with A = V diag(w) V^H of the Hermitian part of A, w ascending. Derivatives of V need distinct "
      "eigenvalues; between equal ones what is not determined is taken as zero.");
  m.def(
      "eigvalsh", [](const Operand& a) { return eigvalsh(a.value); }, "a"_a, Unlocked(),
      "Eigenvalues of the Hermitian part of A, ascending.");
  m.def(
      "eig",
      [](const Operand& a) {
        Eig f = eig(a.value);
        return std::pair(f.values, f.vectors);
      },
      "a"_a, Unlocked(),
      "(w, V) with A V = V diag(w), both complex, columns of unit length whose largest component is positive. "
      "Derivatives need distinct eigenvalues: SolveError otherwise.");
  m.def(
      "eigvals", [](const Operand& a) { return eigvals(a.value); }, "a"_a, Unlocked(),
      "Eigenvalues of a square matrix, complex.");
  m.def(
      "pinv", [](const Operand& a, std::optional<double> rcond) { return pinv(a.value, rcond); }, "a"_a,
      "rcond"_a = py::none(), Unlocked(),
      "Pseudoinverse by the singular values above rcond times the largest; by default max(m, n) times the rounding of "
      "the dtype. Derivatives are those along matrices of the same rank.");
  m.def(
      "lstsq",
      [](const Operand& a, const Operand& b, std::optional<double> rcond) {
        LeastSquares f = lstsq(a.value, b.value, rcond);
        return std::tuple(f.x, f.residuals, f.rank, f.singular_values);
      },
      "a"_a, "b"_a, "rcond"_a = py::none(), Unlocked(),
      "(x, residuals, rank, s): x of least norm that minimises |A x - b|, squared residuals (always, other than "
      "numpy), "
      "rank and singular values; batches as elsewhere.");
  m.def(
      "matrix_rank", [](const Operand& a, std::optional<double> rtol) { return matrix_rank(a.value, rtol); }, "a"_a,
      "rtol"_a = py::none(), Unlocked(), "Number of singular values above rtol times the largest.");
  m.def(
      "cond", [](const Operand& a) { return condition_number(a.value); }, "a"_a, Unlocked(),
      "Condition number: largest by smallest singular value.");
  m.def(
      "expm", [](const Operand& a) { return expm(a.value); }, "a"_a, Unlocked(),
      "Matrix exponential, by scaling and squaring.");
  m.def(
      "svd",
      [](const Operand& a) {
        Svd f = svd(a.value);
        return std::tuple(f.u, f.s, f.vh);
      },
      "a"_a, Unlocked(),
      "(U, s, V^H) with A = U diag(s) V^H, s [.., k] descending. Derivatives of U and V need distinct singular "
      "values.");
  m.def(
      "singular_values", [](const Operand& a) { return singular_values(a.value); }, "a"_a, Unlocked(),
      "Singular values, descending.");
}

}  // namespace terrella::python
