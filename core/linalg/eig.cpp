// Eigenvalues and right eigenvectors of general matrices.
#include <limits>

#include "core/linalg.h"
#include "core/linalg/eigen.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

/// The vectors as they are, or SolveError where two of the values are equal to rounding: in front of derivatives.
/// Inputs: vectors, values.
class Distinct final : public graph::Op {
 public:
  std::string_view name() const override { return "eig"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    out[0] = in[0];
    const Array values = cpu::row_major(in[1]);
    const std::int64_t n = values.shape.back(), count = n == 0 ? 0 : values.size() / n;
    with_type(values.dtype, [&](auto t) {
      using T = decltype(t);
      if constexpr (!std::is_integral_v<T>)
        for (std::int64_t b = 0; b < count; ++b) {
          using Real = decltype(std::abs(T()));
          const T* w = values.data<T>() + b * n;
          Real largest = 0;
          for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, Real(std::abs(w[i])));
          for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < i; ++j)
              if (!(std::abs(w[i] - w[j]) > Real(10) * std::numeric_limits<Real>::epsilon() * largest))
                throw SolveError(text("eig: eigenvalues ", j, " and ", i, " of the matrix",
                                      count > 1 ? text(" number ", b, " of the batch") : "",
                                      " are equal; derivatives need distinct ones"));
        }
    });
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    return {t[0].defined() ? of(t[0], node.inputs[1]) : Tensor::none()};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {of(g[0], node.inputs[1]), Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>& batched, std::int64_t size) const override {
    if (batched[0]) return {of(x[0], x[1])};
    Shape wide = {size};
    for (int i = 0; i < x[0].rank(); ++i) wide.push_back(x[0].shape()[i]);
    return {of(broadcast_to(x[0], wide), x[1])};
  }
  static Tensor of(const Tensor& vectors, const Tensor& values) {
    static const Distinct op;
    return graph::make(graph::unowned(op), {vectors, values}, graph::aval(vectors));
  }
};

