// inversion/strategy/lambda_search.h: minimisations at one lambda after the other, each from the model of the last.
// What lambda comes next, and which trial is the answer, is decided by a rule: cooling.h, discrepancy.h, l_curve.h.
#pragma once
#include <optional>
#include <vector>

#include "inversion/problem.h"

namespace terrella::inversion {

/// Minimises a least-squares problem from a state.
using Minimizer =
    std::function<optimize::Summary(const optimize::LeastSquares&, optimize::State, const optimize::Progress&)>;

/// What a rule says after the trials so far.
struct Decision {
  std::optional<double> next = {};  ///< lambda; none: done
  std::size_t chosen = 0;           ///< trial that is the answer, when done
  optimize::Stop reason = optimize::Stop::target;
  std::string message = {};
};
/// `balance` is the lambda at which data and regularisation weigh the same in the start model. Called with no trials
/// first.
using LambdaRule = std::function<Decision(const std::vector<Trial>& trials, double balance)>;

/// A rule with nothing to decide: this lambda.
LambdaRule fixed_lambda(double lambda);

/// State::trials hold what is done, State::minimizer what is at work.
Summary search_lambda(const Problem& problem, State start, const Minimizer& minimizer, const LambdaRule& rule,
                      const Progress& progress = {});

}  // namespace terrella::inversion
