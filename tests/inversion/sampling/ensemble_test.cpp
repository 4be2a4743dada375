// Ensembles of linear problems are draws from the exact posterior; seeds, threads and stops do not change them.
#include "inversion/sampling/ensemble.h"

#include <gtest/gtest.h>

#include <array>

#include "core/backend/cpu/parallel.h"
#include "core/optimize/gauss_newton.h"
#include "inversion/layered_earth.h"
#include "inversion/misfit/loss.h"
#include "inversion/resolution.h"
#include "inversion/strategy/occam.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/inversion/layered_data.h"
#include "tests/inversion/sampling/linear_problem.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::dense_covariance;
using tests::LinearProblem;

namespace {

constexpr double lambda = 2;

Summary minimum(const Problem& problem, std::int64_t n) {
  const Minimizer newton = [](const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
    return optimize::minimize_gauss_newton(p, std::move(s), {}, f);
  };
  return search_lambda(problem, {.model = std::vector<double>(static_cast<std::size_t>(n), 0.0)}, newton,
                       fixed_lambda(lambda));
}

optimize::Summary gauss_newton(const optimize::LeastSquares& p, optimize::State s, const optimize::Progress& f) {
  return optimize::minimize_gauss_newton(p, std::move(s), {}, f);
}

/// x^T H y.
double product(const std::vector<double>& h, const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) sum += x[i] * h[i * x.size() + j] * x[j];
  return sum;
}

/// How far chi-square with this many degrees of freedom lies from its mean, in standard deviations; Wilson & Hilferty
/// (1931): its cube root is normal.
double deviations(double chi_square, double freedom) {
  const double width = 2 / (9 * freedom);
  return (std::cbrt(chi_square / freedom) - (1 - width)) / std::sqrt(width);
}

// 3.5 standard deviations: a right sampler fails one of these with a probability of 5e-4 by the choice of its seed, and
// the seed is fixed.
constexpr double sampling_error = 3.5;

/// Mean and covariance of an ensemble against N(estimate, H^-1): the mean, all of the covariance, and every parameter's
/// variance by itself.
void expect_posterior(const Problem& problem, std::int64_t n, int members) {
  const std::vector<double> estimate = minimum(problem, n).state.model;
  const Ensemble e = randomised_map(problem, estimate, lambda, gauss_newton, {.members = members, .seed = 5});
  ASSERT_TRUE(e.complete());
  const Spread spread = spread_of(e.models);
  const optimize::NormalMatrix matrix = optimize::quadratic(at_lambda(problem, lambda), Tensor(estimate)).matrix;
  const std::vector<double> h = matrix.to_dense(), covariance = dense_covariance(problem, Tensor(estimate), lambda);
  const auto count = static_cast<double>(members), size = static_cast<double>(n);
  std::vector<double> offset = spread.mean;
  for (std::size_t i = 0; i < offset.size(); ++i) offset[i] -= estimate[i];
  EXPECT_LT(std::abs(deviations(count * product(h, offset), size)), sampling_error);
  double scatter = 0;
  for (const auto& model : e.models) {
    std::vector<double> away = model;
    for (std::size_t i = 0; i < away.size(); ++i) away[i] -= spread.mean[i];
    scatter += product(h, away);
  }
  EXPECT_LT(std::abs(deviations(scatter, size * (count - 1))), sampling_error);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    const double variance = covariance[i * static_cast<std::size_t>(n + 1)];
    EXPECT_LT(std::abs(deviations((count - 1) * spread.deviation[i] * spread.deviation[i] / variance, count - 1)),
              sampling_error + 0.5)  // the worst of n
        << i;
  }
}

