// Thin singular value decomposition.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

class SvdOp final : public graph::Op {
 public:
  std::string_view name() const override { return "svd"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const linalg::ThinFactorisation given = linalg::thin_factorisation(in, out);
    const Array& a = given.a;
    const Stack& stack = given.stack;
    const std::int64_t m = given.m, n = given.n, k = given.k;
    if (k == 0) return;
    linalg::for_batch(a.dtype, stack.count, 10 * m * n * k, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      using Real = decltype(std::abs(T()));
      for (std::int64_t b = first; b < last; ++b) {
        std::vector<T> work = linalg::lapack_memory<T>(m * n, n);
        std::copy_n(a.data<T>() + b * m * n, m * n, work.begin());
        for (const T& value : work)
          if (!std::isfinite(std::abs(value)))
            throw SolveError(text("svd: the matrix", linalg::which(stack, b), " holds NaN or infinity"));
        // Column-major LAPACK sees the transpose: its V^H is, row-major, our U, and its U our V^H.
        std::vector<T> u = linalg::lapack_memory<T>(m * k, k), vh = linalg::lapack_memory<T>(k * n, n);
        const int info = decompose(work.data(), static_cast<int>(n), static_cast<int>(m), out[1].data<Real>() + b * k,
                                   vh.data(), u.data());
        if (info != 0) throw SolveError(text("svd: no convergence for the matrix", linalg::which(stack, b)));
        std::copy(u.begin(), u.end(), out[0].data<T>() + b * m * k);
        std::copy(vh.begin(), vh.end(), out[2].data<T>() + b * k * n);
      }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor &u = node.outputs[0], &s = node.outputs[1], &vh = node.outputs[2];
    const Tensor v = adjoint(vh);
    const Tensor dp = matmul(matmul(adjoint(u), t[0]), v);
    const Tensor column = expand_dims(s, s.rank()), row = expand_dims(s, s.rank() - 1);
    // 1 / (s_j^2 - s_i^2), zero where they are equal: what rotates equal singular vectors is not determined.
    const Tensor gap = (row - column) * (row + column);
    const Tensor f = where(gap == 0.0, 0.0 * gap, 1.0 / where(gap == 0.0, 1.0, gap));
    const Tensor inverse = where(s == 0.0, 0.0 * s, 1.0 / where(s == 0.0, 1.0, s));
    const Tensor inverse_row = expand_dims(inverse, s.rank() - 1);
    const Tensor dph = adjoint(dp);
    Tensor turn_u = f * (dp * row + column * dph);
    const Tensor turn_v = f * (column * dp + dph * row);
    if (is_complex(dp.dtype())) {
      const Tensor d = diagonal(dp);
      turn_u = turn_u + diagonal_matrix((d - cast(real(d), d.dtype())) * inverse);
    }
    const Tensor left = matmul(t[0], v) * inverse_row, right = matmul(adjoint(t[0]), u) * inverse_row;
    const Tensor du = matmul(u, turn_u) + left - matmul(u, matmul(adjoint(u), left));
    const Tensor dv = matmul(v, turn_v) + right - matmul(v, matmul(vh, right));
    const Tensor ds = diagonal(dp);
    return {du, is_complex(ds.dtype()) ? real(ds) : ds, adjoint(dv)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    const auto rule = [&](const Tensors& t) { return jvp(node, t); };
    return linalg::transposed(rule, {node.inputs[0]}, g);
  }

  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override { return apply(x[0]); }

  static Tensors apply(const Tensor& a) {
    static const SvdOp op;
    const std::int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
    Shape values = a.shape();
    values.erase(values.rank() - 1);
    values[values.rank() - 1] = k;
    return graph::make_tuple(graph::unowned(op), {a},
                             {{linalg::with_matrix(a.shape(), m, k), a.dtype()},
                              {values, real_of(a.dtype())},
                              {linalg::with_matrix(a.shape(), k, n), a.dtype()}});
  }

 private:
  template <class T>
  static int decompose(T* a, int n, int m, T* s, T* u, T* vt) {
    const int k = std::min(m, n);
    std::vector<int> iwork(static_cast<std::size_t>(8 * k));
    int lwork = -1, info = 0;
    T size;
    const auto call = [&](T* work) {
      if constexpr (std::is_same_v<T, float>)
        sgesdd_("S", &n, &m, a, &n, s, u, &n, vt, &k, work, &lwork, iwork.data(), &info);
      else
        dgesdd_("S", &n, &m, a, &n, s, u, &n, vt, &k, work, &lwork, iwork.data(), &info);
    };
    call(&size);
    lwork = static_cast<int>(size);
    call(linalg::lapack_memory<T>(lwork, std::max(m, n)).data());
    return info;
  }
  template <class T>
  static int decompose(std::complex<T>* a, int n, int m, T* s, std::complex<T>* u, std::complex<T>* vt) {
    const int k = std::min(m, n), most = std::max(m, n);
    std::vector<int> iwork(static_cast<std::size_t>(8 * k));
    std::vector<T> rwork(static_cast<std::size_t>(k) *
                         static_cast<std::size_t>(std::max(5 * k + 7, 2 * most + 2 * k + 1)));
    int lwork = -1, info = 0;
    std::complex<T> size;
    const auto call = [&](std::complex<T>* work) {
      if constexpr (std::is_same_v<T, float>)
        cgesdd_("S", &n, &m, a, &n, s, u, &n, vt, &k, work, &lwork, rwork.data(), iwork.data(), &info);
      else
        zgesdd_("S", &n, &m, a, &n, s, u, &n, vt, &k, work, &lwork, rwork.data(), iwork.data(), &info);
    };
    call(&size);
    lwork = static_cast<int>(size.real());
    call(linalg::lapack_memory<std::complex<T>>(lwork, most).data());
    return info;
  }
};

}  // namespace

Svd svd(const Tensor& a) {
  const Tensors parts = SvdOp::apply(linalg::matrices("svd", a));
  return {parts[0], parts[1], parts[2]};
}

Tensor singular_values(const Tensor& a) { return svd(a).s; }

}  // namespace terrella
