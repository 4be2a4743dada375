// All minimisers of least squares, on the same problems.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

#include "core/optimize/ceres.h"
#include "core/optimize/gauss_newton.h"
#include "core/optimize/lbfgs.h"
#include "core/optimize/levenberg_marquardt.h"
#include "core/optimize/nonlinear_cg.h"
#include "tests/core/optimize/problems.h"

using namespace terrella;
using namespace terrella::optimize;
using tests::KnownProblem;

namespace {

/// Thurber's certified digits need more than the defaults.
const Tolerances tight{.gradient = 1e-11};

using Minimizer = std::function<Summary(const LeastSquares&, State, int max_iterations, const Progress&)>;

const std::map<std::string, Minimizer>& minimizers() {
  static const std::map<std::string, Minimizer> all = {
      {"gauss_newton",
       [](const LeastSquares& p, State s, int n, const Progress& f) {
         return minimize_gauss_newton(p, std::move(s), {.max_iterations = n, .tolerances = tight}, f);
       }},
      {"gauss_newton_cg",
       [](const LeastSquares& p, State s, int n, const Progress& f) {
         return minimize_gauss_newton(
             p, std::move(s), {.solver = GaussNewtonOptions::Solver::conjugate_gradient, .max_iterations = n}, f);
       }},
      {"levenberg_marquardt",
       [](const LeastSquares& p, State s, int n, const Progress& f) {
         return minimize_levenberg_marquardt(p, std::move(s), {.max_iterations = n, .tolerances = tight}, f);
       }},
      {"lbfgs",
       [](const LeastSquares& p, State s, int n, const Progress& f) {
         return minimize_lbfgs(objective_of(objective(p)), std::move(s), {.max_iterations = n, .tolerances = tight}, f);
       }},
      {"nonlinear_cg",
       [](const LeastSquares& p, State s, int n, const Progress& f) {
         return minimize_nonlinear_cg(objective_of(objective(p)), std::move(s),
                                      {.max_iterations = n, .tolerances = tight}, f);
       }},
      {"ceres", [](const LeastSquares& p, State s, int n, const Progress& f) {
         return minimize_ceres(p, s.x, {.max_iterations = n}, f);
       }}};
  return all;
}

void expect_answer(const std::string& who, const KnownProblem& known, const Summary& s, double tolerance) {
  const auto x = s.state.x.to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double scale = known.answer[i] == 0 ? 1 : std::abs(known.answer[i]);
    EXPECT_NEAR(x[i], known.answer[i], tolerance * scale)
        << who << " on " << known.name << ", parameter " << i << ": " << s.message;
  }
}

TEST(Minimizers, ReachKnownAnswers) {
  for (const KnownProblem& known : tests::known_problems())
    for (const auto& [who, minimize] : minimizers()) {
      // Methods of first order and truncated ones are not for parameters that differ by 10^6 in scale.
      if ((who == "lbfgs" || who == "nonlinear_cg" || who == "gauss_newton_cg") && known.answer.size() != 4 &&
          known.name != "Rosenbrock")
        continue;
      for (const Tensor& start : known.starts) {
        const Summary s = minimize(known.problem, {.x = start}, 500, {});
        EXPECT_TRUE(s.converged()) << who << " on " << known.name << ": " << s.message;
        expect_answer(who, known, s, known.tolerance);
        EXPECT_NEAR(s.state.value, known.value, std::max(1e-9 * known.value, 1e-7)) << who << " on " << known.name;
      }
    }
}

