// Solves with sparse matrices; one factorisation serves the adjoint and all derivatives.
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
#include "core/sparse/mumps.h"
#include "core/sparse/product.h"
#include "core/sparse/solve_op.h"
#include "core/transform.h"

namespace terrella {
namespace {

using graph::RuleContext;

std::string of_batch(std::int64_t count, std::int64_t k) {
  return count > 1 ? text(" number ", k, " of the batch") : "";
}

/// values [.., entries] -> factor [.., size], pivots [.., n]. A constant: derivatives go by way of the values.
class Factor final : public graph::Op {
 public:
  Factor(SparsePattern pattern, MatrixKind kind) : pattern_(std::move(pattern)), kind_(kind) {}
  std::string_view name() const override { return "sparse_factor"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    cpu::require_right_blas();
    const Array values = cpu::row_major(in[0]);
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    const std::int64_t n = pattern_.rows(), entries = pattern_.entries(), size = out[0].shape.back(),
                       count = size == 0 ? 0 : out[0].size() / size;
    if (n == 0) return;
    with_type(values.dtype, [&](auto t) {
      using T = decltype(t);
      if constexpr (std::is_floating_point_v<T> || (!std::is_integral_v<T>))
        cpu::parallel_for(count, 1, [&](std::int64_t from, std::int64_t to) {
          for (std::int64_t k = from; k < to; ++k)
            sparse::factorise(pattern_, kind_, values.data<T>() + k * entries, out[0].data<T>() + k * size,
                              out[1].data<std::int64_t>() + k * n, of_batch(count, k));
        });
    });
  }
  Tensors jvp(const RuleContext&, std::span<const Tensor>) const override { return {Tensor::none(), Tensor::none()}; }
  Tensors vjp(const RuleContext&, std::span<const Tensor>, const std::vector<bool>&) const override {
    return {Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>&, std::int64_t) const override {
    return make(pattern_, kind_, in[0]);
  }
  bool same_as(const Op& other) const override {
    const auto* same = dynamic_cast<const Factor*>(&other);
    return same && same->kind_ == kind_ && same->pattern_ == pattern_;
  }

  static Tensors make(const SparsePattern& pattern, MatrixKind kind, const Tensor& values) {
    const Shape batch = sparse::batch_of_values(values.shape());
    const std::int64_t size = sparse::FactorLayout(sparse::analysis(pattern), kind).size;
    return graph::make_tuple(
        std::make_shared<Factor>(pattern, kind), {values},
        {{sparse::with_last(batch, size), values.dtype()}, {sparse::with_last(batch, pattern.rows()), DType::i64}});
  }

 private:
  SparsePattern pattern_;
  MatrixKind kind_;
};

using sparse::Factored;
using sparse::solve_factored;

/// Inputs: values, factor, pivots, b [.., n, m], with equal batch axes.
class Solve final : public graph::Op {
 public:
  Solve(SparsePattern pattern, MatrixKind kind, Direct by, bool adjoint)
      : pattern_(std::move(pattern)), kind_(kind), by_(by), adjoint_(adjoint) {}
  std::string_view name() const override { return "sparse_solve"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    cpu::require_right_blas();
    const Array values = cpu::row_major(in[0]), factor = cpu::row_major(in[1]), pivots = cpu::row_major(in[2]),
                b = cpu::row_major(in[3]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    if (out[0].size() == 0) return;
    const std::int64_t n = pattern_.rows(), m = b.shape.back(), count = b.size() / (n * m);
    with_type(values.dtype, [&](auto t) {
      using T = decltype(t);
      if constexpr (std::is_floating_point_v<T> || (!std::is_integral_v<T>))
        cpu::parallel_for(count, 1, [&](std::int64_t from, std::int64_t to) {
          for (std::int64_t k = from; k < to; ++k) {
            const T *const a = values.data<T>() + k * pattern_.entries(), *const right = b.data<T>() + k * n * m;
            T* const x = out[0].data<T>() + k * n * m;
            if (by_ == Direct::mumps)
              sparse::solve_by_mumps(pattern_, kind_, a, adjoint_, m, right, x, of_batch(count, k));
            else
              sparse::solve_with(pattern_, kind_, a, factor.data<T>() + k * factor.shape.back(),
                                 pivots.data<std::int64_t>() + k * n, adjoint_, m, right, x, of_batch(count, k));
          }
        });
    });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Tensor right = t[3];
    if (t[0].defined()) {  // A x' = b' - A' x
      const SparseTensor moving(pattern_, t[0]);
      const Tensor moved = matmul(adjoint_ ? terrella::adjoint(moving) : moving, node.outputs[0]);
      right = right.defined() ? right - moved : -moved;
    }
    if (!right.defined()) return {Tensor::none()};
    return {solve_factored(matrix(node.inputs), right, adjoint_)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor& x = node.outputs[0];
    const Tensor lambda = solve_factored(matrix(node.inputs), g[0], !adjoint_);
    Tensor values_bar = Tensor::none();
    if (needed[0])  // -lambda x^H on the pattern; of the adjoint -x lambda^H
      values_bar = -(adjoint_ ? sparse::product(sparse::Side::values, pattern_, x, conj(lambda))
                              : sparse::product(sparse::Side::values, pattern_, lambda, conj(x)));
    return {values_bar, Tensor::none(), Tensor::none(), lambda};
  }

  /// Inputs have equal batches, which solve_factored() broadcasts.
  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>&, std::int64_t) const override {
    return {solve_factored(matrix(in), in[3], adjoint_)};
  }

  bool same_as(const Op& other) const override {
    const auto* same = dynamic_cast<const Solve*>(&other);
    return same && same->kind_ == kind_ && same->by_ == by_ && same->adjoint_ == adjoint_ && same->pattern_ == pattern_;
  }

 private:
  Factored matrix(std::span<const Tensor> in) const { return {pattern_, kind_, by_, in[0], in[1], in[2]}; }
  SparsePattern pattern_;
  MatrixKind kind_;
  Direct by_;
  bool adjoint_;
};

}  // namespace

Tensor sparse::solve_factored(const Factored& matrix, const Tensor& b, bool adjoint) {
  if (matrix.values.rank() == 1 && b.rank() > 2 && b.size() > 0)  // one matrix: the batch becomes more right-hand sides
    return sparse::columns_apart(solve_factored(matrix, sparse::columns_together(b), adjoint), b.shape());
  const Shape batch =
      broadcast_shapes("sparse solve", sparse::batch_of_values(matrix.values.shape()), batch_of(b.shape()));
  const auto over = [&](const Tensor& x) { return sparse::values_over(x, batch); };
  const Tensor right = over_batch(b, batch);
  return graph::make(std::make_shared<Solve>(matrix.pattern, matrix.kind, matrix.by, adjoint),
                     {over(matrix.values), over(matrix.factor), over(matrix.pivots), right}, graph::aval(right));
}

SparseFactor::SparseFactor(const SparseTensor& a, MatrixKind kind, Direct by)
    : matrix_(a), moved_(a), kind_(kind), by_(by), factor_(Tensor::none()), pivots_(Tensor::none()) {
  if (a.rows() != a.columns()) fail("solve: the sparse matrix must be square, got ", a.rows(), " x ", a.columns());
  if (by == Direct::mumps) {
    const Shape none = sparse::with_last(sparse::batch_of_values(a.values().shape()), 0);
    factor_ = zeros(none, a.dtype());
    pivots_ = zeros(none, DType::i64);
    return;
  }
  if (kind == MatrixKind::general)
    if (const sparse::Matched* matched = sparse::matched(a.pattern()))
      moved_ = {matched->pattern, gather(a.values(), matched->from, -1)};
  const Tensors factor = Factor::make(moved_.pattern(), kind, stop_gradient(moved_.values()));
  factor_ = factor[0];
  pivots_ = factor[1];
}

const SparseFactor& SparseFactor::eval() const {
  factor_.eval();
  return *this;
}

Tensor SparseFactor::solve(const Tensor& b) const { return solve(b, false); }
Tensor SparseFactor::solve_adjoint(const Tensor& b) const { return solve(b, true); }

Tensor SparseFactor::solve_between(const Tensor& b, const std::vector<std::int64_t>& given,
                                   const std::vector<std::int64_t>& wanted) const {
  for (const auto* rows : {&given, &wanted})
    for (std::size_t k = 0; k < rows->size(); ++k)
      if ((*rows)[k] < 0 || (*rows)[k] >= matrix_.rows() || (k > 0 && (*rows)[k] <= (*rows)[k - 1]))
        fail("solve_between: rows must ascend within 0 .. ", matrix_.rows() - 1, ", but number ", k, " of them is ",
             (*rows)[k]);
  if (b.rank() < 2 || b.size(-2) != static_cast<std::int64_t>(given.size()))
    fail("solve_between: ", given.size(), " rows are given, but the right-hand side is ", b.shape());
  const DType own = matrix_.dtype();
  if (kind_ != MatrixKind::general && by_ == Direct::multifrontal && common_dtype(matrix_.values(), b) == own)
    return sparse::solve_between({moved_.pattern(), kind_, by_, moved_.values(), factor_, pivots_}, cast(b, own), given,
                                 wanted);
  const auto numbers = [](const std::vector<std::int64_t>& rows) {
    return Tensor::from(rows, {static_cast<std::int64_t>(rows.size())});
  };
  return gather(solve(scatter_add(b, numbers(given), matrix_.rows(), -2)), numbers(wanted), -2);
}

Tensor SparseFactor::solve(const Tensor& b, bool adjoint) const {
  if (b.rank() == 1) return squeeze(solve(expand_dims(b, 1), adjoint), -1);
  if (b.rank() < 2 || b.size(-2) != matrix_.rows())
    fail("solve: a sparse matrix of ", matrix_.rows(), " rows and a right-hand side of shape ", b.shape(),
         " do not match; rows must agree");
  const DType own = matrix_.dtype(), both = common_dtype(matrix_.values(), b);
  if (real_of(both) != real_of(own))
    fail("solve: a matrix factorised in ", name(own), " and a right-hand side in ", name(b.dtype()),
         "; cast one of them: the factors have the precision of the matrix");
  if (both != own) {  // complex right-hand sides of a real matrix
    const Tensor parts = solve(concatenate({real(b), imag(b)}, -1), adjoint);
    const std::int64_t m = b.size(-1);
    return slice(parts, -1, {0, m}) + std::complex<double>(0, 1) * slice(parts, -1, {m, 2 * m});
  }
  const auto solved = [&](const Tensor& right) {
    return solve_factored({moved_.pattern(), kind_, by_, moved_.values(), factor_, pivots_}, right, adjoint);
  };
  const bool moved = kind_ == MatrixKind::general && by_ == Direct::multifrontal;
  const sparse::Matched* matched = moved ? sparse::matched(matrix_.pattern()) : nullptr;
  if (!matched) return solved(cast(b, own));
  // P A x = P b; A^H x = (P A)^H P x.
  return adjoint ? gather(solved(cast(b, own)), matched->numbers, -2) : solved(gather(cast(b, own), matched->rows, -2));
}

Tensor solve(const SparseTensor& a, const Tensor& b, MatrixKind kind, Direct by) {
  const DType both = common_dtype(a.values(), b), own = is_complex(a.dtype()) ? both : real_of(both);
  return SparseFactor({a.pattern(), cast(a.values(), own)}, kind, by).solve(b);
}

}  // namespace terrella
