// Multifrontal factorisation: Duff & Reid (1983), Liu (1992).
#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/sparse/factor.h"
#include "core/sparse/front.h"

namespace terrella::sparse {

FactorLayout::FactorLayout(const Analysis& a, MatrixKind kind) {
  const bool general = kind == MatrixKind::general;
  upper = a.lower_size;
  diagonal = upper + (general ? a.upper_size : 0);
  beside = diagonal + a.n;
  row_scale = beside + a.n;
  column_scale = row_scale + (general ? a.n : 0);
  size = column_scale + a.n;
}

namespace {

template <class T>
class Factorisation {
 public:
  Factorisation(const SparsePattern& pattern, MatrixKind kind, const T* values, T* factor, std::int64_t* pivots,
                std::string_view which)
      : pattern_(pattern),
        a_(analysis(pattern)),
        kind_(kind),
        layout_(a_, kind),
        values_(values),
        factor_(factor),
        pivots_(pivots),
        which_(which),
        general_(kind == MatrixKind::general),
        left_(a_.fronts.size()) {}

  /// Pivots that were replaced.
  Pivoting run() {
    if (kind_ != MatrixKind::general) require_symmetry();
    scale();
    cpu::parallel_for(static_cast<std::int64_t>(a_.subtrees.size()), 1, [&](std::int64_t from, std::int64_t to) {
      Space space;
      for (std::int64_t s = from; s < to; ++s) {
        const auto [first, last] = a_.subtrees[static_cast<std::size_t>(s)];
        for (std::int32_t f = first; f < last; ++f) work(f, space);
      }
    });
    Space space;
    for (const std::int32_t f : a_.top) work(f, space);
    return found_;
  }

 private:
  using R = Real<T>;
  struct Space {  // of one thread
    std::vector<T> rest, scratch;
  };

  [[noreturn]] void refuse(const std::string& why) const {
    throw SolveError(text("sparse solve: the matrix", which_, why));
  }
  std::int32_t old(std::int64_t column) const { return a_.order[static_cast<std::size_t>(column)]; }

  void require_symmetry() const {
    const Transposed& turned = transposed(pattern_);
    if (!(turned.pattern == pattern_))
      refuse(" is not symmetric in its pattern; give its kind as general, or entries on both sides of the diagonal");
    const bool hermitian = kind_ != MatrixKind::symmetric;
    std::vector<R> largest(static_cast<std::size_t>(a_.n), 0);
    for_entries(pattern_, [&](std::int32_t i, std::int32_t, std::size_t k) {
      auto& most = largest[static_cast<std::size_t>(i)];
      most = std::max(most, size_of(values_[k]));
    });
    const R allowed = 1000 * std::numeric_limits<R>::epsilon();
    for_entries(pattern_, [&](std::int32_t i, std::int32_t j, std::size_t k) {
      if (j < i || (j == i && !hermitian)) return;  // each pair once
      const T across = values_[turned.from[k]], expected = hermitian ? conjugate(across) : across;
      const R most = std::min(largest[static_cast<std::size_t>(i)], largest[static_cast<std::size_t>(j)]);
      if (size_of(values_[k] - expected) > allowed * most)
        refuse(text(" is not ", hermitian ? "Hermitian" : "symmetric", ": entry (", i, ", ", j, ") is ", values_[k],
                    ", entry (", j, ", ", i, ") ", across, "; give the kind that it is"));
    });
  }

