#include <algorithm>

#include "core/backend/cpu/gemm.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/row_products_kernels.h"
#include "core/sparse/factor.h"
#include "core/sparse/front.h"

namespace terrella::sparse {
namespace {

constexpr std::int64_t columns_at_once = 96;  // right-hand sides that go through the factor together, at most

template <class T>
cpu::RowProductKernel row_products() {
  static const auto table =
      cpu::table_for_isa(cpu::fill_row_products_baseline, cpu::fill_row_products_avx2, cpu::fill_row_products_avx512);
  return cpu::kernels_of(table, dtype_of<T>);
}

/// Of one right-hand side, where products of matrices would take several times as long as these sums.
template <class T>
T dot(std::int64_t n, const T* a, const T* b) {
  T even(0), odd(0);
  std::int64_t k = 0;
  for (; k + 2 <= n; k += 2) {
    even += a[k] * b[k];
    odd += a[k + 1] * b[k + 1];
  }
  if (k < n) even += a[k] * b[k];
  return even + odd;
}

/// Some right-hand sides in the order of elimination.
template <class T>
class Substitution {
 public:
  Substitution(const Analysis& a, MatrixKind kind, const T* factor, const std::int64_t* pivots, bool adjoint,
               std::int64_t m)
      : a_(a), layout_(a, kind), kind_(kind), factor_(factor), pivots_(pivots), adjoint_(adjoint), m_(m), y_(a.n * m) {}

  /// b and x [n, ..], rows `stride` apart.
  void run(const T* b, T* x, std::int64_t stride) {
    const bool general = kind_ == MatrixKind::general, turned = adjoint_ && kind_ == MatrixKind::symmetric;
    const T* const before = factor_ + (adjoint_ ? layout_.column_scale : layout_.row_scale);
    const T* const after = factor_ + (adjoint_ ? layout_.row_scale : layout_.column_scale);
    for (std::int64_t i = 0; i < a_.n; ++i) {
      const std::int64_t old = a_.order[static_cast<std::size_t>(i)];
      const T* const from = b + old * stride;
      T* const to = row(i);
      const Real<T> scale = std::real(before[old]);
      for (std::int64_t j = 0; j < m_; ++j) to[j] = from[j] * scale;
      if (turned)
        for (std::int64_t j = 0; j < m_; ++j) to[j] = conjugate(to[j]);
    }
    for (const Front& f : a_.fronts) general&& adjoint_ ? forward_adjoint(f) : forward(f);
    if (!general) divide(0, a_.n);
    for (auto f = a_.fronts.rbegin(); f != a_.fronts.rend(); ++f) backward(*f);
    for (std::int64_t i = 0; i < a_.n; ++i) {
      const std::int64_t old = a_.order[static_cast<std::size_t>(i)];
      const T* const from = row(i);
      T* const to = x + old * stride;
      const Real<T> scale = std::real(after[old]);
      for (std::int64_t j = 0; j < m_; ++j) to[j] = from[j] * scale;
      if (turned)
        for (std::int64_t j = 0; j < m_; ++j) to[j] = conjugate(to[j]);
    }
  }

  /// b [given, ..] and x [wanted, ..], rows `stride` apart. A is symmetric or Hermitian.
  void run_between(const Reach& reach, const T* b, T* x, std::int64_t stride) {
    const T* const scale = factor_ + layout_.row_scale;
    const auto number = [&](std::int64_t old) { return a_.number[static_cast<std::size_t>(old)]; };
    for (std::size_t f = 0; f < a_.fronts.size(); ++f)
      if (reach.down[f]) std::fill_n(row(a_.fronts[f].first), a_.fronts[f].width * m_, T(0));
    for (const std::int64_t old : reach.given) {
      T* const to = row(number(old));
      const Real<T> by = std::real(scale[old]);
      for (std::int64_t j = 0; j < m_; ++j) to[j] = b[j] * by;
      b += stride;
    }
    for (std::size_t f = 0; f < a_.fronts.size(); ++f)
      if (reach.down[f]) forward(a_.fronts[f]);
    for (std::size_t f = 0; f < a_.fronts.size(); ++f)
      if (reach.down[f]) divide(a_.fronts[f].first, a_.fronts[f].first + a_.fronts[f].width);
    for (std::size_t f = a_.fronts.size(); f-- > 0;)
      if (reach.up[f]) backward(a_.fronts[f], !reach.down[f]);
    for (const std::int64_t old : reach.wanted) {
      const T* const from = row(number(old));
      const Real<T> by = std::real(scale[old]);
      for (std::int64_t j = 0; j < m_; ++j) x[j] = from[j] * by;
      x += stride;
    }
  }

