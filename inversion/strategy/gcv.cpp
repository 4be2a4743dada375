#include "inversion/strategy/gcv.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/error.h"

namespace terrella::inversion {

double gcv_score(const Problem& problem, const Trial& trial, Space space) {
  const Linearized linear(problem, trial.model, space);
  const auto n = static_cast<double>(linear.data().residual.size());
  const auto at = linear.finite() ? linear.at(trial.lambda) : std::nullopt;
  if (!at) return std::numeric_limits<double>::infinity();
  const double left = n - at->freedom();
  return left > 0 ? 2 * n * trial.values.misfit / (left * left) : std::numeric_limits<double>::infinity();
}

LambdaRule gcv(const Problem& problem, const GcvOptions& o) {
  if (!(o.step > 0) || !(o.decades_above + o.decades_below > o.step)) fail("gcv: decades and step leave no range");
  const auto known = std::make_shared<std::vector<double>>();  // scores of the trials, which never change
  return [=](const std::vector<Trial>& trials, double balance) -> Decision {
    while (known->size() < trials.size()) known->push_back(gcv_score(problem, trials[known->size()], o.space));
    const std::vector<double>& scores = *known;
    const auto next = static_cast<double>(trials.size()) * o.step;
    const auto least = static_cast<std::size_t>(std::min_element(scores.begin(), scores.end()) - scores.begin());
    if (trials.empty() || (trials.size() <= least + 3 && next <= o.decades_above + o.decades_below + 1e-9))
      return {.next = balance * std::pow(10.0, o.decades_above - next)};
    return {.chosen = least,
            .message = text("least generalised cross validation ", scores[least], " at lambda ", trials[least].lambda,
                            ", RMS ", trials[least].values.rms)};
  };
}

}  // namespace terrella::inversion
