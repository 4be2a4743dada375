#include "core/sparse/front.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend/cpu/parallel.h"

namespace terrella::sparse {
namespace {

constexpr std::int64_t block = 64;       // pivots among which rows change places
constexpr std::int64_t strip_rows = 96;  // of the rest, of one product

/// c -= a op(b) for a [m, k].
template <class T>
void subtract(CBLAS_TRANSPOSE op_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda,
              const T* b, std::int64_t ldb, T* c, std::int64_t ldc) {
  if (m == 0 || n == 0 || k == 0) return;
  cpu::gemm(CblasNoTrans, op_b, m, n, k, a, lda, b, ldb, T(1), c, ldc, T(-1));
}

template <class T>
class Elimination {
 public:
  Elimination(const FrontView<T>& front, MatrixKind kind) : f_(front), kind_(kind), w_(front.width) {
    for (std::int64_t k = 0; k < w_; ++k) f_.pivot[k] = k;
  }

  Pivoting symmetric(std::vector<T>& scratch) {
    const std::int64_t m = w_ + f_.below;
    const bool hermitian = kind_ != MatrixKind::symmetric;
    const CBLAS_TRANSPOSE turned = hermitian ? CblasConjTrans : CblasTrans;
    if (static_cast<std::int64_t>(scratch.size()) < m * w_) scratch.resize(static_cast<std::size_t>(m * w_));
    T* const ld = scratch.data();  // L D, like lower
    for (std::int64_t k = 0; k < w_; k += block) {
      const std::int64_t end = std::min(w_, k + block), width = end - k;
      std::fill_n(f_.beside + k, width, T(0));
      if (kind_ == MatrixKind::positive_definite) {
        if (!positive_block(k, end)) return found_;
      } else {
        symmetric_block(k, end, hermitian);
      }
      T* const rows = f_.lower + end * w_ + k;
      cpu::trsm({CblasRight, true, turned, true}, m - end, width, f_.lower + k * w_ + k, w_, rows, w_);
      divide(k, end, m, hermitian, ld);
      for (std::int64_t i = end; i < w_; i += block) {  // on and below the diagonal
        const std::int64_t last = std::min(w_, i + block);
        subtract(turned, m - i, last - i, width, ld + i * w_ + k, w_, f_.lower + i * w_ + k, w_, f_.lower + i * w_ + i,
                 w_);
      }
    }
    const std::int64_t b = f_.below, strips = (b + strip_rows - 1) / strip_rows;
    cpu::parallel_for(strips, parallel_grain(strips), [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t s = from; s < to; ++s) {
        const std::int64_t i = s * strip_rows, last = std::min(b, i + strip_rows);
        subtract(turned, last - i, last, w_, ld + (w_ + i) * w_, w_, f_.lower + w_ * w_, w_, f_.rest + i * b, b);
      }
    });
    return found_;
  }

  Pivoting general() {
    const std::int64_t b = f_.below;
    for (std::int64_t k = 0; k < w_; k += block) {
      const std::int64_t end = std::min(w_, k + block), width = end - k, under = w_ + b - end, beside = w_ - end;
      general_block(k, end);
      const T* const square = f_.lower + k * w_ + k;
      cpu::trsm({CblasRight, false, CblasNoTrans, false}, under, width, square, w_, f_.lower + end * w_ + k, w_);
      cpu::trsm({CblasLeft, true, CblasNoTrans, true}, width, beside, square, w_, f_.lower + k * w_ + end, w_);
      cpu::trsm({CblasRight, true, CblasTrans, true}, b, width, square, w_, f_.upper + k, w_);
      subtract(CblasNoTrans, under, beside, width, f_.lower + end * w_ + k, w_, f_.lower + k * w_ + end, w_,
               f_.lower + end * w_ + end, w_);
      subtract(CblasTrans, b, beside, width, f_.upper + k, w_, f_.lower + end * w_ + k, w_, f_.upper + end, w_);
    }
    const std::int64_t strips = (b + strip_rows - 1) / strip_rows;
    cpu::parallel_for(strips, parallel_grain(strips), [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t s = from; s < to; ++s) {
        const std::int64_t i = s * strip_rows, last = std::min(b, i + strip_rows);
        subtract(CblasTrans, last - i, b, w_, f_.lower + (w_ + i) * w_, w_, f_.upper, w_, f_.rest + i * b, b);
      }
    });
    return found_;
  }

