#include "inversion/problem.h"

#include <algorithm>
#include <cmath>

namespace terrella::inversion {

Values evaluate(const Problem& problem, const Tensor& m) {
  const Tensor residual = problem.data.residual(m);
  const auto count = static_cast<double>(std::max<std::int64_t>(1, residual.size()));
  Values values;
  values.misfit = cost(problem.data.loss, residual).item();
  values.regularization = optimize::value(problem.model, m);
  values.rms = std::sqrt(2 * values.misfit / count);
  return values;
}

optimize::LeastSquares at_lambda(const Problem& problem, double lambda) {
  optimize::LeastSquares terms{problem.data};
  for (optimize::Term term : problem.model) {
    term.weight *= lambda;
    terms.push_back(std::move(term));
  }
  terms.insert(terms.end(), problem.prior.begin(), problem.prior.end());
  return terms;
}

}  // namespace terrella::inversion
