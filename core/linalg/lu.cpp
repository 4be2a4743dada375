// LU factorisation with row pivoting, and what follows from it: solves, inverse, determinant.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/ops.h"
#include "core/ops/elementwise_batch.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

constexpr Triangle upper_adjoint{.lower = false, .adjoint = true};

template <class T>
auto size_of_pivot(const T& x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::abs(x);
  else
    return std::abs(x.real()) + std::abs(x.imag());  // as LAPACK measures
}

/// In place, row by row; for matrices so small that LAPACK would spend its time on calls.
template <class T>
void factor_small(T* a, std::int64_t* rows, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) rows[i] = i;
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t pivot = k;
    for (std::int64_t i = k + 1; i < n; ++i)
      if (size_of_pivot(a[i * n + k]) > size_of_pivot(a[pivot * n + k])) pivot = i;
    if (pivot != k) {
      std::swap_ranges(a + k * n, a + (k + 1) * n, a + pivot * n);
      std::swap(rows[k], rows[pivot]);
    }
    if (a[k * n + k] == T(0)) continue;
    const T inverse = T(1) / a[k * n + k];
    for (std::int64_t i = k + 1; i < n; ++i) {
      const T factor = linalg::product(a[i * n + k], inverse);
      a[i * n + k] = factor;
      for (std::int64_t j = k + 1; j < n; ++j) a[i * n + j] -= linalg::product(factor, a[k * n + j]);
    }
  }
}

void getrf(int n, float* a, int* pivots, int* info) { sgetrf_(&n, &n, a, &n, pivots, info); }
void getrf(int n, double* a, int* pivots, int* info) { dgetrf_(&n, &n, a, &n, pivots, info); }
void getrf(int n, std::complex<float>* a, int* pivots, int* info) { cgetrf_(&n, &n, a, &n, pivots, info); }
void getrf(int n, std::complex<double>* a, int* pivots, int* info) { zgetrf_(&n, &n, a, &n, pivots, info); }

/// By LAPACK, which wants columns.
template <class T>
void factor_large(T* a, std::int64_t* rows, std::int64_t n) {
  std::vector<T> columns = linalg::lapack_memory<T>(n * n, n);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) columns[static_cast<std::size_t>(j * n + i)] = a[i * n + j];
  std::vector<int> pivots(static_cast<std::size_t>(n));
  int info = 0;
  getrf(static_cast<int>(n), columns.data(), pivots.data(), &info);
  for (std::int64_t i = 0; i < n; ++i) {
    rows[i] = i;
    for (std::int64_t j = 0; j < n; ++j) a[i * n + j] = columns[static_cast<std::size_t>(j * n + i)];
  }
  for (std::int64_t i = 0; i < n; ++i) std::swap(rows[i], rows[pivots[static_cast<std::size_t>(i)] - 1]);
}

/// [.., n, n] -> L below the diagonal and U on and above it, and which row of A each row is, i64 [.., n, 1].
class LuOp final : public graph::Op {
 public:
  std::string_view name() const override { return "lu"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array a = cpu::row_major(in[0]);
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    const Stack stack(a.shape);
    const std::int64_t n = stack.rows;
    constexpr std::int64_t small = 48;
    linalg::for_batch(a.dtype, stack.count, n * n * n, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      for (std::int64_t b = first; b < last; ++b) {
        T* const factor = out[0].data<T>() + b * n * n;
        std::copy_n(a.data<T>() + b * n * n, n * n, factor);
        std::int64_t* const rows = out[1].data<std::int64_t>() + b * n;
        n <= small ? factor_small(factor, rows, n) : factor_large(factor, rows, n);
      }
    });
  }
  /// d(L U) = L tril(F, -1) + triu(F) U with F = L^-1 P^T dA U^-1.
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor &factor = node.outputs[0], l = unit_lower(factor), u = triu(factor);
    const Tensor rows = take_along(t[0], node.outputs[1]);
    const Tensor f = adjoint(triangular_solve(u, adjoint(triangular_solve(l, rows)), upper_adjoint));
    return {matmul(l, tril(f, -1)) + matmul(triu(f), u), Tensor::none()};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    if (!g[0].defined()) return {Tensor::none()};
    const Tensors outputs(node.outputs.begin(), node.outputs.end());
    return linalg::transposed(
        [this, outputs](const Tensors& t) {
          return Tensors{jvp({t, outputs}, t)[0]};
        },
        {node.inputs[0]}, std::span(g).first(1));
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override { return apply(x[0]); }
  static Tensors apply(const Tensor& a) {
    static const LuOp op;
    return graph::make_tuple(graph::unowned(op), {a},
                             {graph::aval(a), {linalg::with_matrix(a.shape(), a.size(-1), 1), DType::i64}});
  }
  static Tensor unit_lower(const Tensor& factor) { return tril(factor, -1) + eye(factor.size(-1), factor.dtype()); }
  /// Rows of x in the order `rows` [.., n, 1].
  static Tensor take_along(const Tensor& x, const Tensor& rows) {
    return matmul(cast(rows == arange(x.size(-2)), x.dtype()), x);
  }
};