TEST(Minimizers, LinearProblemsNeedOneStep) {
  // A [6, 3] with known normal equations, solved by hand: columns orthogonal, x_j = <a_j, b> / <a_j, a_j>.
  const Tensor a = {{1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {1, -1, -1}, {2, 0, 0}, {0, 0, 2}};
  const Tensor b = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
  const LeastSquares problem = tests::squares_of([=](const Tensor& x) { return matmul(a, x) - b; });
  const std::vector<double> answer = {(1 + 2 + 3 + 4 + 10) / 8.0, (1 - 2 + 3 - 4) / 4.0, (1 + 2 - 3 - 4 + 12) / 8.0};
  for (const char* who : {"gauss_newton", "gauss_newton_cg"}) {
    const Summary s = minimizers().at(who)(problem, {.x = zeros({3})}, 10, {});
    EXPECT_LE(s.state.iteration, who == std::string("gauss_newton") ? 1 : 10);
    EXPECT_EQ(s.reason, Stop::gradient) << s.message;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(s.state.x.to_vector<double>()[i], answer[i], 1e-7);
    EXPECT_EQ(s.state.history[1].step, 1);
  }
}

TEST(Minimizers, NeverGoUp) {
  for (const KnownProblem& known : tests::known_problems())
    for (const auto& [who, minimize] : minimizers())
      for (const int iterations : {0, 1, 3, 30}) {
        const double start = value(known.problem, known.starts[0]);
        const Summary s = minimize(known.problem, {.x = known.starts[0]}, iterations, {});
        EXPECT_LE(value(known.problem, s.state.x), start * (1 + 1e-14)) << who << " on " << known.name;
        if (who == "ceres") continue;  // its history holds tried steps too
        EXPECT_EQ(s.state.history.size(), static_cast<std::size_t>(s.state.iteration + 1));
        for (std::size_t i = 1; i < s.state.history.size(); ++i)
          EXPECT_LE(s.state.history[i].value, s.state.history[i - 1].value);
      }
}

TEST(Minimizers, SayThatIterationsAreUsedUpOrTheCallbackStopped) {
  const KnownProblem known = tests::rosenbrock();
  for (const auto& [who, minimize] : minimizers()) {
    const Summary few = minimize(known.problem, {.x = known.starts[0]}, 2, {});
    EXPECT_EQ(few.reason, Stop::iterations) << who;
    EXPECT_FALSE(few.converged());
    EXPECT_NE(few.message.find("allowed number of iterations is used up"), std::string::npos) << few.message;
    int calls = 0;
    const Summary stopped =
        minimize(known.problem, {.x = known.starts[0]}, 100, [&](const State&) { return ++calls < 3; });
    EXPECT_EQ(stopped.reason, Stop::callback) << who;
    EXPECT_EQ(calls, 3) << who;
  }
}

TEST(Minimizers, StopAtNaN) {
  const LeastSquares nan = tests::squares_of([](const Tensor& x) { return log(x); });
  for (const auto& [who, minimize] : minimizers()) {
    const Summary s = minimize(nan, {.x = {-1.0, 2.0}}, 100, {});
    EXPECT_EQ(s.reason, Stop::not_finite) << who << ": " << s.message;
    EXPECT_EQ(s.state.x.to_vector<double>(), (std::vector<double>{-1, 2}));
  }
  // A wall of NaN between start and nothing: x > 0 only. Steps across it are cut, the minimum at 0.01 is found.
  const LeastSquares wall = tests::squares_of([](const Tensor& x) {
    return stack({log(x[0]) - std::log(0.01), 0.001 * (x[0] - 0.01)});
  });
  for (const auto& [who, minimize] : minimizers()) {
    const Summary s = minimize(wall, {.x = {3.0}}, 100, {});
    EXPECT_NEAR(s.state.x.item(), 0.01, 1e-6) << who << ": " << s.message;
  }
}

TEST(Minimizers, GoOnFromAKeptStateToTheSameBits) {
  for (const KnownProblem& known : {tests::rosenbrock(), tests::powell()})
    for (const auto& [who, minimize] : minimizers()) {
      if (who == "ceres") continue;  // begins anew
      std::vector<State> kept;
      const Summary whole = minimize(known.problem, {.x = known.starts[0]}, 60, [&](const State& s) {
        kept.push_back(s);
        return true;
      });
      for (std::size_t i = 0; i < kept.size(); i += 3) {
        const Summary resumed = minimize(known.problem, kept[i], 60, {});
        EXPECT_EQ(resumed.state.x.to_vector<double>(), whole.state.x.to_vector<double>()) << who << " from " << i;
        EXPECT_EQ(resumed.state.iteration, whole.state.iteration);
        EXPECT_EQ(resumed.reason, whole.reason) << who << " from " << i;
      }
    }
}

TEST(Minimizers, RobustLossesResistOutliers) {
  // A line y = 2 + 3 t with one wild point; Cauchy's loss log(1 + r^2) / 2.
  const Tensor t = {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}, y = {2.0, 5.0, 8.0, 11.0, 14.0, 117.0};
  LeastSquares problem = tests::squares_of([=](const Tensor& x) { return x[0] + x[1] * t - y; });
  problem[0].loss = {"cauchy", [](const Tensor& r) { return 0.5 * log1p(square(r)); },
                     [](const Tensor& r) { return 1 / (1 + square(r)); }};
  for (const auto& [who, minimize] : minimizers()) {
    const Summary s = minimize(problem, {.x = {1.0, 2.0}}, 500, {});
    EXPECT_TRUE(s.converged()) << who << ": " << s.message;
    EXPECT_NEAR(s.state.x[0].item(), 2, 0.05) << who;
    EXPECT_NEAR(s.state.x[1].item(), 3, 0.05) << who;
  }
}

TEST(Minimizers, RefuseWhatIsNoProblem) {
  const auto refusal = [](const LeastSquares& p, const Tensor& x) {
    try {
      minimize_gauss_newton(p, {.x = x});
    } catch (const std::invalid_argument& e) { return std::string(e.what()); }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal({}, {1.0}), "least squares: a problem needs at least one term");
  EXPECT_EQ(refusal(tests::rosenbrock().problem, Tensor(1)),
            "least squares: the start must be an f64 vector, got i64 []");
  LeastSquares negative = tests::rosenbrock().problem;
  negative[0].weight = -1;
  EXPECT_EQ(refusal(negative, {1.0, 1.0}), "least squares: term 'residual' has weight -1; give 0 or more");
  try {
    minimize_ceres(tests::rosenbrock().problem, {-1.2, 1.0}, {.lower = {0, 0}, .upper = {1, 1}});
    ADD_FAILURE();
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "minimize_ceres: start -1.2 of parameter 0 is not within 0 .. 1");
  }
}

