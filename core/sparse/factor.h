// core/sparse/factor.h: factors of a sparse matrix as flat numbers, and what is solved with them. For the files beside
// it.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "core/sparse/analysis.h"

namespace terrella::sparse {

/// Where the parts of a factor stand. It is of R A C, with factors R, C of rows and columns that are powers of two and
/// bring its elements near 1; R = C where A is symmetric.
struct FactorLayout {
  std::int64_t upper, diagonal, beside, row_scale, column_scale, size;
  FactorLayout(const Analysis& analysis, MatrixKind kind);
};

/// Fills factor [layout.size] and pivots [n] from the values of the entries. SolveError as of solve(); `which` names
/// the matrix of a batch.
template <class T>
void factorise(const SparsePattern& pattern, MatrixKind kind, const T* values, T* factor, std::int64_t* pivots,
               std::string_view which);

/// x of A x = b, or A^H x = b, for x and b [n, m], by one pass over the factor. Not refined.
template <class T>
void substitute(const Analysis& analysis, MatrixKind kind, const T* factor, const std::int64_t* pivots, bool adjoint,
                std::int64_t m, const T* b, T* x);

/// What leads from some rows of a right-hand side to some of the solution.
struct Reach {
  std::vector<std::int64_t> given, wanted;  ///< rows, ascending
  std::vector<bool> down, up;               ///< fronts that the given rows reach, fronts that the wanted ones need
  Reach(const Analysis& analysis, std::vector<std::int64_t> given, std::vector<std::int64_t> wanted);
};

/// Rows `wanted` of x of A x = b for b [given, m], x [wanted, m], of matrices that are not general.
template <class T>
void substitute_between(const Analysis& analysis, MatrixKind kind, const T* factor, const std::int64_t* pivots,
                        const Reach& reach, std::int64_t m, const T* b, T* x);

/// The same, checked by one solution of all columns together; refined as a whole where the factor alone does not do.
template <class T>
void solve_between_with(const SparsePattern& pattern, MatrixKind kind, const T* values, const T* factor,
                        const std::int64_t* pivots, const Reach& reach, std::int64_t m, const T* b, T* x,
                        std::string_view which);

/// substitute(), refined until A x is b to rounding, where the factor alone does not do. SolveError where it cannot.
template <class T>
void solve_with(const SparsePattern& pattern, MatrixKind kind, const T* values, const T* factor,
                const std::int64_t* pivots, bool adjoint, std::int64_t m, const T* b, T* x, std::string_view which);

}  // namespace terrella::sparse
