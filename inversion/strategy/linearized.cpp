#include "inversion/strategy/linearized.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/optimize/data_space.h"
#include "core/optimize/descent.h"

namespace terrella::inversion {
namespace {

using optimize::NormalMatrix;
using optimize::Quadratic;

constexpr std::int64_t many = 200;  // parameters, below which a matrix of the model costs nothing

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Rows of the data and of the prior, one below the other, each times its weight's root inside `weight`.
struct Rows {
  optimize::Matrix jacobian;
  std::vector<double> weight;
};
Rows rows_of(const optimize::Linearization& data, const std::vector<double>& weight,
             const optimize::LeastSquares& prior, const Tensor& m) {
  Rows all{data.jacobian, weight};
  if (prior.empty()) return all;
  const std::int64_t n = m.size();
  optimize::BlockMatrix joined{optimize::rows(data.jacobian), n, {}};
  if (const auto* blocks = std::get_if<optimize::BlockMatrix>(&data.jacobian))
    joined.blocks = blocks->blocks;
  else
    fail("occam: a prior needs data whose Jacobian is dense");
  for (const optimize::Term& term : prior) {
    const optimize::Linearization linear = optimize::linearize(term, m);
    const std::vector<double> own = optimize::weights(term.loss, linear.residual);
    const std::int64_t count = optimize::rows(linear.jacobian);
    optimize::Block block{joined.rows, 0, count, n, std::vector<double>(at_index(count * n))};
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<double> unit(at_index(count), 0.0);
      unit[at_index(i)] = 1;
      const std::vector<double> row = optimize::multiply_transposed(linear.jacobian, unit);
      std::copy(row.begin(), row.end(), block.values.begin() + i * n);
      all.weight.push_back(own[at_index(i)] * term.weight);
    }
    joined.rows += count;
    joined.blocks.push_back(std::move(block));
  }
  all.jacobian = std::move(joined);
  return all;
}

double finite_sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum;
}

}  // namespace

struct Linearized::Matrices {
  std::optional<NormalMatrix> gram, data, regularization;  // model space: of the data alone, with the prior, R
  std::optional<optimize::DataSpace> space;
};

struct Linearized::At::Kind {
  std::optional<NormalMatrix::Factor> model;
  std::optional<optimize::DataSpace::Factor> data;
  std::shared_ptr<const Matrices> matrices;
  std::int64_t rows = 0;  // of the data
};

Linearized::Linearized(const Problem& problem, std::vector<double> model, Space space)
    : model_(std::move(model)), space_(space) {
  const Tensor m(model_);
  linear_ = optimize::linearize(problem.data, m);
  weight_ = optimize::weights(problem.data.loss, linear_.residual);
  const auto n = static_cast<std::int64_t>(model_.size());
  if (optimize::columns(linear_.jacobian) != n)
    fail("linearized: term '", problem.data.name, "' has ", n, " unknowns but a Jacobian of ",
         optimize::columns(linear_.jacobian), " columns");
  std::vector<double> weighted = linear_.residual;
  for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= weight_[i];
  data_gradient_ = optimize::multiply_transposed(linear_.jacobian, weighted);
  Quadratic regularization = optimize::quadratic(problem.model, m);
  model_gradient_ = regularization.gradient;
  const double misfit = cost(problem.data.loss, Tensor(linear_.residual)).item();

  const Rows rows = rows_of(linear_, weight_, problem.prior, m);
  const std::int64_t count = optimize::rows(rows.jacobian);
  const auto sparse = space == Space::model ? std::nullopt : regularization.matrix.to_sparse();
  if (space == Space::smaller) space_ = sparse && n > many && count < n ? Space::data : Space::model;
  if (space == Space::data && !sparse) fail("linearized: steps in the space of data need a sparse regularisation");
  for (const double d : regularization.matrix.diagonal()) model_trace_ += d;
  const auto add_trace = [&](const optimize::Block& b) {
    for (std::int64_t i = 0; i < b.rows; ++i)
      for (std::int64_t j = 0; j < b.columns; ++j)
        data_trace_ += weight_[at_index(b.row + i)] * std::pow(b.values[at_index(i * b.columns + j)], 2);
  };
  const auto matrices = std::make_shared<Matrices>();
  Quadratic prior{NormalMatrix(n), std::vector<double>(model_.size(), 0.0), 0};
  if (!problem.prior.empty()) prior = optimize::quadratic(problem.prior, m);
  optimize::add_scaled(data_gradient_, 1, prior.gradient);
  finite_ = std::isfinite(misfit) && std::isfinite(regularization.value) && std::isfinite(finite_sum(data_gradient_)) &&
            std::isfinite(finite_sum(model_gradient_));
  if (space_ == Space::data) {
    for (const optimize::Block& b : std::get<optimize::BlockMatrix>(linear_.jacobian).blocks) add_trace(b);
    finite_ = finite_ && std::isfinite(data_trace_) && std::isfinite(model_trace_);
    if (finite_) matrices->space.emplace(rows.jacobian, rows.weight, *sparse);
  } else {
    matrices->gram.emplace(n);
    matrices->gram->add(linear_.jacobian, weight_);
    for (const double d : matrices->gram->diagonal()) data_trace_ += d;
    finite_ = finite_ && std::isfinite(data_trace_) && std::isfinite(model_trace_);
    matrices->data = matrices->gram;
    if (!problem.prior.empty()) matrices->data->add(prior.matrix);
    matrices->regularization = std::move(regularization.matrix);
  }
  matrices_ = matrices;
}

double Linearized::balance() const {
  return data_trace_ > 0 && model_trace_ > 0 ? std::log10(data_trace_ / model_trace_) : 0.0;
}

std::vector<double> Linearized::descent(double lambda) const {
  std::vector<double> right(model_.size());
  for (std::size_t i = 0; i < right.size(); ++i) right[i] = -(data_gradient_[i] + lambda * model_gradient_[i]);
  return right;
}

std::optional<Linearized::At> Linearized::at(double lambda) const {
  const auto kind = std::make_shared<At::Kind>();
  kind->matrices = matrices_;
  kind->rows = optimize::rows(linear_.jacobian);
  if (matrices_->space) {
    kind->data = matrices_->space->factor(lambda);
    if (!kind->data) return std::nullopt;
  } else {
    if (!matrices_->data) return std::nullopt;
    NormalMatrix matrix = *matrices_->data;
    matrix.add(*matrices_->regularization, lambda);
    kind->model = matrix.factor();
    if (!kind->model) return std::nullopt;
  }
  At result;
  result.kind_ = kind;
  return result;
}

std::optional<std::vector<double>> Linearized::At::solve(const std::vector<double>& b) const {
  return kind_->data ? kind_->data->solve(b) : kind_->model->solve(b);
}

double Linearized::At::freedom() const {
  if (kind_->data) return kind_->data->freedom(kind_->rows);
  const NormalMatrix& gram = *kind_->matrices->gram;
  const auto product = kind_->model->solve_many(gram.to_dense(), gram.size());
  if (!product) return std::nan("");
  double trace = 0;
  for (std::int64_t i = 0; i < gram.size(); ++i) trace += (*product)[at_index(i * gram.size() + i)];
  return trace;
}

std::vector<double> Linearized::At::inverse_diagonal() const {
  if (kind_->data) return kind_->data->inverse_diagonal();
  const auto blocks = kind_->model->inverse_blocks(1);
  return blocks ? *blocks : std::vector<double>(at_index(kind_->matrices->gram->size()), std::nan(""));
}

}  // namespace terrella::inversion
