// core/precondition/triangles.h: M = L U with both triangles in the pattern of a matrix: what ILU and SSOR are applied
// by.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/krylov/vectors.h"
#include "core/precondition/kind.h"
#include "core/sparse/pattern_data.h"

namespace terrella::precondition {

/// L has ones on its diagonal, that of U is kept inverted. One after the other, so the same bits always.
template <class T>
class Triangles final : public Made {
 public:
  /// With the values of the matrix. SolveError, naming the preconditioner, where a row lacks its diagonal.
  Triangles(std::string_view name, SparsePattern pattern, const T* values)
      : pattern_(std::move(pattern)), values_(values, values + pattern_.entries()) {
    diagonal_.assign(static_cast<std::size_t>(pattern_.rows()), -1);
    sparse::for_entries(pattern_, [&](std::int32_t i, std::int32_t j, std::size_t k) {
      if (i == j) diagonal_[at(i)] = static_cast<std::int64_t>(k);
    });
    for (std::int64_t i = 0; i < pattern_.rows(); ++i)
      if (diagonal_[at(i)] < 0)
        throw SolveError(text(name, ": row ", i, " has no entry on the diagonal; add one, or precondition otherwise"));
  }

  std::int64_t rows() const { return pattern_.rows(); }
  std::int64_t first(std::int64_t row) const { return pattern_.row_starts()[at(row)]; }
  std::int64_t diagonal(std::int64_t row) const { return diagonal_[at(row)]; }
  std::int64_t last(std::int64_t row) const { return pattern_.row_starts()[at(row) + 1]; }
  std::int64_t column(std::int64_t k) const { return pattern_.column_of()[at(k)]; }
  T& operator[](std::int64_t k) { return values_[at(k)]; }
  const T& operator[](std::int64_t k) const { return values_[at(k)]; }

  void apply(const Array& r, Array& z, bool adjoint) const override {
    const T* from = r.data<T>();
    T* x = z.data<T>();
    std::copy(from, from + rows(), x);
    adjoint ? substitute_adjoint(x) : substitute(x);
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  void substitute(T* x) const {
    for (std::int64_t i = 0; i < rows(); ++i)
      for (std::int64_t k = first(i); k < diagonal(i); ++k) x[i] -= (*this)[k] * x[column(k)];
    for (std::int64_t i = rows(); i-- > 0;) {
      for (std::int64_t k = diagonal(i) + 1; k < last(i); ++k) x[i] -= (*this)[k] * x[column(k)];
      x[i] *= (*this)[diagonal(i)];
    }
  }
  /// U^H, then L^H, column by column.
  void substitute_adjoint(T* x) const {
    for (std::int64_t i = 0; i < rows(); ++i) {
      x[i] *= krylov::conjugate((*this)[diagonal(i)]);
      for (std::int64_t k = diagonal(i) + 1; k < last(i); ++k) x[column(k)] -= krylov::conjugate((*this)[k]) * x[i];
    }
    for (std::int64_t i = rows(); i-- > 0;)
      for (std::int64_t k = first(i); k < diagonal(i); ++k) x[column(k)] -= krylov::conjugate((*this)[k]) * x[i];
  }

  SparsePattern pattern_;
  std::vector<T> values_;
  std::vector<std::int64_t> diagonal_;  // entry of each row
};

/// A kind whose `fill(triangles)` turns the values of the matrix into those of L and U.
template <class Fill>
std::shared_ptr<const Made> made_of_triangles(std::string_view name, const SparsePattern& pattern, const Array& values,
                                              const Fill& fill) {
  std::shared_ptr<const Made> made;
  with_floating(values.dtype, [&](auto t) {
    using T = decltype(t);
    auto triangles = std::make_shared<Triangles<T>>(name, pattern, values.data<T>());
    fill(*triangles);
    made = std::move(triangles);
  });
  return made;
}

}  // namespace terrella::precondition