TEST(Ceres, KeepsBounds) {
  // The minimum of Rosenbrock's valley with x <= 0.5 is at (0.5, 0.25).
  const Summary s = minimize_ceres(tests::rosenbrock().problem, {-1.2, 1.0}, {.lower = {-2, -2}, .upper = {0.5, 2}});
  EXPECT_TRUE(s.converged()) << s.message;
  EXPECT_NEAR(s.state.x[0].item(), 0.5, 1e-8);
  EXPECT_NEAR(s.state.x[1].item(), 0.25, 1e-8);
}

/// 6 data of 40 unknowns kept alike: the space of data takes the steps of the model's.
TEST(GaussNewton, TakesTheSameStepsInTheSpaceOfData) {
  std::vector<double> numbers;
  for (int i = 0; i < 240; ++i) numbers.push_back(std::sin(1.3 * i) + 0.2);
  const Tensor a = Tensor::from(numbers, {6, 40});
  LeastSquares problem = tests::squares_of([=](const Tensor& x) {
    return exp(0.1 * matmul(a, x)) - Tensor({1.0, 2, 3, 2, 1, 2});
  });
  SparseMatrix w;
  w.columns = 40;
  for (std::int64_t i = 0; i < 39; ++i) w.add_row(std::array{i, i + 1}, std::array{-1.0, 1.0});
  Term smooth;
  smooth.name = "smoothness";
  smooth.residual = [](const Tensor& x) { return slice(x, 0, {1, std::nullopt}) - slice(x, 0, {0, -1}); };
  smooth.linearize = [w](const Tensor& x) { return Linearization{multiply(w, x.to_vector<double>()), w}; };
  smooth.weight = 0.3;
  problem.push_back(smooth);
  problem[0].weight = 2;
  std::vector<std::vector<double>> paths[2];
  for (const auto solver : {GaussNewtonOptions::Solver::direct, GaussNewtonOptions::Solver::data_space})
    minimize_gauss_newton(problem, {.x = zeros({40})}, {.solver = solver, .max_iterations = 4}, [&](const State& s) {
      paths[solver == GaussNewtonOptions::Solver::direct].push_back(s.x.to_vector<double>());
      return true;
    });
  ASSERT_EQ(paths[0].size(), paths[1].size());
  for (std::size_t k = 0; k < paths[0].size(); ++k)
    for (std::size_t i = 0; i < 40; ++i) EXPECT_NEAR(paths[0][k][i], paths[1][k][i], 1e-9);
}

