// core/linalg/lu.h: an LU factorisation that a solve, its adjoint and all derivatives share. For the files beside it.
#pragma once
#include "core/tensor.h"

namespace terrella::linalg {

/// Factors of A [.., m, n] with partial pivoting.
struct Lu {
  Tensor packed;       ///< [.., m, n]: U on and above the diagonal, L below; the diagonal of L is 1
  Tensor permutation;  ///< [.., m, 1], i64: row i of L U is row permutation[i] of A
  Tensor sign;         ///< [..], real: determinant of the permutation
};
/// Differentiable in `packed`; needs no regular matrix.
Lu lu_factor(const Tensor& a);

/// A square matrix with its factors, which count as constants: derivatives go by way of `a` and use the same factors.
struct Factored {
  Tensor a;
  Lu lu;
};
Factored factored(const Tensor& a);

/// x of A x = b, or of A^H x = b; b [.., n, m]. SolveError names pivot, row and batch entry of a singular matrix.
Tensor solve(const Factored& matrix, const Tensor& b, bool adjoint = false);

}  // namespace terrella::linalg
