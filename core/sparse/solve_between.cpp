// Solves from some rows to some others, by the fronts between them: Gilbert & Peierls (1988), here with whole fronts.
#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/ops/matrix_batch.h"
#include "core/sparse/batch.h"
#include "core/sparse/factor.h"
#include "core/sparse/product.h"
#include "core/sparse/solve_op.h"

namespace terrella {
namespace {

using graph::RuleContext;

Tensor numbers_of(const std::vector<std::int64_t>& rows) {
  return Tensor::from(rows, {static_cast<std::int64_t>(rows.size())});
}

/// Inputs: values, factor, pivots, b [.., given, m], with equal batch axes.
class SolveBetween final : public graph::Op {
 public:
  SolveBetween(SparsePattern pattern, MatrixKind kind, std::shared_ptr<const sparse::Reach> reach)
      : pattern_(std::move(pattern)), kind_(kind), reach_(std::move(reach)) {}
  std::string_view name() const override { return "sparse_solve_between"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    cpu::require_right_blas();
    const Array values = cpu::row_major(in[0]), factor = cpu::row_major(in[1]), pivots = cpu::row_major(in[2]),
                b = cpu::row_major(in[3]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    if (out[0].size() == 0) return;
    const auto given = static_cast<std::int64_t>(reach_->given.size()),
               wanted = static_cast<std::int64_t>(reach_->wanted.size());
    const std::int64_t m = b.shape.back(), count = out[0].size() / (wanted * m), n = pattern_.rows();
    with_type(values.dtype, [&](auto t) {
      using T = decltype(t);
      if constexpr (std::is_floating_point_v<T> || (!std::is_integral_v<T>))
        cpu::parallel_for(count, 1, [&](std::int64_t from, std::int64_t to) {
          for (std::int64_t k = from; k < to; ++k)
            sparse::solve_between_with(pattern_, kind_, values.data<T>() + k * pattern_.entries(),
                                       factor.data<T>() + k * factor.shape.back(), pivots.data<std::int64_t>() + k * n,
                                       *reach_, m, b.data<T>() + k * given * m, out[0].data<T>() + k * wanted * m,
                                       count > 1 ? text(" number ", k, " of the batch") : "");
        });
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    if (!t[0].defined()) return {t[3].defined() ? between(matrix(node.inputs), t[3]) : Tensor::none()};
    const Tensor moved = matmul(SparseTensor(pattern_, t[0]), whole(node.inputs));  // A x' = b' - A' x
    const Tensor right = t[3].defined() ? placed(t[3], reach_->given) - moved : -moved;
    return {gather(sparse::solve_factored(matrix(node.inputs), right, false), numbers_of(reach_->wanted), -2)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor lambda = sparse::solve_factored(matrix(node.inputs), placed(g[0], reach_->wanted), true);
    Tensor values_bar = Tensor::none();
    if (needed[0])  // -lambda x^H on the pattern
      values_bar = -sparse::product(sparse::Side::values, pattern_, lambda, conj(whole(node.inputs)));
    return {values_bar, Tensor::none(), Tensor::none(), gather(lambda, numbers_of(reach_->given), -2)};
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>&, std::int64_t) const override {
    return {between(matrix(in), in[3])};
  }

  bool same_as(const Op& other) const override {
    const auto* same = dynamic_cast<const SolveBetween*>(&other);
    return same && same->kind_ == kind_ && same->pattern_ == pattern_ && same->reach_->given == reach_->given &&
           same->reach_->wanted == reach_->wanted;
  }

  static Tensor make(const sparse::Factored& matrix, const Tensor& b, std::shared_ptr<const sparse::Reach> reach) {
    const Shape batch =
        broadcast_shapes("sparse solve", sparse::batch_of_values(matrix.values.shape()), batch_of(b.shape()));
    const auto over = [&](const Tensor& x) { return sparse::values_over(x, batch); };
    const Tensor right = over_batch(b, batch);
    Shape shape = right.shape();
    shape[shape.rank() - 2] = static_cast<std::int64_t>(reach->wanted.size());
    return graph::make(std::make_shared<SolveBetween>(matrix.pattern, matrix.kind, std::move(reach)),
                       {over(matrix.values), over(matrix.factor), over(matrix.pivots), right},
                       {shape, matrix.values.dtype()});
  }

 private:
  sparse::Factored matrix(std::span<const Tensor> in) const {
    return {pattern_, kind_, Direct::multifrontal, in[0], in[1], in[2]};
  }
  Tensor between(const sparse::Factored& matrix, const Tensor& b) const { return make(matrix, b, reach_); }
  Tensor placed(const Tensor& x, const std::vector<std::int64_t>& rows) const {
    return scatter_add(x, numbers_of(rows), pattern_.rows(), -2);
  }
  /// The solution at all rows.
  Tensor whole(std::span<const Tensor> in) const {
    return sparse::solve_factored(matrix(in), placed(in[3], reach_->given), false);
  }
  SparsePattern pattern_;
  MatrixKind kind_;
  std::shared_ptr<const sparse::Reach> reach_;
};

}  // namespace

Tensor sparse::solve_between(const Factored& matrix, const Tensor& b, const std::vector<std::int64_t>& given,
                             const std::vector<std::int64_t>& wanted) {
  return SolveBetween::make(matrix, b, std::make_shared<Reach>(analysis(matrix.pattern), given, wanted));
}

}  // namespace terrella