TEST(Minimizers, StopWhereTheMinimumIsNearerThanAsked) {
  // r = (x - a) * s, so that the distance from the minimum in standard deviations is that of s x from s a.
  const std::vector<double> a{1, 2, 3, 4}, s{10, 1, 5, 2};
  const Term term{.name = "data", .residual = [&](const Tensor& x) { return (exp(x) - Tensor(a)) * Tensor(s); }};
  const auto distance = [&](const Summary& found) {
    const auto x = found.state.x.to_vector<double>();
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double bend = s[i] * std::exp(x[i]);  // d residual / d x
      sum += std::pow(bend * (x[i] - std::log(a[i])), 2);
    }
    return std::sqrt(sum / 4);
  };
  for (const double nearness : {1.0, 0.1, 0.001}) {
    const Summary newton = minimize_gauss_newton({term}, {.x = zeros({4})}, {.nearness = nearness});
    const Summary damped = minimize_levenberg_marquardt({term}, {.x = zeros({4})}, {.nearness = nearness});
    for (const Summary& found : {newton, damped}) {
      EXPECT_EQ(found.reason, Stop::step);
      EXPECT_LT(distance(found), nearness);  // a Newton step from there
      EXPECT_GT(distance(found), 1e-9);      // and none after it
    }
  }
  EXPECT_THROW(minimize_gauss_newton({term}, {.x = zeros({4})}, {.nearness = -1}), std::invalid_argument);
  EXPECT_THROW(minimize_levenberg_marquardt({term}, {.x = zeros({4})}, {.nearness = NAN}), std::invalid_argument);
  EXPECT_THROW(minimize_levenberg_marquardt({term}, {.x = zeros({4})}, {.least_gain = 1}), std::invalid_argument);
}

TEST(Lbfgs, MinimizesManyUnknowns) {
  // Chained Rosenbrock function of 200 unknowns; its global minimum is at ones.
  const auto valley = [](const Tensor& x) {
    const Tensor head = slice(x, 0, {0, -1}), tail = slice(x, 0, {1, std::nullopt});
    return sum(100 * square(tail - square(head)) + square(1 - head));
  };
  const Summary s = minimize_lbfgs(objective_of(valley), {.x = full({200}, 0.5, DType::f64)},
                                   {.max_iterations = 2000, .tolerances = {.value = 0}});
  EXPECT_TRUE(s.converged()) << s.message;
  EXPECT_LT(max_abs(s.state.x - 1.0), 1e-5);
}

TEST(Lbfgs, PreconditionerOfAQuadraticMakesItOneStep) {
  const Tensor scale = {1.0, 1e3, 1e6};
  const auto bowl = [=](const Tensor& x) { return 0.5 * sum(scale * square(x - 1.0)); };
  LbfgsOptions o;
  o.preconditioner = [](const std::vector<double>& v) { return std::vector<double>{v[0], v[1] / 1e3, v[2] / 1e6}; };
  const Summary s = minimize_lbfgs(objective_of(bowl), {.x = zeros({3})}, o);
  EXPECT_EQ(s.state.iteration, 1);
  EXPECT_LT(max_abs(s.state.x - 1.0), 1e-12);
}

}  // namespace
