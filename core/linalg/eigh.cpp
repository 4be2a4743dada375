// Eigenvalues and eigenvectors of Hermitian matrices.
#include "core/linalg.h"
#include "core/linalg/eigen.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

/// Of a matrix that is already Hermitian; reads one triangle. Outputs: eigenvalues, and eigenvectors where wanted.
class EighOp final : public linalg::EigenOp {
 public:
  using EigenOp::EigenOp;
  std::string_view name() const override { return vectors_ ? "eigh" : "eigvalsh"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    const Array a = cpu::row_major(in[0]);
    const Stack stack(a.shape);
    const std::int64_t n = stack.rows;
    if (n == 0) return;
    linalg::for_batch(a.dtype, stack.count, 10 * n * n * n, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      using Real = decltype(std::abs(T()));
      std::vector<T> work = linalg::lapack_memory<T>(n * n, n);
      for (std::int64_t b = first; b < last; ++b) {
        linalg::require_finite(name(), stack, b, a.data<T>());
        std::copy_n(a.data<T>() + b * n * n, n * n, work.begin());
        if (decompose(work.data(), static_cast<int>(n), out[0].data<Real>() + b * n) != 0)
          throw SolveError(text(name(), ": no convergence for the matrix", linalg::which(stack, b)));
        if (!vectors_) continue;
        // Column-major LAPACK sees the conjugate of A; so are its vectors, which stand in the rows of what we see.
        T* v = out[1].data<T>() + b * n * n;
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t j = 0; j < n; ++j) v[j * n + i] = conjugate(work[static_cast<std::size_t>(i * n + j)]);
      }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensors parts = both(node, of(true));
    const Tensor &w = parts[0], &v = parts[1];
    const Tensor x = matmul(matmul(adjoint(v), t[0]), v);
    const Tensor dw = real(diagonal(x));
    if (!vectors_) return {dw};
    // 1 / (w_j - w_i), zero where they are equal: what rotates equal eigenvectors is not determined.
    const Tensor gap = expand_dims(w, w.rank() - 1) - expand_dims(w, w.rank());
    const Tensor f = where(gap == 0.0, 0.0 * gap, 1.0 / where(gap == 0.0, 1.0, gap));
    return {dw, matmul(v, f * x)};
  }

  static const EighOp& of(bool vectors) {
    static const EighOp with(true), without(false);
    return vectors ? with : without;
  }

 private:
  DType dtype_of_values(DType matrix) const override { return real_of(matrix); }
  template <class T>
  static T conjugate(const T& x) {
    if constexpr (std::is_floating_point_v<T>)
      return x;
    else
      return std::conj(x);
  }
  template <class T>
  int decompose(T* a, int n, T* w) const {
    int lwork = -1, liwork = -1, info = 0, integers = 0;
    const char* job = vectors_ ? "V" : "N";
    T size;
    const auto call = [&](T* work, int* iwork) {
      if constexpr (std::is_same_v<T, float>)
        ssyevd_(job, "U", &n, a, &n, w, work, &lwork, iwork, &liwork, &info);
      else
        dsyevd_(job, "U", &n, a, &n, w, work, &lwork, iwork, &liwork, &info);
    };
    call(&size, &integers);
    lwork = static_cast<int>(size);
    liwork = integers;
    std::vector<int> iwork(static_cast<std::size_t>(liwork));
    call(linalg::lapack_memory<T>(lwork, n).data(), iwork.data());
    return info;
  }
  template <class T>
  int decompose(std::complex<T>* a, int n, T* w) const {
    int lwork = -1, lrwork = -1, liwork = -1, info = 0, integers = 0;
    const char* job = vectors_ ? "V" : "N";
    std::complex<T> size;
    T reals;
    const auto call = [&](std::complex<T>* work, T* rwork, int* iwork) {
      if constexpr (std::is_same_v<T, float>)
        cheevd_(job, "U", &n, a, &n, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &info);
      else
        zheevd_(job, "U", &n, a, &n, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &info);
    };
    call(&size, &reals, &integers);
    lwork = static_cast<int>(size.real());
    lrwork = static_cast<int>(reals);
    liwork = integers;
    std::vector<int> iwork(static_cast<std::size_t>(liwork));
    std::vector<T> rwork(static_cast<std::size_t>(lrwork));
    call(linalg::lapack_memory<std::complex<T>>(lwork, n).data(), rwork.data(), iwork.data());
    return info;
  }
};

Tensor hermitian(const char* operation, const Tensor& matrix) {
  const Tensor a = linalg::square_matrices(operation, matrix);
  return 0.5 * (a + adjoint(a));
}

}  // namespace

Eigh eigh(const Tensor& a) {
  const Tensors parts = EighOp::of(true).apply(hermitian("eigh", a));
  return {parts[0], parts[1]};
}

Tensor eigvalsh(const Tensor& a) { return EighOp::of(false).apply(hermitian("eigvalsh", a))[0]; }

}  // namespace terrella
