// Solutions as good as the matrix allows: refinement of Skeel (1980), and where it stalls, since many pivots were
// replaced, GMRES of Saad & Schultz (1986) with the factor as its preconditioner, as in Arioli, Duff, Gratton & Pralet
// (2007).
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/sparse/factor.h"
#include "core/sparse/front.h"

namespace terrella::sparse {
namespace {

/// r [n, m] = b - A x or b - A^H x.
template <class T>
void residual(const SparsePattern& pattern, const T* values, bool adjoint, std::int64_t m, const T* b, const T* x,
              T* r) {
  if (m == 1 && !adjoint) {
    const auto& starts = pattern.row_starts();
    const auto& column = pattern.column_of();
    for (std::int64_t i = 0; i < pattern.rows(); ++i) {
      T sum = b[i];
      for (auto k = static_cast<std::size_t>(starts[static_cast<std::size_t>(i)]);
           k < static_cast<std::size_t>(starts[static_cast<std::size_t>(i) + 1]); ++k)
        sum -= values[k] * x[column[k]];
      r[i] = sum;
    }
    return;
  }
  std::copy_n(b, pattern.rows() * m, r);
  for_entries(pattern, [&](std::int64_t i, std::int64_t j, std::size_t k) {
    const T value = adjoint ? conjugate(values[k]) : values[k];
    const T* const from = x + (adjoint ? i : j) * m;
    T* const to = r + (adjoint ? j : i) * m;
    for (std::int64_t c = 0; c < m; ++c) to[c] -= value * from[c];
  });
}

/// Whether a residual is rounding, in the scaled matrix, whose elements are about 1.
template <class T>
class Accuracy {
 public:
  using R = Real<T>;
  Accuracy(const Analysis& a, MatrixKind kind, const T* factor, bool adjoint)
      : n_(a.n),
        rows_(factor + (adjoint ? FactorLayout(a, kind).column_scale : FactorLayout(a, kind).row_scale)),
        columns_(factor + (adjoint ? FactorLayout(a, kind).row_scale : FactorLayout(a, kind).column_scale)) {}
  /// Scaled residual of column c beside solution and right-hand side, in units of rounding.
  double error(std::int64_t m, std::int64_t c, const T* b, const T* x, const T* r) const {
    R of_r = 0, of_x = 0, of_b = 0;
    for (std::int64_t i = 0; i < n_; ++i) {
      of_r = std::max(of_r, larger(r[i * m + c] * row(i)));
      of_b = std::max(of_b, larger(b[i * m + c] * row(i)));
      of_x = std::max(of_x, larger(x[i * m + c] / column(i)));
    }
    if (of_r == 0) return 0;
    return static_cast<double>(of_r / (of_x + of_b) / std::numeric_limits<R>::epsilon());
  }

  /// Of every column, right-hand side and solution together, scaled; 1 where that is nothing to divide by.
  std::vector<R> sizes(std::int64_t m, const T* b, const T* x) const {
    std::vector<R> of_b(static_cast<std::size_t>(m), 0), of_x(of_b);
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t c = 0; c < m; ++c) {
        const auto at = static_cast<std::size_t>(c);
        of_b[at] = std::max(of_b[at], size_of(b[i * m + c] * row(i)));
        of_x[at] = std::max(of_x[at], size_of(x[i * m + c] / column(i)));
      }
    for (std::size_t c = 0; c < of_b.size(); ++c) {
      of_b[c] += of_x[c];
      if (!std::isnormal(of_b[c])) of_b[c] = 1;
    }
    return of_b;
  }

 private:
  /// NaN counts as infinite.
  static R larger(T x) {
    const R size = size_of(x);
    return size >= 0 ? size : std::numeric_limits<R>::infinity();
  }
  /// Factors are real: as complex numbers they would be squared to divide by them.
  R row(std::int64_t i) const { return std::real(rows_[i]); }
  R column(std::int64_t i) const { return std::real(columns_[i]); }
  std::int64_t n_;
  const T *rows_, *columns_;
};

/// Corrections of one solution by at most that many steps; each replaced pivot can cost one.
constexpr std::int64_t steps = 60;

/// x of a system that a factor nearly solves.
template <class T>
class Gmres {
 public:
  using R = Real<T>;
  Gmres(const SparsePattern& pattern, MatrixKind kind, const T* values, const T* factor, const std::int64_t* pivots,
        bool adjoint)
      : pattern_(pattern),
        a_(analysis(pattern)),
        kind_(kind),
        values_(values),
        factor_(factor),
        pivots_(pivots),
        adjoint_(adjoint),
        n_(static_cast<std::size_t>(a_.n)),
        zero_(n_),
        moved_(n_) {
    const FactorLayout layout(a_, kind);
    columns_ = factor + (adjoint ? layout.row_scale : layout.column_scale);
  }