 private:
  T* row(std::int64_t i) const { return y_.data() + i * m_; }
  T* near(std::int64_t size) {  // of no values yet
    if (static_cast<std::int64_t>(near_.size()) < size) near_.resize(static_cast<std::size_t>(size));
    return near_.data();
  }
  const T* below_of(const Front& f) const { return factor_ + f.lower + static_cast<std::int64_t>(f.width) * f.width; }

  void forward(const Front& f) {  // L
    permute(f, false);
    if (m_ == 1) return forward_one(f);
    lower(f, CblasNoTrans);
    scatter(f, CblasNoTrans, below_of(f));
  }
  void forward_one(const Front& f) {
    const std::int64_t w = f.width;
    const T* l = factor_ + f.lower;
    T* const y = row(f.first);
    for (std::int64_t k = 1; k < w; ++k) y[k] -= dot(k, l + k * w, y);
    l += w * w;
    const std::int32_t* const rows = a_.row_of.data() + f.rows;
    for (std::int64_t i = 0; i < f.below; ++i, l += w) *row(rows[i]) -= dot(w, l, y);
  }
  void backward_one(const Front& f, bool conjugated) {  // L^T or L^H of a unit triangle
    const std::int64_t w = f.width;
    const T* const square = factor_ + f.lower;
    const T* l = below_of(f);
    T* const y = row(f.first);
    const std::int32_t* const rows = a_.row_of.data() + f.rows;
    const auto subtract = [&](std::int64_t n, T factor, const T* from) {
      if (conjugated)
        for (std::int64_t k = 0; k < n; ++k) y[k] -= factor * conjugate(from[k]);
      else
        for (std::int64_t k = 0; k < n; ++k) y[k] -= factor * from[k];
    };
    for (std::int64_t i = 0; i < f.below; ++i, l += w) subtract(w, *row(rows[i]), l);
    for (std::int64_t k = w; k-- > 1;) subtract(k, y[k], square + k * w);
    permute(f, true);
  }
  void forward_adjoint(const Front& f) {  // U^H
    cpu::trsm({CblasLeft, false, CblasConjTrans, false}, f.width, m_, factor_ + f.lower, f.width, row(f.first), m_);
    const std::int64_t size = static_cast<std::int64_t>(f.below) * f.width;
    if (static_cast<std::int64_t>(conjugated_.size()) < size) conjugated_.resize(static_cast<std::size_t>(size));
    const T* const upper = factor_ + layout_.upper + f.upper;
    for (std::int64_t i = 0; i < size; ++i) conjugated_[static_cast<std::size_t>(i)] = conjugate(upper[i]);
    scatter(f, CblasNoTrans, conjugated_.data());
  }
  void divide(std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const T d = factor_[layout_.diagonal + k], b = factor_[layout_.beside + k];
      T *const one = row(k), *const other = one + m_;
      if (b == T(0)) {
        for (std::int64_t j = 0; j < m_; ++j) one[j] *= d;
        continue;
      }
      const T next = factor_[layout_.diagonal + k + 1], turned = kind_ == MatrixKind::symmetric ? b : conjugate(b);
      for (std::int64_t j = 0; j < m_; ++j) {
        const T first = one[j], second = other[j];
        one[j] = d * first + turned * second;
        other[j] = b * first + next * second;
      }
      ++k;
    }
  }
  /// `empty`: the rows of pivots are zero, and hold anything.
  void backward(const Front& f, bool empty = false) {
    const bool general = kind_ == MatrixKind::general;
    const CBLAS_TRANSPOSE op = general ? (adjoint_ ? CblasConjTrans : CblasTrans)
                                       : (kind_ == MatrixKind::symmetric ? CblasTrans : CblasConjTrans);
    if (empty && (m_ == 1 || f.below == 0)) std::fill_n(row(f.first), f.width * m_, T(0));
    if (m_ == 1 && !(general && !adjoint_)) return backward_one(f, op == CblasConjTrans);
    gather(f, op, general && !adjoint_ ? factor_ + layout_.upper + f.upper : below_of(f), empty);
    if (general && !adjoint_) {
      cpu::trsm({CblasLeft, false, CblasNoTrans, false}, f.width, m_, factor_ + f.lower, f.width, row(f.first), m_);
    } else {
      lower(f, op);
      permute(f, true);
    }
  }

