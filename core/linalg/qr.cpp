// Thin QR by Householder reflections.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

class QrOp final : public graph::Op {
 public:
  std::string_view name() const override { return "qr"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const linalg::ThinFactorisation given = linalg::thin_factorisation(in, out);
    const Array& a = given.a;
    const Stack& stack = given.stack;
    const std::int64_t m = given.m, n = given.n, k = given.k;
    if (k == 0) return;
    linalg::for_batch(a.dtype, stack.count, 2 * m * n * k, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      for (std::int64_t b = first; b < last; ++b) {
        // Column-major LAPACK sees the transpose, whose LQ factors are, row-major, R and Q.
        std::vector<T> work = linalg::lapack_memory<T>(m * n, n);
        std::copy_n(a.data<T>() + b * m * n, m * n, work.begin());
        std::vector<T> tau(static_cast<std::size_t>(k));
        T *q = out[0].data<T>() + b * m * k, *r = out[1].data<T>() + b * k * n;
        factor(work.data(), tau.data(), static_cast<int>(n), static_cast<int>(m), static_cast<int>(k));
        for (std::int64_t i = 0; i < k; ++i)
          for (std::int64_t j = 0; j < n; ++j) r[i * n + j] = j < i ? T(0) : work[static_cast<std::size_t>(i * n + j)];
        generate(work.data(), tau.data(), static_cast<int>(n), static_cast<int>(m), static_cast<int>(k));
        for (std::int64_t i = 0; i < m; ++i)
          for (std::int64_t j = 0; j < k; ++j) q[i * k + j] = work[static_cast<std::size_t>(i * n + j)];
        for (std::int64_t i = 0; i < k; ++i) {  // the diagonal of R is made real and not negative
          const auto size = std::abs(r[i * n + i]);
          if (!(size > 0)) continue;
          const T phase = r[i * n + i] / size, back = T(1) / phase;
          for (std::int64_t row = 0; row < m; ++row) q[row * k + i] *= phase;
          for (std::int64_t j = i; j < n; ++j) r[i * n + j] *= back;
          r[i * n + i] = size;
        }
      }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor &q = node.outputs[0], &r = node.outputs[1];
    if (r.size(-1) > r.size(-2))
      fail("qr: derivatives need at least as many rows as columns, got ", node.inputs[0].shape());
    const Tensor x = adjoint(triangular_solve(r, adjoint(t[0]), {.lower = false, .adjoint = true}));  // dA R^-1
    const Tensor c = matmul(adjoint(q), x);
    // C = Omega + dR R^-1: Omega skew-Hermitian, dR R^-1 upper triangular with a real diagonal.
    const Tensor lower = tril(c, -1);
    Tensor omega = lower - adjoint(lower);
    if (is_complex(c.dtype())) {
      const Tensor d = diagonal(c);
      omega = omega + diagonal_matrix(d - cast(real(d), c.dtype()));
    }
    return {x - matmul(q, c - omega), matmul(c - omega, r)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    const auto rule = [&](const Tensors& t) { return jvp(node, t); };
    return linalg::transposed(rule, {node.inputs[0]}, g);
  }

  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override { return apply(x[0]); }

  static Tensors apply(const Tensor& a) {
    static const QrOp op;
    const std::int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
    return graph::make_tuple(
        graph::unowned(op), {a},
        {{linalg::with_matrix(a.shape(), m, k), a.dtype()}, {linalg::with_matrix(a.shape(), k, n), a.dtype()}});
  }

 private:
  /// Calls LAPACK twice: for the size of its work space, then with it.
  template <class T, class Call>
  static void with_work(std::int64_t rows, const Call& call) {
    int lwork = -1, info = 0;
    T size;
    call(&size, &lwork, &info);
    lwork = static_cast<int>(std::real(size));
    std::vector<T> work = linalg::lapack_memory<T>(std::max(1, lwork), rows);
    call(work.data(), &lwork, &info);
  }
  template <class T>
  static void factor(T* a, T* tau, int n, int m, int) {
    with_work<T>(std::max(m, n), [&](T* work, int* lwork, int* info) {
      if constexpr (std::is_same_v<T, float>)
        sgelqf_(&n, &m, a, &n, tau, work, lwork, info);
      else if constexpr (std::is_same_v<T, double>)
        dgelqf_(&n, &m, a, &n, tau, work, lwork, info);
      else if constexpr (std::is_same_v<T, std::complex<float>>)
        cgelqf_(&n, &m, a, &n, tau, work, lwork, info);
      else
        zgelqf_(&n, &m, a, &n, tau, work, lwork, info);
    });
  }
  template <class T>
  static void generate(T* a, const T* tau, int n, int m, int k) {
    with_work<T>(std::max(m, n), [&](T* work, int* lwork, int* info) {
      if constexpr (std::is_same_v<T, float>)
        sorglq_(&k, &m, &k, a, &n, tau, work, lwork, info);
      else if constexpr (std::is_same_v<T, double>)
        dorglq_(&k, &m, &k, a, &n, tau, work, lwork, info);
      else if constexpr (std::is_same_v<T, std::complex<float>>)
        cunglq_(&k, &m, &k, a, &n, tau, work, lwork, info);
      else
        zunglq_(&k, &m, &k, a, &n, tau, work, lwork, info);
    });
  }
};

}  // namespace

Qr qr(const Tensor& a) {
  const Tensors parts = QrOp::apply(linalg::matrices("qr", a));
  return {parts[0], parts[1]};
}

}  // namespace terrella