TEST(RandomisedMap, IsTheExactPosteriorOfALinearProblem) {
  // Smoothness alone: its null space, the mean, is held by the data and nothing else.
  expect_posterior(LinearProblem(20, 12, 0.1).problem, 20, 400);
  // With a reference model, so that the prior is a proper one.
  Problem held = LinearProblem(20, 12, 0.3).problem;
  held.model.push_back(linear_term("reference", identity(20), std::vector<double>(20, 1.5), {}, 0.2));
  expect_posterior(held, 20, 400);
  // With knowledge of some parameters that lambda does not weigh, such as static shifts.
  Problem known = LinearProblem(20, 12, 0.1).problem;
  optimize::SparseMatrix two;
  two.columns = 20;
  two.add_row(std::array{std::int64_t{18}}, std::array{5.0});
  two.add_row(std::array{std::int64_t{19}}, std::array{5.0});
  known.prior.push_back(linear_term("known", two));
  expect_posterior(known, 20, 400);
}

TEST(RandomisedMap, WithoutPerturbedPriorTheSpreadWouldBeFoundTooSmall) {
  // The tests above can fail: perturbing the data alone, a common mistake, is found out.
  const LinearProblem linear(20, 12, 0.1);
  const std::vector<double> estimate = minimum(linear.problem, 20).state.model;
  const std::vector<double> h =
      optimize::quadratic(at_lambda(linear.problem, lambda), Tensor(estimate)).matrix.to_dense();
  double scatter = 0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    Problem data_only = perturbed(linear.problem, Tensor(estimate), lambda, split_seed(5, k));
    data_only.model = linear.problem.model;
    std::vector<double> away = minimum(data_only, 20).state.model;
    for (std::size_t i = 0; i < away.size(); ++i) away[i] -= estimate[i];
    scatter += product(h, away);
  }
  EXPECT_LT(deviations(scatter, 20.0 * 400), -10 * sampling_error);
}

TEST(RandomisedMap, SeedsDecideAndNothingElse) {
  const LinearProblem linear(20, 12, 0.1);
  const std::vector<double> estimate = minimum(linear.problem, 20).state.model;
  const auto ensemble = [&](int members, std::uint64_t seed, bool side_by_side) {
    return randomised_map(linear.problem, estimate, lambda, gauss_newton, {members, seed, side_by_side}).models;
  };
  const auto models = ensemble(6, 1, false);
  EXPECT_EQ(models, ensemble(6, 1, true));
  const int before = cpu::set_threads(1);
  EXPECT_EQ(models, ensemble(6, 1, true));
  cpu::set_threads(before);
  const auto first = ensemble(3, 1, false);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), models.begin()));  // more members leave the first ones alone
  EXPECT_NE(models, ensemble(6, 2, false));
  EXPECT_NE(models[0], models[1]);
}

TEST(RandomisedMap, RobustLossesAreWeightedAsAtTheEstimate) {
  const LinearProblem linear(20, 12, 0.1, absolute(0.05));
  const std::vector<double> estimate = minimum(linear.problem, 20).state.model;
  const Tensor at(estimate);
  const Problem one = perturbed(linear.problem, at, lambda, 3);
  // The same curvature as at the estimate, which is what the posterior there is made of.
  const auto before = optimize::quadratic(at_lambda(linear.problem, lambda), at).matrix.to_dense();
  const auto after = optimize::quadratic(at_lambda(one, lambda), at).matrix.to_dense();
  EXPECT_LT(max_abs(Tensor(before) - Tensor(after)), 1e-9 * max_abs(Tensor(before)));
  const auto term = one.model[0];
  const Tensor slope = grad_of(optimize::objective({term}))({at})[0];
  EXPECT_LT(max_abs(slope - term.weight * Tensor(optimize::quadratic(term, at).gradient)),
            1e-10 * (1 + max_abs(slope)));
}

/// A layered earth by Occam: a nonlinear problem.
struct Layered {
  Invert1dOptions options;
  std::vector<Sounding> soundings;
  Problem problem;
  Summary estimate;
  Layered(double error, Layers1d layers)
      : soundings{tests::layered_sounding({100, 10, 1000}, {1000, 2000}, error, 1, 15)} {
    options.layers = std::move(layers);
    const auto thickness = design_layers(soundings, options.layers);
    const auto start = start_parameters(soundings, thickness.size() + 1, options);
    problem = layered_problem(soundings, thickness, options, start);
    estimate = occam(problem, {.model = start});
  }
};