  /// Rows of pivots as they were interchanged, or back.
  void permute(const Front& f, bool back) {
    const std::int64_t* const pivot = pivots_ + f.first;
    bool moved = false;
    for (std::int64_t k = 0; k < f.width && !moved; ++k) moved = pivot[k] != k;
    if (!moved) return;
    T* const rows = row(f.first);
    std::copy_n(rows, f.width * m_, near(f.width * m_));
    for (std::int64_t k = 0; k < f.width; ++k)
      std::copy_n(near_.data() + (back ? k : pivot[k]) * m_, m_, rows + (back ? pivot[k] : k) * m_);
  }
  /// op(L)^-1 of rows of pivots, L with ones on its diagonal.
  void lower(const Front& f, CBLAS_TRANSPOSE op) {
    const T* const l = factor_ + f.lower;
    if (!is_small(f)) return cpu::trsm({CblasLeft, true, op, true}, f.width, m_, l, f.width, row(f.first), m_);
    const bool down = op == CblasNoTrans;
    const long w = f.width, some = 4;
    // Output o from terms [begin, end), counted from the end where L is transposed.
    const auto subtract = [&](long first, long outputs, long begin, long end) {
      const long o = down ? first : w - first - outputs, t = down ? begin : w - end;
      const T* const from = down ? l + o * w + t : l + t * w + o;
      row_products<T>()(
          {from, down ? w : 1, down ? 1 : w, op == CblasConjTrans, nullptr, outputs, nullptr, end - begin, m_, false},
          row(f.first + t), row(f.first + o));
    };
    for (long k = 0; k < w; k += some) {
      const long outputs = std::min(some, w - k);
      if (k > 0) subtract(k, outputs, 0, k);
      for (long o = k + 1; o < k + outputs; ++o) subtract(o, 1, k, o);
    }
  }
  /// Larger ones go to BLAS, which packs: what is read again and again fits no cache.
  static bool is_small(const Front& f) { return f.width <= 128 && f.below <= 512; }

  /// rows below -= l y, l [below, width].
  void scatter(const Front& f, CBLAS_TRANSPOSE op, const T* l) {
    if (f.below == 0) return;
    if (is_small(f))
      return row_products<T>()({l, f.width, 1, false, a_.row_of.data() + f.rows, f.below, nullptr, f.width, m_, false},
                               row(f.first), row(0));
    T* const product = near(f.below * m_);
    cpu::gemm(op, CblasNoTrans, f.below, m_, f.width, l, f.width, row(f.first), m_, T(0), product, m_);
    const std::int32_t* const rows = a_.row_of.data() + f.rows;
    for (std::int64_t i = 0; i < f.below; ++i) {
      T* const to = row(rows[i]);
      const T* const from = product + i * m_;
      for (std::int64_t j = 0; j < m_; ++j) to[j] -= from[j];
    }
  }
  /// rows of pivots -= op(l) of rows below.
  void gather(const Front& f, CBLAS_TRANSPOSE op, const T* l, bool empty) {
    if (f.below == 0) return;
    if (is_small(f))
      return row_products<T>()(
          {l, 1, f.width, op == CblasConjTrans, nullptr, f.width, a_.row_of.data() + f.rows, f.below, m_, empty},
          row(0), row(f.first));
    T* const gathered = near(f.below * m_);
    const std::int32_t* const rows = a_.row_of.data() + f.rows;
    for (std::int64_t i = 0; i < f.below; ++i) std::copy_n(row(rows[i]), m_, gathered + i * m_);
    cpu::gemm(op, CblasNoTrans, f.width, m_, f.below, l, f.width, gathered, m_, empty ? T(0) : T(1), row(f.first), m_,
              T(-1));
  }

