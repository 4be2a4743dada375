#include "core/ops/matmul.h"

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/graph/taylor.h"
#include "core/ops/cast.h"
#include "core/ops/elementwise.h"
#include "core/ops/elementwise_batch.h"
#include "core/ops/matrix_batch.h"
#include "core/ops/reduce.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

/// [batch.., m, k] by [batch.., k, n] with equal batch axes; linear in each argument.
class MatMul final : public graph::Op {
 public:
  std::string_view name() const override { return "matmul"; }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::product); }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    backend.matmul(in[0], in[1], out[0]);
  }
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor a = t[0].defined() ? matmul(t[0], node.inputs[1]) : Tensor::none();
    const Tensor b = t[1].defined() ? matmul(node.inputs[0], t[1]) : Tensor::none();
    return {!a.defined() ? b : !b.defined() ? a : a + b};
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g,
              const std::vector<bool>& needed) const override {
    return {needed[0] ? matmul(g[0], adjoint(node.inputs[1])) : Tensor::none(),
            needed[1] ? matmul(adjoint(node.inputs[0]), g[0]) : Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = align_batches(inputs, batched);
    return {matmul(x[0], x[1])};
  }
  std::optional<Tensor> taylor(const graph::TaylorContext& series) const override {
    return graph::leibniz(series.inputs[0], series.inputs[1], series.order, 0, series.order, matmul);
  }
};

}  // namespace

Shape batch_of(const Shape& matrices) {
  Shape batch = matrices;
  batch.erase(batch.rank() - 1);
  batch.erase(batch.rank() - 1);
  return batch;
}

Tensor over_batch(const Tensor& matrices, Shape batch) {
  batch.push_back(matrices.size(-2));
  batch.push_back(matrices.size(-1));
  return broadcast_to(matrices, batch);
}

Tensor matmul(const Tensor& x, const Tensor& y) {
  static const MatMul op;
  if (x.rank() == 0 || y.rank() == 0) fail("matmul: a scalar is no matrix; use * to scale");
  const std::int64_t right = y.size(y.rank() == 1 ? 0 : -2);
  if (x.size(-1) != right)
    fail("matmul: shapes ", x.shape(), " and ", y.shape(), " do not match: the last axis of the first, ", x.size(-1),
         ", must equal the ", y.rank() == 1 ? "only axis" : "last but one", " of the second, ", right);
  if (x.rank() == 1 || y.rank() == 1) {
    const Tensor product = matmul(x.rank() == 1 ? expand_dims(x, 0) : x, y.rank() == 1 ? expand_dims(y, 1) : y);
    const Tensor without_row = x.rank() == 1 ? squeeze(product, product.rank() - 2) : product;
    return y.rank() == 1 ? squeeze(without_row, without_row.rank() - 1) : without_row;
  }
  DType dtype = common_dtype(x, y);
  if (dtype == DType::boolean) dtype = DType::i64;
  const Shape batch = broadcast_shapes("matmul", batch_of(x.shape()), batch_of(y.shape()));
  Shape shape = batch;
  shape.push_back(x.size(-2));
  shape.push_back(y.size(-1));
  // One matrix on the right of many rows is one large product.
  if (y.rank() == 2 && x.rank() > 2) {
    const Tensor rows = reshape(x, {x.size() / std::max<std::int64_t>(1, x.size(-1)), x.size(-1)});
    if (x.size() > 0) return reshape(matmul(rows, y), shape);
  }
  return graph::make(graph::unowned(op), {cast(over_batch(x, batch), dtype), cast(over_batch(y, batch), dtype)},
                     {shape, dtype});
}

Tensor dot(const Tensor& x, const Tensor& y) {
  if (x.rank() == 0 || y.rank() == 0) return x * y;
  if (y.rank() == 1) return matmul(x, y);
  if (y.rank() > 2) fail("dot: ", y.rank(), " axes on the right; use matmul()");
  return matmul(x, y);
}

Tensor inner(const Tensor& x, const Tensor& y) {
  const Tensor product = is_complex(x.dtype()) ? conj(x) * y : x * y;
  return sum(is_complex(product.dtype()) ? real(product) : product);
}

Tensor outer(const Tensor& x, const Tensor& y) {
  if (x.rank() != 1 || y.rank() != 1) fail("outer: shapes ", x.shape(), " and ", y.shape(), "; both must be vectors");
  return expand_dims(x, 1) * expand_dims(y, 0);
}

}  // namespace terrella
