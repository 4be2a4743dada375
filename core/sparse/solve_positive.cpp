// Sparse Cholesky solve as a differentiable operation that keeps its factor.
#include <Eigen/SparseCholesky>
#include <algorithm>
#include <mutex>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/sparse.h"

namespace terrella {
namespace {

using graph::RuleContext;
using Matrix = Eigen::SparseMatrix<double, Eigen::ColMajor, std::int64_t>;
using Dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The factor of the last matrix that was asked for, and the analysis of its pattern.
class Factor {
 public:
  explicit Factor(SparsePattern pattern) : pattern_(std::move(pattern)) {}

  void solve(const double* values, const double* b, std::int64_t m, double* x) {
    const std::lock_guard lock(mutex_);
    factorise(values);
    const std::int64_t n = pattern_.rows();
    Eigen::Map<Dense>(x, n, m) = solver_.solve(Eigen::Map<const Dense>(b, n, m));
  }
  const SparsePattern& pattern() const { return pattern_; }

 private:
  void factorise(const double* values) {
    const auto count = static_cast<std::size_t>(pattern_.entries());
    if (ready_ && std::equal(values_.begin(), values_.end(), values)) return;
    const std::int64_t n = pattern_.rows();
    // Rows of a symmetric matrix are its columns: compressed rows serve as compressed columns.
    const Eigen::Map<const Matrix> a(n, n, pattern_.entries(), pattern_.row_starts().data(),
                                     pattern_.column_of().data(), values);
    for (std::size_t k = 0; k < count; ++k)
      if (!std::isfinite(values[k]))
        throw SolveError(text("sparse_solve_positive: entry (", pattern_.row_index().data<std::int64_t>()[k], ", ",
                              pattern_.column_of()[k], ") is ", values[k]));
    if (!analysed_) solver_.analyzePattern(a);
    analysed_ = true;
    ready_ = false;
    solver_.factorize(a);
    const auto d = solver_.vectorD();
    for (std::int64_t i = 0; i < n; ++i) {
      if (solver_.info() == Eigen::Success && d[i] > 0) continue;
      if (d[i] > 0 && i + 1 < n) continue;
      throw SolveError(text("sparse_solve_positive: the matrix of ", n, " rows is not positive definite at row ",
                            solver_.permutationPinv().indices()[i], "; add damping or check its assembly"));
    }
    values_.assign(values, values + count);
    ready_ = true;
  }

  SparsePattern pattern_;
  std::mutex mutex_;
  Eigen::SimplicialLDLT<Matrix, Eigen::Lower, Eigen::AMDOrdering<std::int64_t>> solver_;
  std::vector<double> values_;
  bool analysed_ = false, ready_ = false;
};

/// inputs: values [entries], b [n, m].
class SolvePositive final : public graph::Op, public std::enable_shared_from_this<SolvePositive> {
 public:
  explicit SolvePositive(std::shared_ptr<Factor> factor) : factor_(std::move(factor)) {}
  std::string_view name() const override { return "sparse_solve_positive"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array values = cpu::row_major(in[0]), b = cpu::row_major(in[1]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    if (out[0].size() == 0) return;
    factor_->solve(values.data<double>(), b.data<double>(), b.shape[1], out[0].data<double>());
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Tensor right = t[1];
    if (t[0].defined()) {  // A x' = b' - A' x
      const Tensor moved = matrix_transpose(sparse_product(pattern(), t[0], matrix_transpose(node.outputs[0])));
      right = right.defined() ? right - moved : -moved;
    }
    return {solve(node.inputs[0], right)};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor lambda = solve(node.inputs[0], g[0]);  // A is its own adjoint: the same factor
    Tensor values_bar = Tensor::none();
    if (needed[0])
      values_bar =
          -sum(gather(lambda, pattern().row_index(), 0) * gather(node.outputs[0], pattern().column_index(), 0), {1});
    return {values_bar, lambda};
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    if (!batched[0]) {                          // one matrix: the batch becomes more right-hand sides
      const Tensor b = move_axis(in[1], 0, 1);  // [n, B, m]
      return {move_axis(reshape(solve(in[0], reshape(b, {b.shape()[0], -1})), b.shape()), 1, 0)};
    }
    Tensors x;
    for (std::int64_t i = 0; i < size; ++i)
      x.push_back(sparse_solve_positive(pattern(), in[0][i], batched[1] ? in[1][i] : in[1]));
    return {stack(x)};
  }

  Tensor solve(const Tensor& values, const Tensor& b) const {
    return graph::make(shared_from_this(), {values, b}, graph::aval(b));
  }

 private:
  const SparsePattern& pattern() const { return factor_->pattern(); }
  std::shared_ptr<Factor> factor_;
};

}  // namespace

Tensor sparse_solve_positive(const SparsePattern& pattern, const Tensor& values, const Tensor& b) {
  if (pattern.rows() != pattern.columns())
    fail("sparse_solve_positive: the matrix must be square, got ", pattern.rows(), " x ", pattern.columns());
  if (values.rank() != 1 || values.size() != pattern.entries())
    fail("sparse_solve_positive: values of shape ", values.shape(), " for a pattern of ", pattern.entries(),
         " entries");
  if (b.rank() == 1) return squeeze(sparse_solve_positive(pattern, values, expand_dims(b, 1)), 1);
  if (b.rank() != 2 || b.shape()[0] != pattern.rows())
    fail("sparse_solve_positive: right-hand side of shape ", b.shape(), " for a matrix of ", pattern.rows(), " rows");
  if (is_complex(values.dtype()) || is_complex(b.dtype())) fail("sparse_solve_positive: real symmetric matrices only");
  return std::make_shared<SolvePositive>(std::make_shared<Factor>(pattern))
      ->solve(cast(values, DType::f64), cast(b, DType::f64));
}

}  // namespace terrella