/// The spread of an ensemble over the linearised error, smallest and largest of all layers.
std::pair<double, double> spread_over_linear(const Layered& l, int members) {
  const double lambda_of = l.estimate.state.lambda;
  const auto& m = l.estimate.state.model;
  const Ensemble e = randomised_map(l.problem, m, lambda_of, gauss_newton, {.members = members});
  EXPECT_TRUE(e.complete());
  const auto linear = resolution(l.problem, Tensor(m), lambda_of, static_cast<std::int64_t>(m.size())).error;
  std::pair<double, double> range{1e300, 0};
  const Spread spread = spread_of(e.models);
  for (std::size_t i = 0; i < m.size(); ++i) {
    range.first = std::min(range.first, spread.deviation[i] / linear[i]);
    range.second = std::max(range.second, spread.deviation[i] / linear[i]);
  }
  for (const Values& v : e.values) EXPECT_LT(v.rms, 1.6 * l.estimate.state.values.rms);  // every member fits
  return range;
}

TEST(RandomisedMap, OfALayeredEarthBecomesTheLinearisedPosteriorAsErrorsShrink) {
  // 200 members know a deviation to 5 %; the worst of 4 layers is within 15 %.
  const Layered exact(0.002, {.thickness = {500, 500, 2000}});
  const auto [low, high] = spread_over_linear(exact, 200);
  EXPECT_GT(low, 0.85);
  EXPECT_LT(high, 1.15);
  // With errors of 3 % and layers that trade off against each other the posterior is not normal any more: the
  // linearised error is of its size only.
  const Layered rough(0.03, {.count = 12});
  const auto [lower, higher] = spread_over_linear(rough, 60);
  EXPECT_GT(lower, 0.3);
  EXPECT_LT(higher, 3);
}

TEST(RandomisedMap, StoppedAndResumedFromItsCheckpointEndsAtTheSameBits) {
  const Layered l(0.03, {.count = 12});
  const auto& m = l.estimate.state.model;
  const double at = l.estimate.state.lambda;
  const EnsembleOptions options{.members = 5};
  const auto whole = randomised_map(l.problem, m, at, gauss_newton, options);
  const tests::TemporaryFolder folder("ensemble");
  const std::string run(64, 'a');
  RunControl control;
  control.checkpoint = folder / "run.checkpoint";
  for (int iterations = 0;; ++iterations) {  // two more each time
    ASSERT_LT(iterations, 200);
    RunKeeper keeper(control, run, 5);
    control.resume = true;
    int left = 2;
    const Ensemble part = randomised_map(l.problem, m, at, gauss_newton, options,
                                         {.kept = [&](std::size_t k) { return keeper.kept(k); },
                                          .progress =
                                              [&](std::size_t k, const State& s) {
                                                keeper.update(k, s);
                                                return --left > 0;
                                              },
                                          .finished = [&](std::size_t k, const Summary& s) { keeper.done(k, s); }});
    keeper.flush();
    if (!part.complete()) continue;
    EXPECT_GT(iterations, 3);
    EXPECT_EQ(part.models, whole.models);
    break;
  }
}

TEST(RandomisedMap, ImpossibleOptionsAreErrors) {
  const LinearProblem linear(20, 12, 0.1);
  const std::vector<double> m(20, 0.0);
  EXPECT_THROW(randomised_map(linear.problem, m, lambda, gauss_newton, {.members = 1}), std::invalid_argument);
  EXPECT_THROW(randomised_map(linear.problem, m, 0, gauss_newton), std::invalid_argument);
  EXPECT_THROW(spread_of({m}), std::invalid_argument);
  EXPECT_THROW(spread_of({m, {1.0}}), std::invalid_argument);
}

}  // namespace
