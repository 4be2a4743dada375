// LU factorisation with partial pivoting.
#include "core/linalg/lu.h"

#include <numeric>

#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/linalg/small.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

/// P with P[permutation[i], i] = 1; permutation [.., n, 1].
Tensor permutation_matrix(const Tensor& permutation, DType dtype) {
  const Tensor rows = expand_dims(arange(permutation.size(-2)), 1);
  return cast(matrix_transpose(permutation) == rows, dtype);
}

/// Outputs: packed factors, permutation, its sign.
class LuOp final : public graph::Op {
 public:
  std::string_view name() const override { return "lu"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    const Array a = cpu::row_major(in[0]);
    const Stack stack(a.shape);
    const std::int64_t m = stack.rows, n = stack.columns, k = std::min(m, n);
    if (m == n && linalg::is_small(n)) {
      side_by_side(a, out, stack);
      return;
    }
    linalg::for_batch(a.dtype, stack.count, m * n * k, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      using Real = decltype(std::abs(T()));
      std::vector<T> work = linalg::lapack_memory<T>(m * n, std::max(m, n));
      std::vector<int> pivots(static_cast<std::size_t>(k));
      for (std::int64_t b = first; b < last; ++b) {
        // LAPACK is column-major, and pivoting by rows is not pivoting by columns: it gets the transpose.
        transpose(a.data<T>() + b * m * n, work.data(), m, n);
        if (k > 0) factor(work.data(), pivots.data(), static_cast<int>(m), static_cast<int>(n));
        transpose(work.data(), out[0].data<T>() + b * m * n, n, m);
        std::int64_t* const rows = out[1].data<std::int64_t>() + b * m;
        std::iota(rows, rows + m, std::int64_t{0});
        Real sign = 1;
        for (std::int64_t i = 0; i < k; ++i) {
          const std::int64_t other = pivots[static_cast<std::size_t>(i)] - 1;
          if (other == i) continue;
          std::swap(rows[i], rows[other]);
          sign = -sign;
        }
        out[2].data<Real>()[b] = sign;
      }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor &packed = node.outputs[0], &permutation = node.outputs[1];
    const std::int64_t m = packed.size(-2), n = packed.size(-1), k = std::min(m, n);
    const Tensor moved = matmul(matrix_transpose(permutation_matrix(permutation, packed.dtype())), t[0]);
    const Tensor corner = slice(slice(packed, -2, {0, k, 1}), -1, {0, k, 1});
    const Tensor l = tril(corner, -1) + eye(k, packed.dtype()), u = triu(corner);
    // X U^-1 as the adjoint of U^-H X^H. With F = L^-1 P^T dA U^-1: dL = L tril(F, -1), dU = triu(F) U.
    const auto over_u = [&](const Tensor& x) {
      return adjoint(triangular_solve(u, adjoint(x), {.lower = false, .adjoint = true}));
    };
    const Tensor top = slice(slice(moved, -2, {0, k, 1}), -1, {0, k, 1});
    const Tensor f = over_u(triangular_solve(l, top));
    const Tensor dl = matmul(l, tril(f, -1)), du = matmul(triu(f), u);
    Tensor d = dl + du;
    if (m > n) {
      const Tensor l_below = slice(packed, -2, {k, m, 1});
      d = concatenate({d, over_u(slice(moved, -2, {k, m, 1}) - matmul(l_below, du))}, -2);
    } else if (n > m) {
      const Tensor u_right = slice(packed, -1, {k, n, 1});
      d = concatenate({d, triangular_solve(l, slice(moved, -1, {k, n, 1}) - matmul(dl, u_right))}, -1);
    }
    return {d, Tensor::none(), Tensor::none()};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    if (!g[0].defined()) return {Tensor::none()};
    const auto rule = [&](const Tensors& t) { return Tensors{jvp(node, t)[0]}; };
    return linalg::transposed(rule, {node.inputs[0]}, g.first(1));
  }

  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override { return apply(x[0]); }

  static Tensors apply(const Tensor& a) {
    static const LuOp op;
    return graph::make_tuple(graph::unowned(op), {a},
                             {{a.shape(), a.dtype()},
                              {linalg::with_matrix(a.shape(), a.size(-2), 1), DType::i64},
                              {batch_of(a.shape()), real_of(a.dtype())}});
  }

 private:
  static void side_by_side(const Array& a, std::span<Array> out, const Stack& stack) {
    const std::int64_t n = stack.rows;
    const auto at = [](const Array& x, std::int64_t element) {
      return static_cast<char*>(x.bytes()) + element * static_cast<std::int64_t>(size_of(x.dtype));
    };
    linalg::for_groups(a.dtype, stack.count, n * n * n,
                       [&](const cpu::SmallKernels& kernels, std::int64_t first, std::int64_t count, void* scratch) {
                         long long rows[64 * cpu::small_rows];
                         kernels.lu(at(a, first * n * n), at(out[0], first * n * n), rows, at(out[2], first), count, n,
                                    scratch);
                         std::copy_n(rows, count * n, out[1].data<std::int64_t>() + first * n);
                       });
  }
  template <class T>
  static void transpose(const T* from, T* to, std::int64_t rows, std::int64_t columns) {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
  }
  /// A zero pivot is no error yet: lu and det are defined there.
  template <class T>
  static void factor(T* a, int* pivots, int m, int n) {
    int info = 0;
    if constexpr (std::is_same_v<T, float>)
      sgetrf_(&m, &n, a, &m, pivots, &info);
    else if constexpr (std::is_same_v<T, double>)
      dgetrf_(&m, &n, a, &m, pivots, &info);
    else if constexpr (std::is_same_v<T, std::complex<float>>)
      cgetrf_(&m, &n, a, &m, pivots, &info);
    else
      zgetrf_(&m, &n, a, &m, pivots, &info);
  }
};

}  // namespace

namespace linalg {

Lu lu_factor(const Tensor& a) {
  const Tensors parts = LuOp::apply(a);
  return {parts[0], parts[1], parts[2]};
}

Factored factored(const Tensor& a) { return {a, lu_factor(stop_gradient(a))}; }

}  // namespace linalg

Plu lu(const Tensor& matrix) {
  const Tensor a = linalg::matrices("lu", matrix);
  const linalg::Lu f = linalg::lu_factor(a);
  const std::int64_t k = std::min(a.size(-2), a.size(-1));
  const Tensor unit = cast(expand_dims(arange(a.size(-2)), 1) == expand_dims(arange(k), 0), a.dtype());
  return {permutation_matrix(f.permutation, real_of(a.dtype())), tril(slice(f.packed, -1, {0, k, 1}), -1) + unit,
          triu(slice(f.packed, -2, {0, k, 1}))};
}

}  // namespace terrella
