// Triangular solves, linear in the right-hand side.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/ops.h"
#include "core/ops/elementwise_batch.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

/// a [batch.., n, n], b [batch.., n, m] with equal batch axes.
class TriangularSolve final : public graph::Op {
 public:
  explicit TriangularSolve(Triangle triangle) : triangle_(triangle) {}
  std::string_view name() const override { return "triangular_solve"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array a = cpu::row_major(in[0]), b = cpu::row_major(in[1]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    const Stack stack(b.shape);
    const std::int64_t n = stack.rows, m = stack.columns;
    linalg::for_batch(a.dtype, stack.count, n * n * m, [&](auto t, std::int64_t first, std::int64_t last) {
      using T = decltype(t);
      for (std::int64_t k = first; k < last; ++k) {
        const T* matrix = a.data<T>() + k * n * n;
        for (std::int64_t i = 0; i < n; ++i)
          if (matrix[i * n + i] == T(0))
            throw SolveError(text("triangular_solve: the matrix", linalg::which(stack, k),
                                  " is singular: zero on the diagonal in row ", i));
        T* x = out[0].data<T>() + k * n * m;
        std::copy_n(b.data<T>() + k * n * m, n * m, x);
        if (n > 0 && m > 0) linalg::solve_triangle(matrix, x, n, m, triangle_, false);
      }
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor& x = node.outputs[0];
    Tensor right = t[1];
    if (t[0].defined()) {
      const Tensor da = part(t[0]);
      const Tensor moved = matmul(triangle_.adjoint ? adjoint(da) : da, x);
      right = right.defined() ? right - moved : -moved;
    }
    return {triangular_solve(node.inputs[0], right, triangle_)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor& x = node.outputs[0];
    const Tensor lambda = triangular_solve(node.inputs[0], g[0], {triangle_.lower, !triangle_.adjoint});
    Tensor a_bar = Tensor::none();
    if (needed[0]) a_bar = -part(triangle_.adjoint ? matmul(x, adjoint(lambda)) : matmul(lambda, adjoint(x)));
    return {a_bar, lambda};
  }

  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = align_batches(inputs, batched);
    return {triangular_solve(x[0], x[1], triangle_)};
  }

 private:
  Tensor part(const Tensor& a) const { return triangle_.lower ? tril(a) : triu(a); }
  Triangle triangle_;
};

}  // namespace

Tensor triangular_solve(const Tensor& matrix, const Tensor& right, Triangle triangle) {
  const Tensor a = linalg::square_matrices("triangular_solve", matrix);
  if (right.rank() == 1) return squeeze(triangular_solve(a, expand_dims(right, 1), triangle), -1);
  if (right.rank() < 1 || right.size(-2) != a.size(-1))
    fail("triangular_solve: a matrix of shape ", a.shape(), " and a right-hand side of shape ", right.shape(),
         " do not match; rows must agree");
  const DType dtype = common_dtype(a, right);
  const Shape batch = broadcast_shapes("triangular_solve", batch_of(a.shape()), batch_of(right.shape()));
  const Tensor b = over_batch(cast(right, dtype), batch);
  return graph::make(std::make_shared<TriangularSolve>(triangle), {over_batch(cast(a, dtype), batch), b},
                     graph::aval(b));
}

}  // namespace terrella
