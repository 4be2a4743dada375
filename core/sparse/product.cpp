// Products of sparse and dense matrices as one trilinear form, sum_k values[k] y[row of k] . x[column of k]: what is
// not given is the result, and every derivative is the same form with another side left out.
#include "core/sparse/product.h"
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/sparse_kernels.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/graph/taylor.h"
#include "core/ops.h"
#include "core/ops/matrix_batch.h"
#include "core/sparse/batch.h"
#include "core/sparse/pattern_data.h"

namespace terrella {
namespace sparse {
namespace {

using graph::RuleContext;

const cpu::SparseKernels& kernels(DType dtype) {
  static const auto table =
      cpu::table_for_isa(cpu::fill_sparse_baseline, cpu::fill_sparse_avx2, cpu::fill_sparse_avx512);
  return cpu::kernels_of(table, dtype);
}

/// Inputs by side left out: y of (values, x), x of (values, y), values of (y, x). Dense ones are [.., n, m], values
/// [.., entries], with equal batch axes.
class Product final : public graph::Op {
 public:
  Product(Side side, SparsePattern pattern) : side_(side), pattern_(std::move(pattern)) {}
  std::string_view name() const override { return side_ == Side::values ? "sparse_sampled_product" : "sparse_product"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    multiply(side_, pattern_, cpu::row_major(in[0]), cpu::row_major(in[1]), out[0]);
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor a = t[0].defined() ? again(t[0], node.inputs[1]) : Tensor::none();
    const Tensor b = t[1].defined() ? again(node.inputs[0], t[1]) : Tensor::none();
    return {!a.defined() ? b : !b.defined() ? a : a + b};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor &a = node.inputs[0], &b = node.inputs[1];
    const auto if_needed = [&](std::size_t i, const auto& f) { return needed[i] ? f() : Tensor::none(); };
    const auto of = [&](Side side, const Tensor& l, const Tensor& r) { return product(side, pattern_, l, r); };
    switch (side_) {
      case Side::y:  // of values, x
        return {if_needed(0, [&] { return of(Side::values, g[0], conj(b)); }),
                if_needed(1, [&] { return of(Side::x, conj(a), g[0]); })};
      case Side::x:  // of values, y
        return {if_needed(0, [&] { return of(Side::values, conj(b), g[0]); }),
                if_needed(1, [&] { return of(Side::y, conj(a), g[0]); })};
      default:  // of y, x
        return {if_needed(0, [&] { return of(Side::y, g[0], conj(b)); }),
                if_needed(1, [&] { return of(Side::x, g[0], conj(a)); })};
    }
  }
  /// Inputs have equal batches: broadcasting gives the one that stands alone what the other has more.
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>&, std::int64_t) const override {
    return {again(in[0], in[1])};
  }
  std::optional<Tensor> taylor(const graph::TaylorContext& series) const override {
    return graph::leibniz(series.inputs[0], series.inputs[1], series.order, 0, series.order,
                          [this](const Tensor& a, const Tensor& b) { return again(a, b); });
  }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool same_as(const graph::Op& other) const override {
    const auto* same = dynamic_cast<const Product*>(&other);
    return same && same->side_ == side_ && same->pattern_ == pattern_;
  }

 private:
  Tensor again(const Tensor& a, const Tensor& b) const { return product(side_, pattern_, a, b); }
  Side side_;
  SparsePattern pattern_;
};

std::int64_t extent(bool values, const Shape& shape) {  // of one of the batch
  return values ? shape.back() : shape[shape.rank() - 2] * shape.back();
}

}  // namespace

void multiply(Side side, const SparsePattern& pattern, const Array& a, const Array& b, Array& out) {
  const bool transposing = side == Side::x, sampling = side == Side::values;
  const Transposed* turned = transposing ? &transposed(pattern) : nullptr;
  const SparsePattern& p = transposing ? turned->pattern : pattern;
  const cpu::SparseRows rows{p.row_starts().data(), p.column_of().data(), transposing ? turned->from.data() : nullptr};
  const auto& kernel = kernels(out.dtype);
  const auto size = static_cast<std::int64_t>(size_of(out.dtype));
  const std::int64_t m = b.shape.back(), n = p.rows(), each_a = extent(!sampling, a.shape),
                     each_b = extent(false, b.shape), each_out = extent(sampling, out.shape);
  if (out.size() == 0) return;
  const std::int64_t count = out.size() / each_out;
  // Pieces of about 30 000 multiplications, of one matrix each.
  const std::int64_t piece = std::max<std::int64_t>(1, 30000 * n / std::max<std::int64_t>(1, p.entries() * m)),
                     pieces = (n + piece - 1) / piece;
  cpu::parallel_for(count * pieces, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t k = from; k < to; ++k) {
      const std::int64_t matrix = k / pieces, first = k % pieces * piece, last = std::min(n, first + piece);
      const char *left = static_cast<const char*>(a.bytes()) + matrix * each_a * size,
                 *right = static_cast<const char*>(b.bytes()) + matrix * each_b * size;
      char* result = static_cast<char*>(out.bytes()) + matrix * each_out * size;
      (sampling ? kernel.sampled : kernel.product)(rows, left, right, result, m, first, last);
    }
  });
}

Tensor columns_together(const Tensor& x) {
  const Tensor first = move_axis(x, -2, 0);  // [n, .., m]
  return reshape(first, {first.shape()[0], first.size() / std::max<std::int64_t>(1, first.shape()[0])});
}

Tensor columns_apart(const Tensor& x, const Shape& like) {
  Shape first{x.shape()[0]};
  for (int i = 0; i + 2 < like.rank(); ++i) first.push_back(like[i]);
  first.push_back(like.back());
  return move_axis(reshape(x, first), 0, -2);
}

Tensor product(Side side, const SparsePattern& pattern, const Tensor& a, const Tensor& b) {
  const std::int64_t m = b.size(-1);
  if (side == Side::values) {
    Shape batch = broadcast_shapes("sparse product", batch_of(a.shape()), batch_of(b.shape()));
    Shape shape = batch;
    shape.push_back(pattern.entries());
    return graph::make(std::make_shared<Product>(side, pattern), {over_batch(a, batch), over_batch(b, batch)},
                       {shape, a.dtype()});
  }
  if (a.rank() == 1 && b.rank() > 2 && b.size() > 0)  // one matrix: the batch becomes more columns
    return columns_apart(product(side, pattern, a, columns_together(b)), b.shape());
  const Shape batch = broadcast_shapes("sparse product", batch_of_values(a.shape()), batch_of(b.shape()));
  Shape shape = batch;
  shape.push_back(side == Side::y ? pattern.rows() : pattern.columns());
  shape.push_back(m);
  return graph::make(std::make_shared<Product>(side, pattern), {values_over(a, batch), over_batch(b, batch)},
                     {shape, a.dtype()});
}

}  // namespace sparse

Tensor matmul(const SparseTensor& a, const Tensor& x) {
  if (x.rank() == 1) return squeeze(matmul(a, expand_dims(x, 1)), -1);
  if (x.rank() < 2 || x.size(-2) != a.columns())
    fail("matmul: a sparse matrix of ", a.rows(), " x ", a.columns(), " and x of shape ", x.shape(),
         " do not match; x needs ", a.columns(), " rows");
  const DType dtype = common_dtype(a.values(), x);
  return sparse::product(sparse::Side::y, a.pattern(), cast(a.values(), dtype), cast(x, dtype));
}

}  // namespace terrella