 private:
  using R = Real<T>;
  static constexpr R smallest = 10 * std::numeric_limits<R>::epsilon();

  T& at(std::int64_t i, std::int64_t j) { return f_.lower[i * w_ + j]; }
  std::int64_t parallel_grain(std::int64_t strips) const {
    return f_.below * f_.below * w_ > 2'000'000 ? 1 : std::max<std::int64_t>(1, strips);
  }

  /// A pivot that can be divided by.
  T usable(T pivot, std::int64_t k) {
    if (size_of(pivot) > smallest) return pivot;
    if (found_.perturbed++ == 0) {
      found_.first_perturbed = static_cast<std::int32_t>(f_.pivot[k]);
      found_.first_size = static_cast<double>(size_of(pivot));
    }
    const R replaced = std::sqrt(std::numeric_limits<R>::epsilon());
    if constexpr (std::is_same_v<T, R>)
      return pivot < 0 ? -replaced : replaced;
    else
      return T(pivot.real() < 0 ? -replaced : replaced);
  }

  /// rows below -> L, and L D beside.
  void divide(std::int64_t k, std::int64_t end, std::int64_t m, bool hermitian, T* ld) {
    for (std::int64_t i = end; i < m; ++i) {
      T* const l = f_.lower + i * w_;
      T* const product = ld + i * w_;
      for (std::int64_t j = k; j < end; ++j) {
        product[j] = l[j];
        if (f_.beside[j] == T(0)) {
          l[j] *= f_.diagonal[j];
        } else {  // [l0 l1] D^-1, D^-1 = [d0 b'; b d1]
          const T b = f_.beside[j], turned = hermitian ? conjugate(b) : b, first = l[j], second = l[j + 1];
          product[j + 1] = second;
          l[j] = first * f_.diagonal[j] + second * b;
          l[j + 1] = first * turned + second * f_.diagonal[j + 1];
          ++j;
        }
      }
    }
  }

  bool positive_block(std::int64_t k, std::int64_t end) {
    for (std::int64_t p = k; p < end; ++p) {
      const R pivot = std::real(at(p, p));
      if (!(pivot > smallest)) {
        found_.not_positive = static_cast<std::int32_t>(p);
        found_.first_size = static_cast<double>(pivot);
        return false;
      }
      f_.diagonal[p] = T(1 / pivot);
      eliminate_one(p, end, true);
    }
    return true;
  }

  /// L of column p from its pivot, and the columns after it within the block.
  void eliminate_one(std::int64_t p, std::int64_t end, bool hermitian) {
    T column[block];  // of D L^T
    for (std::int64_t j = p + 1; j < end; ++j) column[j - p - 1] = hermitian ? conjugate(at(j, p)) : at(j, p);
    for (std::int64_t i = p + 1; i < end; ++i) {
      const T l = at(i, p) *= f_.diagonal[p];
      T* const row = &at(i, p + 1);
      for (std::int64_t j = 0; j < i - p; ++j) row[j] -= l * column[j];
    }
  }

  /// Bunch & Kaufman (1977) within a block.
  void symmetric_block(std::int64_t k, std::int64_t end, bool hermitian) {
    const R alpha = (1 + std::sqrt(R(17))) / 8;
    for (std::int64_t p = k; p < end;) {
      std::int64_t r = p;
      R largest = 0;
      for (std::int64_t i = p + 1; i < end; ++i)
        if (size_of(at(i, p)) > largest) largest = size_of(at(i, p)), r = i;
      const R own = size_of(at(p, p));
      bool pair = false;
      if (own < alpha * largest && largest > smallest) {
        R across = 0;  // the largest element of row r off the diagonal
        for (std::int64_t j = p; j < end; ++j)
          if (j != r) across = std::max(across, size_of(j < r ? at(r, j) : at(j, r)));
        if (own * across >= alpha * largest * largest) {
        } else if (size_of(at(r, r)) >= alpha * across) {
          exchange(p, r, end, hermitian);
        } else {
          exchange(p + 1, r, end, hermitian);
          pair = true;
        }
      }
      if (pair) {
        eliminate_pair(p, end, hermitian);
        p += 2;
      } else {
        T pivot = at(p, p);
        if (hermitian) pivot = T(std::real(pivot));
        f_.diagonal[p] = T(1) / usable(pivot, p);
        eliminate_one(p, end, hermitian);
        ++p;
      }
    }
  }