/// x of A x = b (A^H x = b), inputs A, the two results of LuOp for it, and b, with equal batches. Derivatives go
/// through A alone, and use the same factor at every order.
class LuSolve final : public graph::Op {
 public:
  explicit LuSolve(bool adjoint) : adjoint_(adjoint) {}
  std::string_view name() const override { return "solve"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array factor = cpu::row_major(in[1]), rows = cpu::row_major(in[2]), b = cpu::row_major(in[3]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    const Stack stack(b.shape);
    const std::int64_t n = stack.rows, m = stack.columns;
    linalg::for_batch(b.dtype, stack.count, n * n * m, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      std::vector<T> moved(static_cast<std::size_t>(n * m));
      for (std::int64_t k = first; k < last; ++k) {
        const T* const lu = factor.data<T>() + k * n * n;
        const std::int64_t* const row = rows.data<std::int64_t>() + k * n;
        for (std::int64_t i = 0; i < n; ++i)
          if (lu[i * n + i] == T(0))
            throw SolveError(text("solve: the matrix", linalg::which(stack, k), " is singular: pivot ", i,
                                  " is zero, found in row ", row[i]));
        if (n == 0 || m == 0) continue;
        const T* const right = b.data<T>() + k * n * m;
        T* const x = out[0].data<T>() + k * n * m;
        if (!adjoint_) {
          for (std::int64_t i = 0; i < n; ++i) std::copy_n(right + row[i] * m, m, x + i * m);
          linalg::solve_triangle(lu, x, n, m, {.lower = true}, true);
          linalg::solve_triangle(lu, x, n, m, {.lower = false}, false);
        } else {
          std::copy_n(right, n * m, moved.data());
          linalg::solve_triangle(lu, moved.data(), n, m, {.lower = false, .adjoint = true}, false);
          linalg::solve_triangle(lu, moved.data(), n, m, {.lower = true, .adjoint = true}, true);
          for (std::int64_t i = 0; i < n; ++i) std::copy_n(moved.data() + i * m, m, x + row[i] * m);
        }
      }
    });
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Tensor right = t[3];
    if (t[0].defined()) {
      const Tensor moved = matmul(adjoint_ ? adjoint(t[0]) : t[0], node.outputs[0]);
      right = right.defined() ? right - moved : -moved;
    }
    if (!right.defined()) return {Tensor::none()};
    return {apply(adjoint_, node.inputs[0], node.inputs[1], node.inputs[2], right)};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor& x = node.outputs[0];
    const Tensor lambda = apply(!adjoint_, node.inputs[0], node.inputs[1], node.inputs[2], g[0]);
    Tensor a_bar = Tensor::none();
    if (needed[0]) a_bar = -(adjoint_ ? matmul(x, adjoint(lambda)) : matmul(lambda, adjoint(x)));
    return {a_bar, Tensor::none(), Tensor::none(), lambda};
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = align_batches(inputs, batched);
    return {apply(adjoint_, x[0], x[1], x[2], x[3])};
  }
  static Tensor apply(bool adjoint, const Tensor& a, const Tensor& factor, const Tensor& rows, const Tensor& b) {
    const auto batch = [](const Tensor& x) {
      Shape s = x.shape();
      s.erase(s.rank() - 1);
      s.erase(s.rank() - 1);
      return s;
    };
    const Shape common = broadcast_shapes("solve", batch(a), batch(b));
    const auto wide = [&](const Tensor& x) {
      Shape s = common;
      s.push_back(x.size(-2));
      s.push_back(x.size(-1));
      return broadcast_to(x, s);
    };
    const Tensor right = wide(b);
    return graph::make(std::make_shared<LuSolve>(adjoint), {wide(a), wide(factor), wide(rows), right},
                       graph::aval(right));
  }

 private:
  bool adjoint_;
};

/// 1 for an even permutation, -1 for an odd one; rows [.., n, 1].
Tensor parity(const Tensor& rows, DType dtype) {
  // Two rows out of order change the sign: below the diagonal, rows_i < rows_j for i > j.
  const Tensor inversions = tril(cast(rows < matrix_transpose(rows), DType::i64), -1);
  const Tensor count = sum(inversions, {-2, -1});
  return cast(1 - 2 * (count - 2 * floor_divide(count, 2)), dtype);
}

}  // namespace

Lu lu(const Tensor& a) {
  const Tensors f = LuOp::apply(linalg::square_matrices("lu", a));
  const Tensor rows = cast(f[1] == arange(a.size(-1)), f[0].dtype());  // P^T
  return {matrix_transpose(rows), LuOp::unit_lower(f[0]), triu(f[0])};
}

Tensor solve(const Tensor& matrix, const Tensor& right) {
  const Tensor a = linalg::square_matrices("solve", matrix);
  if (right.rank() == 1) return squeeze(solve(a, expand_dims(right, 1)), -1);
  if (right.rank() < 1 || right.size(-2) != a.size(-1))
    fail("solve: a matrix of shape ", a.shape(), " and a right-hand side of shape ", right.shape(),
         " do not match; rows must agree");
  const DType dtype = common_dtype(a, right);
  const Tensor wide = cast(a, dtype);
  const Tensors f = LuOp::apply(wide);
  return LuSolve::apply(false, wide, f[0], f[1], cast(right, dtype));
}

Tensor inverse(const Tensor& matrix) {
  const Tensor a = linalg::square_matrices("inverse", matrix);
  return solve(a, eye(a.size(-1), a.dtype()));
}

Tensor determinant(const Tensor& matrix) {
  const Tensors f = LuOp::apply(linalg::square_matrices("determinant", matrix));
  return parity(f[1], f[0].dtype()) * prod(diagonal(f[0]), {-1});
}

SignedLog log_determinant(const Tensor& matrix) {
  const Tensors f = LuOp::apply(linalg::square_matrices("log_determinant", matrix));
  const Tensor d = diagonal(f[0]), size = abs(d);
  return {parity(f[1], d.dtype()) * prod(d / cast(where(size == 0.0, 1.0, size), d.dtype()), {-1}),
          sum(log(size), {-1})};
}

}  // namespace terrella