  const Analysis& a_;
  FactorLayout layout_;
  MatrixKind kind_;
  const T* factor_;
  const std::int64_t* pivots_;
  bool adjoint_;
  std::int64_t m_;
  cpu::Memory<T> y_;
  std::vector<T> near_, conjugated_;
};

}  // namespace

Reach::Reach(const Analysis& a, std::vector<std::int64_t> given_rows, std::vector<std::int64_t> wanted_rows)
    : given(std::move(given_rows)),
      wanted(std::move(wanted_rows)),
      down(a.fronts.size(), false),
      up(a.fronts.size(), false) {
  std::vector<std::int32_t> front_of(static_cast<std::size_t>(a.n));
  for (std::size_t f = 0; f < a.fronts.size(); ++f)
    std::fill_n(front_of.begin() + a.fronts[f].first, a.fronts[f].width, static_cast<std::int32_t>(f));
  const auto mark = [&](const std::vector<std::int64_t>& rows, std::vector<bool>& which) {
    for (const std::int64_t old : rows)
      for (std::int32_t f = front_of[static_cast<std::size_t>(a.number[static_cast<std::size_t>(old)])];
           f >= 0 && !which[static_cast<std::size_t>(f)]; f = a.fronts[static_cast<std::size_t>(f)].parent)
        which[static_cast<std::size_t>(f)] = true;
  };
  mark(given, down);
  mark(wanted, up);
}

template <class T>
void substitute_between(const Analysis& a, MatrixKind kind, const T* factor, const std::int64_t* pivots,
                        const Reach& reach, std::int64_t m, const T* b, T* x) {
  const std::int64_t pieces = (m + columns_at_once - 1) / columns_at_once;
  cpu::parallel_for(pieces, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t p = from; p < to; ++p) {
      const std::int64_t c = m * p / pieces, width = m * (p + 1) / pieces - c;
      Substitution<T>(a, kind, factor, pivots, false, width).run_between(reach, b + c, x + c, m);
    }
  });
}

template <class T>
void substitute(const Analysis& a, MatrixKind kind, const T* factor, const std::int64_t* pivots, bool adjoint,
                std::int64_t m, const T* b, T* x) {
  const std::int64_t pieces = (m + columns_at_once - 1) / columns_at_once;
  cpu::parallel_for(pieces, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t p = from; p < to; ++p) {
      const std::int64_t c = m * p / pieces, width = m * (p + 1) / pieces - c;
      Substitution<T>(a, kind, factor, pivots, adjoint, width).run(b + c, x + c, m);
    }
  });
}

#define TERRELLA_OF(T)                                                                                               \
  template void substitute(const Analysis&, MatrixKind, const T*, const std::int64_t*, bool, std::int64_t, const T*, \
                           T*);                                                                                      \
  template void substitute_between(const Analysis&, MatrixKind, const T*, const std::int64_t*, const Reach&,         \
                                   std::int64_t, const T*, T*);
TERRELLA_OF(float)
TERRELLA_OF(double)
TERRELLA_OF(std::complex<float>)
TERRELLA_OF(std::complex<double>)
#undef TERRELLA_OF

}  // namespace terrella::sparse
