// Algebraic multigrid by smoothed aggregation: levels, their smoothing by Chebyshev polynomials, and the V-cycle.
#include <limits>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/precondition/aggregation.h"
#include "core/precondition/kind.h"

namespace terrella::precondition {
namespace {

using krylov::Real;
using krylov::Vector;

constexpr std::int64_t grain = 4096;  // rows that a thread takes at a time

template <class T, class F>
void each_row(const Rows<T>& a, const F& f) {
  cpu::parallel_for(a.rows, grain, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) f(i);
  });
}

/// Largest eigenvalue of the symmetric tridiagonal matrix, with the residual that its eigenvector has where `back` goes
/// on beyond the matrix: about an upper bound of the eigenvalue of what the matrix is a section of.
template <class R>
R ritz_bound(const std::vector<R>& diagonal, const std::vector<R>& back) {
  R low = *std::max_element(diagonal.begin(), diagonal.end()), high = low;
  for (const R b : back) high = std::max(high, low + 2 * b);
  for (int halving = 0; halving < 40; ++halving) {  // by the signs of pivots of T - t
    const R t = (low + high) / 2;
    R pivot = diagonal[0] - t;
    bool below = pivot < 0;
    for (std::size_t k = 1; below && k < diagonal.size(); ++k) {
      pivot = diagonal[k] - t - back[k - 1] * back[k - 1] / pivot;
      below = pivot < 0;
    }
    (below ? high : low) = t;
  }
  R before = 0, last = 1, sum = 1;
  for (std::size_t k = 0; k + 1 < diagonal.size(); ++k) {
    const R next = ((high - diagonal[k]) * last - (k > 0 ? back[k - 1] * before : R(0))) / back[k];
    before = last, last = next;
    sum += next * next;
  }
  return high + back[diagonal.size() - 1] * std::abs(last) / std::sqrt(sum);
}

/// About an upper bound of the eigenvalues of D^-1 A: Lanczos' method in the product x^H |D| y, with the residual added
/// as in Zhou & Li (2011), held below Gershgorin's bound.
template <class T>
Real<T> largest_eigenvalue(const Rows<T>& a, const Vector<T>& inverse) {
  using R = Real<T>;
  const std::int64_t n = a.rows;
  Vector<T> before(n), v(n), w(n);
  Vector<R> weight(n), bound(n);
  each_row(a, [&](std::int64_t i) {
    R sum = 0;
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k) sum += std::abs(a.value[k]);
    bound[i] = sum * std::abs(inverse[i]);
    weight[i] = 1 / std::abs(inverse[i]);
    before[i] = T(0);
    const auto place = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15U;
    v[i] = T(static_cast<R>(static_cast<double>((place ^ (place >> 29)) % 65536) / 32768 - 1)) / std::sqrt(weight[i]);
  });
  const R most = *std::max_element(bound.data(), bound.data() + n);
  const auto length = [&](const Vector<T>& x) {
    return std::sqrt(krylov::total<R>(n, [&](std::int64_t i) { return weight[i] * krylov::square(x[i]); }));
  };
  krylov::scale(v, T(1 / length(v)));
  std::vector<R> diagonal, back;
  for (int step = 0; step < 12; ++step) {
    diagonal.push_back(krylov::total<R>(n, [&](std::int64_t i) {
      w[i] = a.times(i, v.data()) / weight[i];
      return weight[i] * krylov::real_part(krylov::conjugate(v[i]) * w[i]);
    }));
    const T own = T(diagonal.back()), other = T(step > 0 ? back.back() : R(0));
    krylov::each(n, [&](std::int64_t i) { w[i] -= own * v[i] + other * before[i]; });
    back.push_back(length(w));
    if (!(back.back() > std::numeric_limits<R>::epsilon() * most)) break;
    std::swap(before, v);
    std::swap(v, w);
    krylov::scale(v, T(1 / back.back()));
  }
  const R found = ritz_bound(diagonal, back);
  return found > 0 && found < most ? found : most;
}