/// Of complex matrices. Outputs: eigenvalues, and eigenvectors where wanted.
class EigOp final : public linalg::EigenOp {
 public:
  using EigenOp::EigenOp;
  std::string_view name() const override { return vectors_ ? "eig" : "eigvals"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    const Array a = cpu::row_major(in[0]);
    const Stack stack(a.shape);
    const std::int64_t n = stack.rows;
    if (n == 0) return;
    linalg::for_batch(a.dtype, stack.count, 25 * n * n * n, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      if constexpr (!std::is_floating_point_v<T>)
        for (std::int64_t b = first; b < last; ++b) {
          linalg::require_finite(name(), stack, b, a.data<T>());
          one(stack, b, a.data<T>() + b * n * n, out[0].data<T>() + b * n,
              vectors_ ? out[1].data<T>() + b * n * n : nullptr);
        }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensors parts = both(node, of(true));
    const Tensor &w = parts[0], v = Distinct::of(parts[1], w);
    const Tensor x = solve(v, matmul(t[0], v));
    const Tensor dw = diagonal(x);
    if (!vectors_) return {dw};
    const std::int64_t n = w.size(-1);
    const Tensor one = eye(n, x.dtype());
    const Tensor gap = expand_dims(w, w.rank() - 1) - expand_dims(w, w.rank()) + one;
    Tensor dv = matmul(v, (1.0 - one) * x / gap);
    // Unit length, and the largest component stays real.
    const Tensor along = sum(real(conj(v) * dv), {-2}, true);
    const Tensor largest = expand_dims(argmax(stop_gradient(abs(v)), -2), -2);
    const Tensor mask = cast(expand_dims(arange(n), 1) == largest, x.dtype());
    const Tensor turn = imag(sum(mask * dv, {-2}, true)) / real(sum(mask * v, {-2}, true));
    dv = dv - v * cast(along, v.dtype()) - v * (std::complex<double>(0, 1) * cast(turn, v.dtype()));
    return {dw, dv};
  }

  static const EigOp& of(bool vectors) {
    static const EigOp with(true), without(false);
    return vectors ? with : without;
  }

 private:
  DType dtype_of_values(DType matrix) const override { return matrix; }
  template <class T>
  void one(const Stack& stack, std::int64_t b, const T* a, T* w, T* v) const {
    using Real = typename T::value_type;
    const std::int64_t n = stack.rows;
    std::vector<T> work = linalg::lapack_memory<T>(n * n, n), right = linalg::lapack_memory<T>(v ? n * n : 1, n);
    bool all_real = true;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        work[static_cast<std::size_t>(j * n + i)] = a[i * n + j];
        all_real = all_real && a[i * n + j].imag() == 0;
      }
    const int info = all_real ? decompose_real(work, right, w, static_cast<int>(n))
                              : decompose(work.data(), right.data(), w, static_cast<int>(n));
    if (info != 0) throw SolveError(text(name(), ": no convergence for the matrix", linalg::which(stack, b)));
    if (!v) return;
    for (std::int64_t j = 0; j < n; ++j) {
      const T* column = right.data() + j * n;
      std::int64_t top = 0;
      for (std::int64_t i = 1; i < n; ++i)
        if (std::abs(column[i]) > std::abs(column[top])) top = i;
      const Real size = std::abs(column[top]);
      const T turn = size > 0 ? std::conj(column[top]) / size : T(1);
      for (std::int64_t i = 0; i < n; ++i) v[i * n + j] = i == top ? T(size) : column[i] * turn;
    }
  }
  template <class T>
  int decompose(std::complex<T>* a, std::complex<T>* v, std::complex<T>* w, int n) const {
    const char* job = vectors_ ? "V" : "N";
    std::vector<T> rwork(static_cast<std::size_t>(2 * n));
    int lwork = -1, info = 0;
    std::complex<T> size;
    const auto call = [&](std::complex<T>* work) {
      if constexpr (std::is_same_v<T, float>)
        cgeev_("N", job, &n, a, &n, w, nullptr, &n, v, &n, work, &lwork, rwork.data(), &info);
      else
        zgeev_("N", job, &n, a, &n, w, nullptr, &n, v, &n, work, &lwork, rwork.data(), &info);
    };
    call(&size);
    lwork = static_cast<int>(size.real());
    call(linalg::lapack_memory<std::complex<T>>(lwork, n).data());
    return info;
  }
  /// Real matrices in real arithmetic: their eigenvalues come out real or as exact conjugates.
  template <class T>
  int decompose_real(const std::vector<std::complex<T>>& matrix, std::vector<std::complex<T>>& vectors,
                     std::complex<T>* w, int n) const {
    const char* job = vectors_ ? "V" : "N";
    const auto count = static_cast<std::size_t>(n);
    std::vector<T> a = linalg::lapack_memory<T>(std::int64_t{n} * n, n), v = a, re(count), im(count);
    for (std::size_t i = 0; i < count * count; ++i) a[i] = matrix[i].real();
    int lwork = -1, info = 0;
    T size;
    const auto call = [&](T* work) {
      if constexpr (std::is_same_v<T, float>)
        sgeev_("N", job, &n, a.data(), &n, re.data(), im.data(), nullptr, &n, v.data(), &n, work, &lwork, &info);
      else
        dgeev_("N", job, &n, a.data(), &n, re.data(), im.data(), nullptr, &n, v.data(), &n, work, &lwork, &info);
    };
    call(&size);
    lwork = static_cast<int>(size);
    call(linalg::lapack_memory<T>(lwork, n).data());
    for (std::size_t j = 0; j < count; ++j) w[j] = {re[j], im[j]};
    if (!vectors_ || info != 0) return info;
    for (std::size_t j = 0; j < count; ++j) {
      const bool pair = im[j] != 0 && j + 1 < count;
      for (std::size_t i = 0; i < count; ++i) {
        const T x = v[j * count + i], y = pair ? v[(j + 1) * count + i] : T(0);
        vectors[j * count + i] = {x, y};
        if (pair) vectors[(j + 1) * count + i] = {x, -y};
      }
      if (pair) ++j;
    }
    return info;
  }
};

Tensor complex_matrix(const char* operation, const Tensor& matrix) {
  const Tensor a = linalg::square_matrices(operation, matrix);
  return cast(a, complex_of(a.dtype()));
}

}  // namespace

Eig eig(const Tensor& a) {
  const Tensors parts = EigOp::of(true).apply(complex_matrix("eig", a));
  return {parts[0], parts[1]};
}

Tensor eigvals(const Tensor& a) { return EigOp::of(false).apply(complex_matrix("eigvals", a))[0]; }

}  // namespace terrella
