#include "inversion/strategy/whitened.h"

#include <array>

#include "core/error.h"
#include "core/ops.h"
#include "inversion/regularization/roughness.h"

namespace terrella::inversion {
namespace {

optimize::Term whitened(const optimize::Term& term, const Whitening& whitening) {
  optimize::Term result = term;
  result.residual = [term, whitening](const Tensor& w) { return term.residual(whitening.model(w)); };
  result.linearize = [term, whitening](const Tensor& w) {
    optimize::Linearization linear = optimize::linearize(term, whitening.model(w).eval());
    const std::int64_t m = optimize::rows(linear.jacobian), n = optimize::columns(linear.jacobian);
    const Tensor by_model = Tensor::from(optimize::to_dense(linear.jacobian), {m, n});
    linear.jacobian =  // J L = (L^T J^T)^T
        optimize::dense(m, n, transpose(whitening.root_transposed(transpose(by_model))).to_vector<double>());
    return linear;
  };
  return result;
}

}  // namespace

Tensor Whitening::model(const Tensor& w) const { return Tensor(reference) + root(w); }
std::vector<double> Whitening::model(const std::vector<double>& w) const {
  return model(Tensor(w)).to_vector<double>();
}
std::vector<double> Whitening::parameters(const std::vector<double>& m) const {
  return solve(Tensor(m) - Tensor(reference)).to_vector<double>();
}

Problem whitened(const Problem& problem, const Whitening& whitening) {
  const auto n = static_cast<std::int64_t>(whitening.reference.size());
  if (whitening.count < 1 || whitening.count > n)
    fail("whitened: ", whitening.count, " of ", n, " parameters are white");
  Problem result{whitened(problem.data, whitening), {}, {}};
  for (const optimize::Term& term : problem.prior) result.prior.push_back(whitened(term, whitening));
  optimize::SparseMatrix w;
  w.columns = n;
  for (std::int64_t i = 0; i < whitening.count; ++i) w.add_row(std::array{i}, std::array{1.0});
  result.model.push_back(linear_term("covariance", w));
  return result;
}

State unwhitened(State state, const Whitening& whitening) {
  state.model = whitening.model(state.model);
  for (std::vector<double>& model : state.models) model = whitening.model(model);
  for (Trial& trial : state.trials) trial.model = whitening.model(trial.model);
  return state;
}

}  // namespace terrella::inversion
