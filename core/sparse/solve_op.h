// core/sparse/solve_op.h: solves as operations of the graph. For the files beside it.
#pragma once
#include <span>
#include <vector>

#include "core/sparse.h"

namespace terrella::sparse {

/// What a solve takes of a matrix.
struct Factored {
  SparsePattern pattern;
  MatrixKind kind;
  Direct by;
  Tensor values, factor, pivots;  // the last two are empty for MUMPS
};

/// x of A x = b or A^H x = b for b [.., n, m]; batches are broadcast.
Tensor solve_factored(const Factored& matrix, const Tensor& b, bool adjoint);

/// The rows `wanted` of x for b that is given at the rows `given` and zero elsewhere, [.., given, m], of matrices that
/// are not general. Both ascend.
Tensor solve_between(const Factored& matrix, const Tensor& b, const std::vector<std::int64_t>& given,
                     const std::vector<std::int64_t>& wanted);

}  // namespace terrella::sparse
