// core/sparse/mumps.h: the solver MUMPS, loaded when first asked for. For the files beside it.
#pragma once
#include <string_view>

#include "core/sparse.h"

namespace terrella::sparse {

/// x [n, m] of A x = b, or A^H x = b: ordered, factorised with pivots from anywhere, solved, forgotten. One at a time
/// in the whole process, since the library's state is. SolveError where it is not installed, and with its code and a
/// row for singular matrices.
template <class T>
void solve_by_mumps(const SparsePattern& pattern, MatrixKind kind, const T* values, bool adjoint, std::int64_t m,
                    const T* b, T* x, std::string_view which);

}  // namespace terrella::sparse
