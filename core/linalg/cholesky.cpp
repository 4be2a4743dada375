// Cholesky factorisation and what is solved with it.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/linalg/small.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

/// L of a matrix that is already Hermitian; reads its lower triangle. Rules: Murray (2016), arXiv:1602.07527, with the
/// diagonal kept real for complex matrices.
class Cholesky final : public graph::Op {
 public:
  std::string_view name() const override { return "cholesky"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array a = cpu::row_major(in[0]);
    const Stack stack(a.shape);
    const std::int64_t n = stack.rows;
    if (linalg::is_small(n)) {
      side_by_side(a, out[0], stack);
      return;
    }
    out[0] = cpu::zeros(out[0].dtype, out[0].shape);
    linalg::for_batch(a.dtype, stack.count, n * n * n / 3, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      for (std::int64_t b = first; b < last; ++b) {
        T* l = out[0].data<T>() + b * n * n;
        for (std::int64_t i = 0; i < n; ++i) std::copy_n(a.data<T>() + (b * n + i) * n, i + 1, l + i * n);
        // Column-major LAPACK sees the conjugate of A; its upper factor is, row-major, the lower one of A.
        std::int64_t failed = n > 0 ? factor(l, static_cast<int>(n)) : 0;
        for (std::int64_t i = 0; failed == 0 && i < n; ++i)
          if (!std::isfinite(std::abs(l[i * n + i]))) failed = i + 1;
        if (failed > 0) not_positive(stack, b, failed - 1);
      }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor& l = node.outputs[0];
    const Tensor half = triangular_solve(l, t[0]);                 // L^-1 dA
    const Tensor x = adjoint(triangular_solve(l, adjoint(half)));  // L^-1 dA L^-H
    return {matmul(l, lower_with_half_diagonal(x))};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    const Tensor& l = node.outputs[0];
    const Tensor p = lower_with_half_diagonal(matmul(adjoint(l), tril(g[0])));
    const Tensor left = triangular_solve(l, p, {.lower = true, .adjoint = true});            // L^-H P
    return {adjoint(triangular_solve(l, adjoint(left), {.lower = true, .adjoint = true}))};  // L^-H P L^-1
  }

  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override {
    return {apply(x[0])};
  }

  static Tensor apply(const Tensor& a) {
    static const Cholesky op;
    return graph::make(graph::unowned(op), {a}, graph::aval(a));
  }

 private:
  [[noreturn]] static void not_positive(const Stack& stack, std::int64_t b, std::int64_t pivot) {
    throw SolveError(text("cholesky: the matrix", linalg::which(stack, b), " is not positive definite (", stack.rows,
                          " rows; pivot ", pivot, " is not positive)"));
  }
  static void side_by_side(const Array& a, Array& out, const Stack& stack) {
    out = cpu::empty_array(out.dtype, out.shape);
    const std::int64_t n = stack.rows, bytes = n * n * static_cast<std::int64_t>(size_of(a.dtype));
    linalg::for_groups(a.dtype, stack.count, n * n * n / 3,
                       [&](const cpu::SmallKernels& kernels, std::int64_t first, std::int64_t count, void* scratch) {
                         long long failed[64];
                         kernels.cholesky(static_cast<const char*>(a.bytes()) + first * bytes,
                                          static_cast<char*>(out.bytes()) + first * bytes, failed, count, n, scratch);
                         for (std::int64_t b = 0; b < count; ++b)
                           if (failed[b] >= 0) not_positive(stack, first + b, failed[b]);
                       });
  }
  static int factor(float* l, int n) {
    return info([&](int* i) { spotrf_("U", &n, l, &n, i); });
  }
  static int factor(double* l, int n) {
    return info([&](int* i) { dpotrf_("U", &n, l, &n, i); });
  }
  static int factor(std::complex<float>* l, int n) {
    return info([&](int* i) { cpotrf_("U", &n, l, &n, i); });
  }
  static int factor(std::complex<double>* l, int n) {
    return info([&](int* i) { zpotrf_("U", &n, l, &n, i); });
  }
  template <class Call>
  static int info(const Call& call) {
    int i = 0;
    call(&i);
    return i;
  }
  static Tensor lower_with_half_diagonal(const Tensor& x) {
    const Tensor d = diagonal(x);
    return tril(x, -1) + diagonal_matrix(0.5 * cast(real(d), x.dtype()));
  }
};

}  // namespace

Tensor cholesky(const Tensor& a) {
  const Tensor m = linalg::square_matrices("cholesky", a);
  return Cholesky::apply(0.5 * (m + adjoint(m)));
}

Tensor solve_positive(const Tensor& a, const Tensor& b) {
  if (b.rank() == 1) return squeeze(solve_positive(a, expand_dims(b, 1)), -1);
  const Tensor l = cholesky(a);
  return triangular_solve(l, triangular_solve(l, b), {.lower = true, .adjoint = true});
}

}  // namespace terrella
