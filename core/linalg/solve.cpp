// Solves with general square matrices; one factorisation serves the adjoint and all derivatives.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/linalg/lu.h"
#include "core/linalg/small.h"
#include "core/ops.h"
#include "core/ops/elementwise_batch.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

/// Inputs: A, its packed factors, permutation [.., n, 1], b [.., n, m], with equal batch axes. A is there to be
/// differentiated by; the factors are what is computed with.
class FactoredSolve final : public graph::Op {
 public:
  explicit FactoredSolve(bool adjoint) : adjoint_(adjoint) {}
  std::string_view name() const override { return "solve"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array packed = cpu::row_major(in[1]), permutation = cpu::row_major(in[2]), right = cpu::row_major(in[3]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    const Stack stack(right.shape);
    const std::int64_t n = stack.rows, m = stack.columns;
    if (linalg::is_small(n) && m > 0 && m <= 4) {
      side_by_side(packed, permutation, right, out[0], stack);
      return;
    }
    linalg::for_batch(packed.dtype, stack.count, 2 * n * n * m, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      require_pivots(packed, permutation, stack, first, last);
      std::vector<T> moved(static_cast<std::size_t>(adjoint_ ? n * m : 0));
      for (std::int64_t k = first; k < last; ++k) {
        const T *lu = packed.data<T>() + k * n * n, *b = right.data<T>() + k * n * m;
        const std::int64_t* rows = permutation.data<std::int64_t>() + k * n;
        T* x = out[0].data<T>() + k * n * m;
        if (n == 0 || m == 0) continue;
        if (adjoint_) {  // A^H = U^H L^H P^H
          std::copy_n(b, n * m, moved.data());
          linalg::solve_triangle(lu, moved.data(), n, m, {.lower = false, .adjoint = true}, false);
          linalg::solve_triangle(lu, moved.data(), n, m, {.lower = true, .adjoint = true}, true);
          for (std::int64_t i = 0; i < n; ++i) std::copy_n(moved.data() + i * m, m, x + rows[i] * m);
        } else {
          for (std::int64_t i = 0; i < n; ++i) std::copy_n(b + rows[i] * m, m, x + i * m);
          linalg::solve_triangle(lu, x, n, m, {.lower = true}, true);
          linalg::solve_triangle(lu, x, n, m, {.lower = false}, false);
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
    return {linalg::solve(matrix(node.inputs), right, adjoint_)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor& x = node.outputs[0];
    const Tensor lambda = linalg::solve(matrix(node.inputs), g[0], !adjoint_);
    Tensor a_bar = Tensor::none();
    if (needed[0]) a_bar = -(adjoint_ ? matmul(x, adjoint(lambda)) : matmul(lambda, adjoint(x)));
    return {a_bar, Tensor::none(), Tensor::none(), lambda};
  }

  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = align_batches(inputs, batched);
    return {linalg::solve(matrix(x), x[3], adjoint_)};
  }

  bool same_as(const Op& other) const override {
    const auto* same = dynamic_cast<const FactoredSolve*>(&other);
    return same && same->adjoint_ == adjoint_;
  }

 private:
  static linalg::Factored matrix(std::span<const Tensor> inputs) {
    return {inputs[0], {inputs[1], inputs[2], Tensor::none()}};
  }
  static void require_pivots(const Array& packed, const Array& permutation, const Stack& stack, std::int64_t first,
                             std::int64_t last) {
    const std::int64_t n = stack.rows;
    with_type(packed.dtype, [&](auto t) {
      using T = decltype(t);
      for (std::int64_t k = first; k < last; ++k)
        for (std::int64_t i = 0; i < n; ++i)
          if (packed.data<T>()[(k * n + i) * n + i] == T(0))
            throw SolveError(text("solve: the matrix", linalg::which(stack, k), " is singular: pivot ", i,
                                  ", from row ", permutation.data<std::int64_t>()[k * n + i], ", is zero"));
    });
  }
  void side_by_side(const Array& packed, const Array& permutation, const Array& right, Array& out,
                    const Stack& stack) const {
    const std::int64_t n = stack.rows, m = stack.columns, size = static_cast<std::int64_t>(size_of(out.dtype));
    linalg::for_groups(out.dtype, stack.count, 2 * n * n * m,
                       [&](const cpu::SmallKernels& kernels, std::int64_t first, std::int64_t count, void* scratch) {
                         require_pivots(packed, permutation, stack, first, first + count);
                         long long rows[64 * cpu::small_rows];
                         std::copy_n(permutation.data<std::int64_t>() + first * n, count * n, rows);
                         kernels.solve(static_cast<const char*>(packed.bytes()) + first * n * n * size, rows,
                                       static_cast<const char*>(right.bytes()) + first * n * m * size,
                                       static_cast<char*>(out.bytes()) + first * n * m * size, count, n, m, adjoint_,
                                       scratch);
                       });
  }
  bool adjoint_;
};

}  // namespace

namespace linalg {

Tensor solve(const Factored& matrix, const Tensor& b, bool adjoint) {
  const std::int64_t n = matrix.a.size(-1);
  if (matrix.a.rank() == 2 && b.rank() > 2) {  // one matrix: the batch of b is more right-hand sides
    const Tensor rows_first = move_axis(b, -2, 0);
    const Tensor x = solve(matrix, reshape(rows_first, {n, b.size() / std::max<std::int64_t>(n, 1)}), adjoint);
    return n == 0 ? b : move_axis(reshape(x, rows_first.shape()), 0, -2);
  }
  const Shape batch = broadcast_shapes("solve", batch_of(matrix.a.shape()), batch_of(b.shape()));
  const Tensor right = over_batch(b, batch);
  return graph::make(std::make_shared<FactoredSolve>(adjoint),
                     {over_batch(matrix.a, batch), over_batch(matrix.lu.packed, batch),
                      over_batch(matrix.lu.permutation, batch), right},
                     graph::aval(right));
}

}  // namespace linalg

Tensor solve(const Tensor& matrix, const Tensor& right) {
  const Tensor a = linalg::square_matrices("solve", matrix);
  if (right.rank() == 1) return squeeze(solve(a, expand_dims(right, 1)), -1);
  if (right.rank() < 1 || right.size(-2) != a.size(-1))
    fail("solve: a matrix of shape ", a.shape(), " and a right-hand side of shape ", right.shape(),
         " do not match; rows must agree");
  const DType dtype = common_dtype(a, right);
  return linalg::solve(linalg::factored(cast(a, dtype)), cast(right, dtype));
}

Tensor inv(const Tensor& matrix) {
  const Tensor a = linalg::square_matrices("inv", matrix);
  return linalg::solve(linalg::factored(a), broadcast_to(eye(a.size(-1), a.dtype()), a.shape()));
}

}  // namespace terrella