/// Dense factors of the coarsest matrix. Where it is singular what is not determined is zero.
template <class T>
class DenseFactor {
 public:
  explicit DenseFactor(const Rows<T>& a) : n_(a.rows), lu_(static_cast<std::size_t>(n_ * n_)) {
    Real<T> largest = 0;
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k) {
        at(i, a.column[k]) += a.value[k];
        largest = std::max(largest, std::abs(a.value[k]));
      }
    const Real<T> least = largest * static_cast<Real<T>>(n_) * std::numeric_limits<Real<T>>::epsilon();
    for (std::int64_t k = 0; k < n_; ++k) {
      std::int64_t p = k;
      for (std::int64_t i = k + 1; i < n_; ++i)
        if (std::abs(at(i, k)) > std::abs(at(p, k))) p = i;
      pivot_.push_back(p);
      for (std::int64_t j = 0; p != k && j < n_; ++j) std::swap(at(k, j), at(p, j));
      const bool vanishes = !(std::abs(at(k, k)) > least);
      at(k, k) = vanishes ? T(0) : T(1) / at(k, k);
      for (std::int64_t i = k + 1; i < n_; ++i) {
        const T factor = at(i, k) *= at(k, k);
        for (std::int64_t j = k + 1; j < n_; ++j) at(i, j) -= factor * at(k, j);
      }
    }
  }
  void solve(T* x) const {
    for (std::int64_t k = 0; k < n_; ++k) std::swap(x[k], x[pivot_[static_cast<std::size_t>(k)]]);
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t j = 0; j < i; ++j) x[i] -= at(i, j) * x[j];
    for (std::int64_t i = n_; i-- > 0;) {
      for (std::int64_t j = i + 1; j < n_; ++j) x[i] -= at(i, j) * x[j];
      x[i] *= at(i, i);
    }
  }

 private:
  T& at(std::int64_t i, std::int64_t j) { return lu_[static_cast<std::size_t>(i * n_ + j)]; }
  const T& at(std::int64_t i, std::int64_t j) const { return lu_[static_cast<std::size_t>(i * n_ + j)]; }
  std::int64_t n_;
  std::vector<T> lu_;
  std::vector<std::int64_t> pivot_;
};

template <class T>
struct Level {
  CompressedRows<T> own;  ///< on the finest level the matrix stands elsewhere
  Rows<T> a;
  Vector<T> inverse;                    ///< of the diagonal
  Real<T> largest;                      ///< eigenvalue of D^-1 A
  CompressedRows<T> prolong, restrict;  ///< none on the last level
};

/// From fine to coarse. The last level is solved by its factor, or smoothed where it has none.
template <class T>
struct Levels {
  std::vector<std::unique_ptr<Level<T>>> level;
  std::unique_ptr<DenseFactor<T>> coarsest;
};

/// Inverts the diagonal of a level, which it returns.
template <class T>
Vector<T> invert_diagonal(Level<T>& level, bool finest) {
  const Rows<T>& a = level.a;
  Vector<T> diagonal(a.rows);
  level.inverse = Vector<T>(a.rows);
  each_row(a, [&](std::int64_t i) {
    diagonal[i] = T(0);
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k)
      if (a.column[k] == i) diagonal[i] += a.value[k];
    level.inverse[i] = T(1) / diagonal[i];
  });
  for (std::int64_t i = 0; i < a.rows; ++i)
    if (diagonal[i] == T(0) || !krylov::finite(diagonal[i]))
      throw SolveError(text("multigrid: the diagonal of row ", i, finest ? "" : " of a coarser level", " is ",
                            diagonal[i] == T(0) ? "zero" : "not finite",
                            "; it is for matrices like those of elliptic operators, ilu and none are for others"));
  return diagonal;
}

template <class T>
Levels<T> levels_of(const Rows<T>& a, const MultigridOptions& options) {
  Levels<T> all;
  double threshold = options.strength;
  bool hermitian = true;
  for (CompressedRows<T> own;; threshold *= 0.5) {
    check_interrupt();
    const bool finest = all.level.empty();
    Level<T>& level = *all.level.emplace_back(std::make_unique<Level<T>>());
    level.own = std::move(own);
    level.a = finest ? a : level.own.view();
    const Vector<T> diagonal = invert_diagonal(level, finest);
    if (finest)
      for (std::int64_t i = 0; i < a.rows; ++i) hermitian = hermitian && std::imag(diagonal[i]) == 0;
    level.largest = largest_eigenvalue(level.a, level.inverse);
    if (level.a.rows <= options.coarsest) {
      all.coarsest = std::make_unique<DenseFactor<T>>(level.a);
      return all;
    }
    const Strength<T> strong(level.a, diagonal, threshold);
    const Aggregates aggregates = aggregate(strong);
    // Where hardly anything is tied together smoothing is all there is to do.
    if (aggregates.count == 0 || aggregates.count > level.a.rows * 8 / 10) return all;
    level.prolong = prolongation(strong, aggregates, diagonal, Real<T>(4) / 3 / level.largest);
    // Of a Hermitian matrix the coarse ones are Hermitian, of a complex symmetric one symmetric.
    level.restrict = hermitian ? adjoint(level.prolong.view()) : transposed(level.prolong.view());
    own = product(level.restrict.view(), product(level.a, level.prolong.view()).view());
  }
}

/// The levels of A^H: as smoothing is the same before and after, their cycle is the adjoint one.
template <class T>
Levels<T> adjoint_levels(const Levels<T>& of) {
  Levels<T> all;
  for (const auto& from : of.level) {
    Level<T>& level = *all.level.emplace_back(std::make_unique<Level<T>>());
    level.own = adjoint(from->a);
    level.a = level.own.view();
    level.largest = from->largest;
    invert_diagonal(level, true);
    level.prolong = adjoint(from->restrict.view());
    level.restrict = adjoint(from->prolong.view());
  }
  if (of.coarsest) all.coarsest = std::make_unique<DenseFactor<T>>(all.level.back()->a);
  return all;
}