  /// Ruiz (2001): rows and columns are divided by the roots of their largest elements, twice, and more often where some
  /// are far from 1 still: a pivot that is small by its row's scale alone must not look like none.
  void scale() {
    const auto n = static_cast<std::size_t>(a_.n);
    std::vector<R> row(n, 1), column(n, 1);
    constexpr R most = R(1) / std::numeric_limits<R>::min() / 4;  // so that factors have inverses
    bool far = true;
    for (int pass = 0; pass < 2 || (far && pass < 12); ++pass) {
      far = false;
      std::vector<R> of_row(n, 0), of_column(n, 0);
      for_entries(pattern_, [&](std::int32_t i, std::int32_t j, std::size_t k) {
        const auto r = static_cast<std::size_t>(i), c = static_cast<std::size_t>(j);
        const R size = size_of(values_[k]) * row[r] * column[c];
        if (!(size <= std::numeric_limits<R>::max()))
          refuse(text(": entry (", name_of_row(pattern_, i), ", ", j, ") is ", values_[k]));
        of_row[r] = std::max(of_row[r], size);
        of_column[c] = std::max(of_column[c], size);
      });
      for (std::size_t i = 0; i < n; ++i) {
        if (of_row[i] == 0)
          refuse(text(" is singular: row ", name_of_row(pattern_, static_cast<std::int64_t>(i)), " is zero"));
        if (of_column[i] == 0) refuse(text(" is singular: column ", i, " is zero"));
        const auto root = [](R x) { return std::ldexp(R(1), -((std::ilogb(x) + 1) >> 1)); };  // about 1 / sqrt(x)
        row[i] = std::clamp(row[i] * root(of_row[i]), 1 / most, most);
        column[i] = std::clamp(column[i] * root(general_ ? of_column[i] : of_row[i]), 1 / most, most);
        far = far || of_row[i] < R(0x1p-8) || (general_ && of_column[i] < R(0x1p-8));
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      factor_[layout_.row_scale + static_cast<std::int64_t>(i)] = T(row[i]);
      factor_[layout_.column_scale + static_cast<std::int64_t>(i)] = T(column[i]);
    }
  }

  void work(std::int32_t number, Space& space) {
    check_interrupt();
    const auto index = static_cast<std::size_t>(number);
    const Front& f = a_.fronts[index];
    const std::int64_t w = f.width, b = f.below;
    if (static_cast<std::int64_t>(space.rest.size()) < b * b) space.rest.resize(static_cast<std::size_t>(b * b));
    const FrontView<T> view{w,
                            b,
                            factor_ + f.lower,
                            general_ ? factor_ + layout_.upper + f.upper : nullptr,
                            factor_ + layout_.diagonal + f.first,
                            factor_ + layout_.beside + f.first,
                            pivots_ + f.first,
                            space.rest.data()};
    std::fill_n(view.lower, (w + b) * w, T(0));
    if (general_) std::fill_n(view.upper, b * w, T(0));
    for (std::int64_t i = 0; i < b; ++i) std::fill_n(view.rest + i * b, general_ ? b : i + 1, T(0));
    for (std::int64_t e = a_.entry_starts[index]; e < a_.entry_starts[index + 1]; ++e)
      add(a_.entries[static_cast<std::size_t>(e)]);
    for (std::int32_t c = a_.child_starts[index]; c < a_.child_starts[index + 1]; ++c) {
      const auto child = static_cast<std::size_t>(a_.children[static_cast<std::size_t>(c)]);
      extend(a_.fronts[child], static_cast<const T*>(left_[child] ? left_[child]->data : nullptr), view);
      left_[child] = {};
    }
    note(eliminate(view, kind_, space.scratch), f);
    if (b == 0) return;
    left_[index] = cpu::allocate(static_cast<std::size_t>(general_ ? b * b : b * (b + 1) / 2) * sizeof(T));
    T* to = static_cast<T*>(left_[index]->data);
    for (std::int64_t i = 0; i < b; ++i) to = std::copy_n(view.rest + i * b, general_ ? b : i + 1, to);
  }

  void add(const EntryPlace& e) {
    const auto k = static_cast<std::size_t>(e.entry);
    const std::int64_t i = pattern_.data().row_of[k], j = pattern_.data().column_of[k];
    // One triangle of a symmetric matrix counts.
    if (!general_ && (e.upper || a_.number[static_cast<std::size_t>(j)] > a_.number[static_cast<std::size_t>(i)]))
      return;
    // One after the other: the product of both factors may overflow where the value is tiny or zero.
    const T value =
        values_[k] * std::real(factor_[layout_.row_scale + i]) * std::real(factor_[layout_.column_scale + j]);
    factor_[(e.upper ? layout_.upper : 0) + e.to] += value;
  }

  /// Adds what a child left.
  void extend(const Front& child, const T* from, const FrontView<T>& to) const {
    const std::int32_t* const place = a_.place.data() + child.rows;
    const std::int64_t b = child.below, w = to.width;
    std::int64_t inside = 0;  // rows that are pivots here
    while (inside < b && place[inside] < w) ++inside;
    for (std::int64_t i = 0; i < b; ++i) {
      const std::int64_t columns = general_ ? b : i + 1, pivots = std::min(inside, columns);
      T* const lower = to.lower + place[i] * w;
      for (std::int64_t j = 0; j < pivots; ++j) lower[place[j]] += from[j];
      if (i < inside) {
        for (std::int64_t j = inside; j < columns; ++j) to.upper[(place[j] - w) * w + place[i]] += from[j];
      } else {
        T* const rest = to.rest + (place[i] - w) * to.below - w;
        for (std::int64_t j = inside; j < columns; ++j) rest[place[j]] += from[j];
      }
      from += columns;
    }
  }

  void note(const Pivoting& found, const Front& f) {
    if (found.not_positive >= 0)
      refuse(text(" of ", a_.n, " rows is not positive definite at row ", old(f.first + found.not_positive),
                  ": its pivot is ", found.first_size, " beside elements of 1; add damping or check its assembly"));
    if (found.perturbed == 0) return;
    const std::scoped_lock lock(mutex_);
    const std::int32_t column = f.first + found.first_perturbed;
    if (found_.perturbed == 0 || column < found_.first_perturbed) {
      found_.first_perturbed = column;
      found_.first_size = found.first_size;
    }
    found_.perturbed += found.perturbed;
  }

  const SparsePattern& pattern_;
  const Analysis& a_;
  MatrixKind kind_;
  FactorLayout layout_;
  const T* values_;
  T* factor_;
  std::int64_t* pivots_;
  std::string_view which_;
  bool general_;
  std::vector<BufferPointer> left_;  // what each front leaves for its parent: packed triangle, or square
  std::mutex mutex_;
  Pivoting found_;
};

/// Replaced pivots are right where refinement mends them for any right-hand side; a singular matrix has none, or one
/// that is all rounding.
template <class T>
void require_refinable(const SparsePattern& pattern, MatrixKind kind, const T* values, const T* factor,
                       const std::int64_t* pivots, std::string_view which, const Pivoting& found) {
  using R = Real<T>;
  const Analysis& a = analysis(pattern);
  const FactorLayout layout(a, kind);
  std::vector<T> b(static_cast<std::size_t>(a.n)), x(b.size());
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < b.size(); ++i) {  // from 1 to 2, scaled
    state = state * 6364136223846793005U + 1442695040888963407U;
    b[i] = T(1 + static_cast<R>(state >> 40) / R(1 << 24)) /
           std::real(factor[layout.row_scale + static_cast<std::int64_t>(i)]);
  }
  R largest = 0;
  try {
    solve_with(pattern, kind, values, factor, pivots, false, 1, b.data(), x.data(), which);
    for (std::size_t i = 0; i < x.size(); ++i)
      largest =
          std::max(largest, size_of(x[i] / std::real(factor[layout.column_scale + static_cast<std::int64_t>(i)])));
  } catch (const SolveError&) { largest = std::numeric_limits<R>::infinity(); }
  if (largest < R(0.01) / std::numeric_limits<R>::epsilon()) return;
  throw SolveError(
      text("sparse solve: the matrix", which, " is singular or needs pivots from further away: pivot ",
           found.first_perturbed, ", of row ",
           name_of_row(pattern, a.order[static_cast<std::size_t>(found.first_perturbed)]), ", is ", found.first_size,
           " beside elements of 1 (", found.perturbed,
           " such pivots in all), and refinement does not mend it. Leave places that hold zeros on the "
           "diagonal out of the pattern, since rows are matched to columns by places alone, or solve by MUMPS"));
}

}  // namespace

template <class T>
void factorise(const SparsePattern& pattern, MatrixKind kind, const T* values, T* factor, std::int64_t* pivots,
               std::string_view which) {
  try {
    const Pivoting found = Factorisation<T>(pattern, kind, values, factor, pivots, which).run();
    if (found.perturbed > 0) require_refinable(pattern, kind, values, factor, pivots, which, found);
  } catch (const std::bad_alloc&) {
    throw ResourceError(text("sparse solve: no memory for the fronts of a matrix of ", pattern.rows(),
                             " rows, whose factor has ", FactorLayout(analysis(pattern), kind).size, " numbers"));
  }
}

#define TERRELLA_OF(T) \
  template void factorise(const SparsePattern&, MatrixKind, const T*, T*, std::int64_t*, std::string_view);
TERRELLA_OF(float)
TERRELLA_OF(double)
TERRELLA_OF(std::complex<float>)
TERRELLA_OF(std::complex<double>)
#undef TERRELLA_OF

}  // namespace terrella::sparse
