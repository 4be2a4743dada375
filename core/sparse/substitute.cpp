#include <algorithm>

#include "core/backend/cpu/gemm.h"
#include "core/backend/cpu/parallel.h"
#include "core/sparse/factor.h"
#include "core/sparse/front.h"

namespace terrella::sparse {
namespace {

constexpr std::int64_t columns_at_once = 32;  // right-hand sides that go through the factor together

/// Some right-hand sides in the order of elimination.
template <class T>
class Substitution {
 public:
  Substitution(const Analysis& a, MatrixKind kind, const T* factor, const std::int64_t* pivots, bool adjoint,
               std::int64_t m)
      : a_(a),
        layout_(a, kind),
        kind_(kind),
        factor_(factor),
        pivots_(pivots),
        adjoint_(adjoint),
        m_(m),
        y_(static_cast<std::size_t>(a.n * m)) {}

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
    if (!general) divide();
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

 private:
  T* row(std::int64_t i) { return y_.data() + i * m_; }
  T* near(std::int64_t size) {  // of no values yet
    if (static_cast<std::int64_t>(near_.size()) < size) near_.resize(static_cast<std::size_t>(size));
    return near_.data();
  }
  const T* below_of(const Front& f) const { return factor_ + f.lower + static_cast<std::int64_t>(f.width) * f.width; }

  void forward(const Front& f) {  // L
    permute(f, false);
    cpu::trsm({CblasLeft, true, CblasNoTrans, true}, f.width, m_, factor_ + f.lower, f.width, row(f.first), m_);
    scatter(f, CblasNoTrans, below_of(f));
  }
  void forward_adjoint(const Front& f) {  // U^H
    cpu::trsm({CblasLeft, false, CblasConjTrans, false}, f.width, m_, factor_ + f.lower, f.width, row(f.first), m_);
    const std::int64_t size = static_cast<std::int64_t>(f.below) * f.width;
    if (static_cast<std::int64_t>(conjugated_.size()) < size) conjugated_.resize(static_cast<std::size_t>(size));
    const T* const upper = factor_ + layout_.upper + f.upper;
    for (std::int64_t i = 0; i < size; ++i) conjugated_[static_cast<std::size_t>(i)] = conjugate(upper[i]);
    scatter(f, CblasNoTrans, conjugated_.data());
  }
  void divide() {
    for (std::int64_t k = 0; k < a_.n; ++k) {
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
  void backward(const Front& f) {
    const bool general = kind_ == MatrixKind::general;
    const CBLAS_TRANSPOSE op = general ? (adjoint_ ? CblasConjTrans : CblasTrans)
                                       : (kind_ == MatrixKind::symmetric ? CblasTrans : CblasConjTrans);
    gather(f, op, general && !adjoint_ ? factor_ + layout_.upper + f.upper : below_of(f));
    if (general && !adjoint_) {
      cpu::trsm({CblasLeft, false, CblasNoTrans, false}, f.width, m_, factor_ + f.lower, f.width, row(f.first), m_);
    } else {
      cpu::trsm({CblasLeft, true, op, true}, f.width, m_, factor_ + f.lower, f.width, row(f.first), m_);
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
  /// rows below -= l y, l [below, width].
  void scatter(const Front& f, CBLAS_TRANSPOSE op, const T* l) {
    if (f.below == 0) return;
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
  void gather(const Front& f, CBLAS_TRANSPOSE op, const T* l) {
    if (f.below == 0) return;
    T* const gathered = near(f.below * m_);
    const std::int32_t* const rows = a_.row_of.data() + f.rows;
    for (std::int64_t i = 0; i < f.below; ++i) std::copy_n(row(rows[i]), m_, gathered + i * m_);
    cpu::gemm(op, CblasNoTrans, f.width, m_, f.below, l, f.width, gathered, m_, T(1), row(f.first), m_, T(-1));
  }

  const Analysis& a_;
  FactorLayout layout_;
  MatrixKind kind_;
  const T* factor_;
  const std::int64_t* pivots_;
  bool adjoint_;
  std::int64_t m_;
  std::vector<T> y_, near_, conjugated_;
};

}  // namespace

template <class T>
void substitute(const Analysis& a, MatrixKind kind, const T* factor, const std::int64_t* pivots, bool adjoint,
                std::int64_t m, const T* b, T* x) {
  const std::int64_t pieces = (m + columns_at_once - 1) / columns_at_once;
  cpu::parallel_for(pieces, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t p = from; p < to; ++p) {
      const std::int64_t c = p * columns_at_once, width = std::min(columns_at_once, m - c);
      Substitution<T>(a, kind, factor, pivots, adjoint, width).run(b + c, x + c, m);
    }
  });
}

#define TERRELLA_OF(T)                                                                                               \
  template void substitute(const Analysis&, MatrixKind, const T*, const std::int64_t*, bool, std::int64_t, const T*, \
                           T*);
TERRELLA_OF(float)
TERRELLA_OF(double)
TERRELLA_OF(std::complex<float>)
TERRELLA_OF(std::complex<double>)
#undef TERRELLA_OF

}  // namespace terrella::sparse