template <class T>
class Hierarchy final : public Made {
 public:
  Hierarchy(SparsePattern pattern, Array values, const MultigridOptions& options)
      : pattern_(std::move(pattern)),
        values_(std::move(values)),
        smoothing_(options.smoothing),
        levels_(levels_of(Rows<T>{pattern_.rows(), pattern_.columns(), pattern_.row_starts().data(),
                                  pattern_.column_of().data(), values_.data<T>()},
                          options)) {}

  void apply(const Array& r, Array& z, bool adjoint) const override {
    if (adjoint) std::call_once(turned_, [&] { turn(); });
    const Levels<T>& levels = adjoint && !adjoint_levels_.level.empty() ? adjoint_levels_ : levels_;
    const Vector<T> b(r);
    Vector<T> x(z);
    krylov::assign(x, cycle(levels, 0, b));
  }

 private:
  /// Makes the levels of A^H, where A is not its own.
  void turn() const {
    const Rows<T>& a = levels_.level[0]->a;
    const CompressedRows<T> t = adjoint(a);
    bool hermitian = true;
    for (std::int64_t k = 0; hermitian && k < a.starts[a.rows]; ++k)
      hermitian =
          t.column[static_cast<std::size_t>(k)] == a.column[k] && t.value[static_cast<std::size_t>(k)] == a.value[k];
    for (std::int64_t i = 0; hermitian && i < a.rows; ++i)
      hermitian = t.starts[static_cast<std::size_t>(i)] == a.starts[i];
    if (!hermitian) adjoint_levels_ = adjoint_levels(levels_);
  }

  /// Chebyshev steps for A x = b from x, or from zero where x is empty.
  void smooth(const Level<T>& level, const Vector<T>& b, Vector<T>& x) const {
    using R = Real<T>;
    const R top = level.largest, bottom = top / 6, middle = (top + bottom) / 2, half = (top - bottom) / 2;
    const std::int64_t n = level.a.rows;
    Vector<T> step(n), next(n);
    R rho = half / middle;
    std::int64_t done = 0;
    if (x.size() == 0) {
      x = Vector<T>(n);
      krylov::each(n, [&](std::int64_t i) { x[i] = step[i] = level.inverse[i] * b[i] / middle; });
      done = 1;
    }
    for (; done < smoothing_; ++done) {
      const R rho_next = done == 0 ? rho : 1 / (2 * middle / half - rho);
      const R keep = done == 0 ? R(0) : rho_next * rho, gain = done == 0 ? 1 / middle : 2 * rho_next / half;
      each_row(level.a, [&](std::int64_t i) {
        const T correction = level.inverse[i] * (b[i] - level.a.times(i, x.data())) * gain;
        step[i] = done == 0 ? correction : keep * step[i] + correction;
        next[i] = x[i] + step[i];
      });
      rho = rho_next;
      std::swap(x, next);
    }
  }

  Vector<T> cycle(const Levels<T>& levels, std::size_t depth, const Vector<T>& b) const {
    const Level<T>& level = *levels.level[depth];
    Vector<T> x;
    if (depth + 1 == levels.level.size()) {
      if (!levels.coarsest) {
        smooth(level, b, x);
        return x;
      }
      x = Vector<T>(b.size());
      krylov::assign(x, b);
      levels.coarsest->solve(x.data());
      return x;
    }
    smooth(level, b, x);
    Vector<T> r(level.a.rows);
    each_row(level.a, [&](std::int64_t i) { r[i] = b[i] - level.a.times(i, x.data()); });
    const Rows<T> down = level.restrict.view(), up = level.prolong.view();
    Vector<T> coarse(down.rows);
    each_row(down, [&](std::int64_t i) { coarse[i] = down.times(i, r.data()); });
    const Vector<T> correction = cycle(levels, depth + 1, coarse);
    each_row(up, [&](std::int64_t i) { x[i] += up.times(i, correction.data()); });
    smooth(level, b, x);
    return x;
  }

  SparsePattern pattern_;
  Array values_;
  std::int64_t smoothing_;
  Levels<T> levels_;
  mutable std::once_flag turned_;
  mutable Levels<T> adjoint_levels_;
};

struct Multigrid final : Kind {
  explicit Multigrid(const MultigridOptions& o) : options(o) {}
  MultigridOptions options;
  std::shared_ptr<const Made> make(const SparsePattern& pattern, const Array& values) const override {
    std::shared_ptr<const Made> made;
    with_floating(values.dtype,
                  [&](auto t) { made = std::make_shared<Hierarchy<decltype(t)>>(pattern, values, options); });
    return made;
  }
};

}  // namespace

Preconditioner multigrid(const SparseTensor& a, const MultigridOptions& options) {
  if (!(options.strength >= 0 && options.strength < 1))
    fail("multigrid: strength must be at least 0 and below 1, got ", options.strength);
  if (options.smoothing < 1) fail("multigrid: smoothing must be at least 1, got ", options.smoothing);
  if (options.coarsest < 1) fail("multigrid: coarsest must be at least 1, got ", options.coarsest);
  return {std::make_shared<Multigrid>(options), a};
}

}  // namespace terrella::precondition
