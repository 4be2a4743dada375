#include "inversion/strategy/lambda_search.h"

#include <chrono>
#include <cmath>

#include "core/error.h"

namespace terrella::inversion {
namespace {

using optimize::Stop;

double balance_of(const Problem& problem, const Tensor& m) {
  double data = 0, model = 0;
  for (const double d : quadratic(problem.data, m).matrix.diagonal()) data += d;
  for (const double d : quadratic(problem.model, m).matrix.diagonal()) model += d;
  return data > 0 && model > 0 && std::isfinite(data) ? data / model : 1.0;
}

}  // namespace

LambdaRule fixed_lambda(double lambda) {
  if (!(lambda >= 0) || std::isinf(lambda)) fail("fixed_lambda: lambda is ", lambda, "; give 0 or a positive number");
  return [=](const std::vector<Trial>& trials, double) {
    return trials.empty() ? Decision{.next = lambda}
                          : Decision{.reason = Stop::value, .message = text("minimum at lambda ", lambda)};
  };
}

Summary search_lambda(const Problem& problem, State state, const Minimizer& minimizer, const LambdaRule& rule,
                      const Progress& progress) {
  optimize::validate(at_lambda(problem, 1.0), Tensor(state.model));
  const auto begin = std::chrono::steady_clock::now();
  const double before = state.history.empty() ? 0.0 : state.history.back().seconds;
  bool stopped = false;
  const auto record = [&](double step) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    state.history.push_back({-1, static_cast<std::int32_t>(state.iteration), state.values.rms, state.values.misfit,
                             state.values.regularization, state.lambda, step, before + spent.count()});
    if (state.keep_models) state.models.push_back(state.model);
    stopped = progress && !progress(state);
    return !stopped;
  };
  const auto finish = [&](Stop reason, const std::string& message) {
    return Summary{std::move(state), reason, message};
  };

  if (state.history.empty()) {
    state.values = evaluate(problem, Tensor(state.model));
    state.target = balance_of(problem, Tensor(state.model));  // kept, since rules are asked again after a resume
    if (!record(0)) return finish(Stop::callback, optimize::describe(Stop::callback));
  }
  if (!std::isfinite(state.values.rms) || !std::isfinite(state.values.regularization))
    return finish(Stop::not_finite, "the start model gives no finite misfit");

  bool short_of_iterations = false;
  while (true) {
    const bool at_work = state.minimizer.x.size() > 0;
    if (!at_work) {
      const Decision decision = rule(state.trials, state.target);
      if (!decision.next) {
        const Trial& chosen = state.trials.at(decision.chosen);
        state.model = chosen.model;
        state.values = chosen.values;
        state.lambda = chosen.lambda;
        return finish(short_of_iterations && decision.reason != Stop::target ? Stop::iterations : decision.reason,
                      decision.message);
      }
      state.lambda = *decision.next;
      state.minimizer = {.x = Tensor(state.model)};
    }
    const optimize::Summary found =
        minimizer(at_lambda(problem, state.lambda), state.minimizer, [&](const optimize::State& now) {
          state.minimizer = now;
          if (now.iteration == 0) return true;  // that is where the last lambda ended
          state.model = now.x.to_vector<double>();
          state.values = evaluate(problem, now.x);
          ++state.iteration;
          return record(now.history.back().step);
        });
    if (stopped) return finish(Stop::callback, optimize::describe(Stop::callback));
    short_of_iterations = short_of_iterations || found.reason == Stop::iterations;
    if (found.reason == Stop::not_finite) return finish(Stop::not_finite, found.message);
    state.model = found.state.x.to_vector<double>();
    state.values = evaluate(problem, found.state.x);
    state.trials.push_back({state.lambda, state.values, state.model});
    state.minimizer = {};
  }
}

}  // namespace terrella::inversion
