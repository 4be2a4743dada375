#include "inversion/sampling/ensemble.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella::inversion {
namespace {

/// scale r + shift, by squares.
optimize::Term shifted(const optimize::Term& term, std::vector<double> scale, const std::vector<double>& shift) {
  optimize::Term result{.name = term.name, .weight = term.weight};
  const Tensor by(scale), plus(shift);
  result.residual = [residual = term.residual, by, plus](const Tensor& m) { return by * residual(m) + plus; };
  result.linearize = [term, scale = std::move(scale), shift](const Tensor& m) {
    optimize::Linearization linear = optimize::linearize(term, m);
    for (std::size_t i = 0; i < shift.size(); ++i) linear.residual[i] = scale[i] * linear.residual[i] + shift[i];
    if (auto* sparse = std::get_if<optimize::SparseMatrix>(&linear.jacobian)) {
      for (std::size_t i = 0; i < scale.size(); ++i)
        for (auto k = sparse->row_start[i]; k < sparse->row_start[i + 1]; ++k)
          sparse->value[static_cast<std::size_t>(k)] *= scale[i];
    } else {
      for (optimize::Block& block : std::get<optimize::BlockMatrix>(linear.jacobian).blocks)
        for (std::int64_t i = 0; i < block.rows; ++i)
          for (std::int64_t j = 0; j < block.columns; ++j)
            block.values[static_cast<std::size_t>(i * block.columns + j)] *=
                scale[static_cast<std::size_t>(block.row + i)];
    }
    return linear;
  };
  return result;
}

/// With draws of variance 1 / precision; a term without weight says nothing and gets none.
optimize::Term drawn(const optimize::Term& term, const Tensor& m, double precision, std::uint64_t seed) {
  const std::vector<double> residual = term.residual(m).to_vector<double>();
  std::vector<double> scale = optimize::weights(term.loss, residual);
  for (double& w : scale) w = std::sqrt(std::max(0.0, w));
  std::vector<double> draw = random_normal({static_cast<std::int64_t>(residual.size())}, seed).to_vector<double>();
  for (double& x : draw) x = precision > 0 ? x / std::sqrt(precision) : 0.0;
  return shifted(term, std::move(scale), draw);
}

/// The term whose residual at the last place is kept, since minimisers and their records ask for it again, and whose
/// linearisation at the estimate is known.
optimize::Term remembering(const optimize::Term& term, const std::vector<double>& estimate, const Tensor& residual,
                           std::shared_ptr<const optimize::Linearization> there) {
  struct Last {
    std::vector<double> m;
    Tensor residual;
  };
  optimize::Term result = term;
  const auto last = std::make_shared<Last>(Last{estimate, residual});
  result.residual = [residual = term.residual, last](const Tensor& m) {
    if (m.node()->symbolic) return residual(m);
    std::vector<double> place = m.to_vector<double>();
    if (place != last->m) *last = {std::move(place), Tensor(residual(m).to_vector<double>())};
    return last->residual;
  };
  result.linearize = [term, estimate, there = std::move(there)](const Tensor& m) {
    return m.to_vector<double>() == estimate ? *there : optimize::linearize(term, m);
  };
  return result;
}

}  // namespace

Problem perturbed(const Problem& problem, const Tensor& m, double lambda, std::uint64_t seed) {
  std::uint64_t stream = 0;
  const auto next = [&] { return split_seed(seed, stream++); };
  Problem result{drawn(problem.data, m, problem.data.weight, next()), {}, {}};
  for (const optimize::Term& term : problem.model) result.model.push_back(drawn(term, m, lambda * term.weight, next()));
  for (const optimize::Term& term : problem.prior) result.prior.push_back(drawn(term, m, term.weight, next()));
  return result;
}

bool Ensemble::complete() const {
  return std::none_of(models.begin(), models.end(), [](const auto& model) { return model.empty(); });
}

Ensemble randomised_map(const Problem& problem, const std::vector<double>& m, double lambda, const Minimizer& minimizer,
                        const EnsembleOptions& options, const EnsembleControl& control) {
  if (options.members < 2 || options.members > 100000)
    fail("randomised_map: ", options.members, " members; give 2 to 100000");
  if (!(lambda > 0) || std::isinf(lambda)) fail("randomised_map: lambda is ", lambda, "; give a positive number");
  const Tensor estimate(m);
  optimize::validate(at_lambda(problem, lambda), estimate);
  const auto members = static_cast<std::size_t>(options.members);
  Ensemble ensemble{std::vector<std::vector<double>>(members), std::vector<Values>(members), {}};
  std::vector<char> converged(members, 0);  // not bool: threads write beside each other
  const Tensor residual(problem.data.residual(estimate).to_vector<double>());
  const auto there = std::make_shared<const optimize::Linearization>(optimize::linearize(problem.data, estimate));
  const auto one = [&](std::size_t k) {
    Kept kept = control.kept ? control.kept(k) : Kept{};
    if (!kept.summary) {
      State state = kept.state ? std::move(*kept.state) : State{};
      if (!kept.state) state.model = m;
      Problem own = problem;
      own.data = remembering(problem.data, m, residual, there);
      kept.summary = search_lambda(perturbed(own, estimate, lambda, split_seed(options.seed, k)), std::move(state),
                                   minimizer, fixed_lambda(lambda),
                                   [&](const State& now) { return !control.progress || control.progress(k, now); });
      if (kept.summary->reason == optimize::Stop::callback) return false;
      if (control.finished) control.finished(k, *kept.summary);
    }
    ensemble.models[k] = kept.summary->state.model;
    ensemble.values[k] = evaluate(problem, Tensor(ensemble.models[k]));
    converged[k] = kept.summary->converged();
    return true;
  };
  if (options.side_by_side)
    cpu::parallel_for(options.members, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) one(static_cast<std::size_t>(k));
    });
  else
    for (std::size_t k = 0; k < members && one(k); ++k) {}
  ensemble.converged.assign(converged.begin(), converged.end());
  return ensemble;
}

Spread spread_of(const std::vector<std::vector<double>>& models) {
  if (models.size() < 2) fail("spread_of: ", models.size(), " models; it takes two");
  const auto count = static_cast<double>(models.size());
  Spread s{std::vector<double>(models[0].size(), 0.0), std::vector<double>(models[0].size(), 0.0)};
  for (const auto& model : models) {
    if (model.size() != s.mean.size()) fail("spread_of: models of ", model.size(), " and ", s.mean.size(), " numbers");
    for (std::size_t i = 0; i < model.size(); ++i) s.mean[i] += model[i] / count;
  }
  for (const auto& model : models)
    for (std::size_t i = 0; i < model.size(); ++i)
      s.deviation[i] += (model[i] - s.mean[i]) * (model[i] - s.mean[i]) / (count - 1);
  for (double& x : s.deviation) x = std::sqrt(x);
  return s;
}

}  // namespace terrella::inversion