  /// x += what makes the residual r smallest in the space of `steps` solves.
  void correct(const T* r, T* x) {
    std::vector<std::vector<T>> v{preconditioned(r)};
    const R norm = length(v[0]);
    if (!(norm > 0) || !std::isfinite(norm)) return;
    for (T& e : v[0]) e /= norm;
    std::vector<std::vector<T>> h;  // columns of the upper triangle, by Givens rotations
    std::vector<T> sine, right{T(norm)};
    std::vector<R> cosine;
    for (std::int64_t k = 0; k < steps; ++k) {
      check_interrupt();
      std::vector<T> w(n_);
      for (std::size_t i = 0; i < n_; ++i) moved_[i] = v.back()[i] * std::real(columns_[i]);
      residual(pattern_, values_, adjoint_, 1, zero_.data(), moved_.data(), w.data());  // -A v
      w = preconditioned(w.data());
      for (T& e : w) e = -e;
      std::vector<T> column;
      for (const auto& u : v) {
        T dot(0);
        for (std::size_t i = 0; i < n_; ++i) dot += conjugate(u[i]) * w[i];
        for (std::size_t i = 0; i < n_; ++i) w[i] -= dot * u[i];
        column.push_back(dot);
      }
      const R next = length(w);
      for (std::size_t j = 0; j < cosine.size(); ++j) {
        const T upper = column[j];
        column[j] = cosine[j] * upper + sine[j] * column[j + 1];
        column[j + 1] = -conjugate(sine[j]) * upper + cosine[j] * column[j + 1];
      }
      const R size = std::hypot(std::abs(column.back()), next);
      if (!(size > 0)) break;
      const T phase = column.back() == T(0) ? T(1) : column.back() / std::abs(column.back());
      cosine.push_back(std::abs(column.back()) / size);
      sine.push_back(phase * next / size);
      column.back() = phase * size;
      right.push_back(-conjugate(sine.back()) * right.back());
      right[right.size() - 2] *= cosine.back();
      h.push_back(std::move(column));
      if (!(std::abs(right.back()) > std::numeric_limits<R>::epsilon() * norm) || !(next > 0)) break;
      for (T& e : w) e /= next;
      v.push_back(std::move(w));
    }
    for (std::size_t k = h.size(); k-- > 0;) {
      T y = right[k];
      for (std::size_t j = k + 1; j < h.size(); ++j) y -= h[j][k] * right[j];
      right[k] = y / h[k][k];
      for (std::size_t i = 0; i < n_; ++i) x[i] += right[k] * v[k][i] * std::real(columns_[i]);
    }
  }

 private:
  std::vector<T> preconditioned(const T* r) const {
    std::vector<T> out(n_);
    substitute(a_, kind_, factor_, pivots_, adjoint_, 1, r, out.data());
    for (std::size_t i = 0; i < n_; ++i) out[i] /= std::real(columns_[i]);
    return out;
  }
  static R length(const std::vector<T>& x) {
    R sum = 0;
    for (const T& e : x) sum += std::norm(e);
    return std::sqrt(sum);
  }

  const SparsePattern& pattern_;
  const Analysis& a_;
  MatrixKind kind_;
  const T *values_, *factor_, *columns_ = nullptr;
  const std::int64_t* pivots_;
  bool adjoint_;
  std::size_t n_;
  std::vector<T> zero_, moved_;
};

constexpr double good = 100;       // units of rounding that need no mending
constexpr double tolerable = 400;  // at which no more is asked where refinement stands still

}  // namespace