  void eliminate_pair(std::int64_t p, std::int64_t end, bool hermitian) {
    const T a = hermitian ? T(std::real(at(p, p))) : at(p, p), b = at(p + 1, p),
            c = hermitian ? T(std::real(at(p + 1, p + 1))) : at(p + 1, p + 1);
    const T turned = hermitian ? conjugate(b) : b;
    const T a_b = a / b, c_b = c / turned;  // scaled by the largest element, as in LAPACK's sytf2
    const T factor = T(1) / (a_b * c_b - T(1));
    const T first = c_b * factor / b, second = a_b * factor / turned, beside = -factor / turned;
    f_.diagonal[p] = first;
    f_.diagonal[p + 1] = second;
    f_.beside[p] = beside;  // element (p + 1, p) of the inverse
    f_.beside[p + 1] = T(0);
    const T beside_turned = hermitian ? conjugate(beside) : beside;
    T u[block], v[block];
    for (std::int64_t j = p + 2; j < end; ++j) {
      u[j - p - 2] = hermitian ? conjugate(at(j, p)) : at(j, p);
      v[j - p - 2] = hermitian ? conjugate(at(j, p + 1)) : at(j, p + 1);
    }
    for (std::int64_t i = p + 2; i < end; ++i) {
      const T x = at(i, p), y = at(i, p + 1);  // L D of row i
      const T l0 = at(i, p) = x * first + y * beside, l1 = at(i, p + 1) = x * beside_turned + y * second;
      T* const row = &at(i, p + 2);
      for (std::int64_t j = 0; j < i - p - 1; ++j) row[j] -= l0 * u[j] + l1 * v[j];
    }
    at(p + 1, p) = T(0);  // L is 1 there
  }

  /// Rows and columns p < r of what is left, and of L so far.
  void exchange(std::int64_t p, std::int64_t r, std::int64_t end, bool hermitian) {
    if (p == r) return;
    std::swap(f_.pivot[p], f_.pivot[r]);
    std::swap_ranges(f_.lower + p * w_, f_.lower + p * w_ + p, f_.lower + r * w_);
    std::swap(at(p, p), at(r, r));
    for (std::int64_t i = p + 1; i < r; ++i) {
      std::swap(at(i, p), at(r, i));
      if (hermitian) at(i, p) = conjugate(at(i, p)), at(r, i) = conjugate(at(r, i));
    }
    if (hermitian) at(r, p) = conjugate(at(r, p));
    for (std::int64_t i = r + 1; i < end; ++i) std::swap(at(i, p), at(i, r));
    for (std::int64_t i = end; i < w_ + f_.below; ++i) std::swap(at(i, p), at(i, r));
  }

  /// Partial pivoting within a block.
  void general_block(std::int64_t k, std::int64_t end) {
    for (std::int64_t p = k; p < end; ++p) {
      std::int64_t r = p;
      for (std::int64_t i = p + 1; i < end; ++i)
        if (size_of(at(i, p)) > size_of(at(r, p))) r = i;
      if (r != p) {
        std::swap(f_.pivot[p], f_.pivot[r]);
        std::swap_ranges(f_.lower + p * w_, f_.lower + (p + 1) * w_, f_.lower + r * w_);
        for (std::int64_t i = 0; i < f_.below; ++i) std::swap(f_.upper[i * w_ + p], f_.upper[i * w_ + r]);
      }
      at(p, p) = usable(at(p, p), p);
      const T inverse = T(1) / at(p, p);
      for (std::int64_t i = p + 1; i < end; ++i) {
        const T l = at(i, p) *= inverse;
        for (std::int64_t j = p + 1; j < end; ++j) at(i, j) -= l * at(p, j);
      }
    }
  }

  const FrontView<T>& f_;
  MatrixKind kind_;
  std::int64_t w_;
  Pivoting found_;
};

}  // namespace

template <class T>
Pivoting eliminate(const FrontView<T>& front, MatrixKind kind, std::vector<T>& scratch) {
  Elimination<T> work(front, kind);
  return kind == MatrixKind::general ? work.general() : work.symmetric(scratch);
}

template Pivoting eliminate(const FrontView<float>&, MatrixKind, std::vector<float>&);
template Pivoting eliminate(const FrontView<double>&, MatrixKind, std::vector<double>&);
template Pivoting eliminate(const FrontView<std::complex<float>>&, MatrixKind, std::vector<std::complex<float>>&);
template Pivoting eliminate(const FrontView<std::complex<double>>&, MatrixKind, std::vector<std::complex<double>>&);

}  // namespace terrella::sparse