template <class T>
void solve_with(const SparsePattern& pattern, MatrixKind kind, const T* values, const T* factor,
                const std::int64_t* pivots, bool adjoint, std::int64_t m, const T* b, T* x, std::string_view which) {
  const Analysis& a = analysis(pattern);
  substitute(a, kind, factor, pivots, adjoint, m, b, x);
  const Accuracy<T> accuracy(a, kind, factor, adjoint);
  // All columns at once, brought to one size and each with a factor of its own, tell whether one needs mending.
  std::vector<T> all_b(static_cast<std::size_t>(a.n)), all_x(all_b.size()), r(all_b.size());
  std::vector<Real<T>> weight = accuracy.sizes(m, b, x);
  for (std::size_t c = 0; c < weight.size(); ++c)
    weight[c] = (static_cast<Real<T>>(c * 2654435761U % 65536) / Real<T>(65536) + Real<T>(0.5)) / weight[c];
  for (std::int64_t i = 0; i < a.n; ++i)
    for (std::int64_t c = 0; c < m; ++c) {
      all_b[static_cast<std::size_t>(i)] += weight[static_cast<std::size_t>(c)] * b[i * m + c];
      all_x[static_cast<std::size_t>(i)] += weight[static_cast<std::size_t>(c)] * x[i * m + c];
    }
  residual(pattern, values, adjoint, 1, all_b.data(), all_x.data(), r.data());
  if (accuracy.error(1, 0, all_b.data(), all_x.data(), r.data()) <= good) return;

  std::vector<T> residuals(static_cast<std::size_t>(a.n * m)), step(residuals.size());
  double before = std::numeric_limits<double>::infinity();
  bool stalled = false;
  for (int pass = 0; pass < 30; ++pass) {
    residual(pattern, values, adjoint, m, b, x, residuals.data());
    double worst = 0;
    for (std::int64_t c = 0; c < m; ++c) worst = std::max(worst, accuracy.error(m, c, b, x, residuals.data()));
    if (worst <= good || (worst <= tolerable && worst > before / 2)) return;
    if (stalled && !(worst < before / 2))
      throw SolveError(text("sparse solve: the matrix", which, " of ", a.n,
                            " rows: pivots from within fronts do not suffice; the residual stays at ",
                            worst * static_cast<double>(std::numeric_limits<Real<T>>::epsilon()),
                            " of the solution. Is it singular? Another kind, double precision, or MUMPS, which takes "
                            "pivots from anywhere, may help"));
    stalled = stalled || !(worst < before / 2);
    before = worst;
    if (!stalled) {
      substitute(a, kind, factor, pivots, adjoint, m, residuals.data(), step.data());
      for (std::size_t i = 0; i < step.size(); ++i) x[i] += step[i];
      continue;
    }
    Gmres<T> gmres(pattern, kind, values, factor, pivots, adjoint);
    std::vector<T> r_column(static_cast<std::size_t>(a.n)), x_column(r_column.size());
    for (std::int64_t c = 0; c < m; ++c) {
      if (accuracy.error(m, c, b, x, residuals.data()) <= good) continue;
      for (std::int64_t i = 0; i < a.n; ++i) {
        r_column[static_cast<std::size_t>(i)] = residuals[static_cast<std::size_t>(i * m + c)];
        x_column[static_cast<std::size_t>(i)] = x[i * m + c];
      }
      gmres.correct(r_column.data(), x_column.data());
      for (std::int64_t i = 0; i < a.n; ++i) x[i * m + c] = x_column[static_cast<std::size_t>(i)];
    }
  }
}

template <class T>
void solve_between_with(const SparsePattern& pattern, MatrixKind kind, const T* values, const T* factor,
                        const std::int64_t* pivots, const Reach& reach, std::int64_t m, const T* b, T* x,
                        std::string_view which) {
  const Analysis& a = analysis(pattern);
  substitute_between(a, kind, factor, pivots, reach, m, b, x);
  // One solution of all columns, each with a factor of its own, tells whether the factor does.
  const auto n = static_cast<std::size_t>(a.n);
  std::vector<Real<T>> weight(static_cast<std::size_t>(m), 0);
  const T* const scale = factor + FactorLayout(a, kind).row_scale;
  for (std::size_t k = 0; k < reach.given.size(); ++k)
    for (std::size_t c = 0; c < weight.size(); ++c)
      weight[c] = std::max(weight[c], size_of(b[k * weight.size() + c]) * std::real(scale[reach.given[k]]));
  std::vector<T> all_b(n, T(0)), all_x(n), r(n);
  for (std::size_t c = 0; c < weight.size(); ++c)
    weight[c] = (static_cast<Real<T>>(c * 2654435761U % 65536) / Real<T>(65536) + Real<T>(0.5)) /
                (std::isnormal(weight[c]) ? weight[c] : Real<T>(1));
  for (std::size_t k = 0; k < reach.given.size(); ++k)
    for (std::size_t c = 0; c < weight.size(); ++c)
      all_b[static_cast<std::size_t>(reach.given[k])] += weight[c] * b[k * weight.size() + c];
  substitute(a, kind, factor, pivots, false, 1, all_b.data(), all_x.data());
  residual(pattern, values, false, 1, all_b.data(), all_x.data(), r.data());
  if (Accuracy<T>(a, kind, factor, false).error(1, 0, all_b.data(), all_x.data(), r.data()) <= good) return;
  std::vector<T> whole_b(n * weight.size(), T(0)), whole_x(whole_b.size());
  for (std::size_t k = 0; k < reach.given.size(); ++k)
    std::copy_n(b + k * weight.size(), m, whole_b.data() + static_cast<std::size_t>(reach.given[k]) * weight.size());
  solve_with(pattern, kind, values, factor, pivots, false, m, whole_b.data(), whole_x.data(), which);
  for (std::size_t k = 0; k < reach.wanted.size(); ++k)
    std::copy_n(whole_x.data() + static_cast<std::size_t>(reach.wanted[k]) * weight.size(), m, x + k * weight.size());
}

#define TERRELLA_OF(T)                                                                                        \
  template void solve_with(const SparsePattern&, MatrixKind, const T*, const T*, const std::int64_t*, bool,   \
                           std::int64_t, const T*, T*, std::string_view);                                     \
  template void solve_between_with(const SparsePattern&, MatrixKind, const T*, const T*, const std::int64_t*, \
                                   const Reach&, std::int64_t, const T*, T*, std::string_view);
TERRELLA_OF(float)
TERRELLA_OF(double)
TERRELLA_OF(std::complex<float>)
TERRELLA_OF(std::complex<double>)
#undef TERRELLA_OF

}  // namespace terrella::sparse
