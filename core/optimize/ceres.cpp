#include "core/optimize/ceres.h"

#include <ceres/ceres.h>

#include <chrono>
#include <cmath>

#include "core/error.h"

namespace terrella::optimize {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Rows of a matrix as dense numbers.
std::vector<double> dense_rows(const Matrix& a) {
  const std::int64_t n = columns(a);
  std::vector<double> full(at(rows(a) * n), 0.0);
  if (const auto* blocks = std::get_if<BlockMatrix>(&a)) {
    for (const Block& b : blocks->blocks)
      for (std::int64_t i = 0; i < b.rows; ++i)
        for (std::int64_t j = 0; j < b.columns; ++j)
          full[at((b.row + i) * n + b.column + j)] = b.values[at(i * b.columns + j)];
  } else {
    const auto& s = std::get<SparseMatrix>(a);
    for (std::int64_t i = 0; i < s.rows; ++i)
      for (auto k = s.row_start[at(i)]; k < s.row_start[at(i + 1)]; ++k)
        full[at(i * n + s.column[at(k)])] = s.value[at(k)];
  }
  return full;
}

/// All residuals at once; the cost functions of single residuals read theirs.
class Evaluation final : public ::ceres::EvaluationCallback {
 public:
  Evaluation(const LeastSquares& problem, const std::vector<double>& x)
      : problem_(problem), x_(x), terms_(problem.size()) {}
  void PrepareForEvaluation(bool jacobians, bool) override {
    const Tensor x(x_);
    for (std::size_t t = 0; t < problem_.size(); ++t) {
      if (jacobians) {
        Linearization made = linearize(problem_[t], x);
        terms_[t] = {std::move(made.residual), dense_rows(made.jacobian)};
      } else {
        terms_[t].residual = problem_[t].residual(x).to_vector<double>();
      }
    }
    ++count;
  }
  struct Values {
    std::vector<double> residual, jacobian;
  };
  const Values& term(std::size_t t) const { return terms_[t]; }
  std::int64_t count = 0;

 private:
  const LeastSquares& problem_;
  const std::vector<double>& x_;
  std::vector<Values> terms_;
};

class Single final : public ::ceres::CostFunction {
 public:
  Single(const Evaluation& all, std::size_t term, std::size_t index, int parameters)
      : all_(all), term_(term), index_(index) {
    set_num_residuals(1);
    mutable_parameter_block_sizes()->push_back(parameters);
  }
  bool Evaluate(const double* const*, double* residual, double** jacobians) const override {
    const Evaluation::Values& values = all_.term(term_);
    residual[0] = values.residual[index_];
    const auto n = static_cast<std::size_t>(parameter_block_sizes()[0]);
    if (jacobians && jacobians[0])
      std::copy_n(values.jacobian.begin() + static_cast<std::ptrdiff_t>(index_ * n), n, jacobians[0]);
    return std::isfinite(residual[0]);
  }

 private:
  const Evaluation& all_;
  std::size_t term_, index_;
};

/// rho(s) of Ceres, s = r^2, from a loss of ours: rho = 2 loss(r), rho' = weight(r); rho'' is left out, so that the
/// matrix is that of reweighted least squares.
class Robust final : public ::ceres::LossFunction {
 public:
  explicit Robust(Loss loss) : loss_(std::move(loss)) {}
  void Evaluate(double s, double rho[3]) const override {
    const Tensor r(std::vector<double>{std::sqrt(s)});
    rho[0] = loss_.value ? 2 * loss_.value(r).item() : s;
    rho[1] = loss_.weight ? loss_.weight(r).item() : 1.0;
    rho[2] = 0;
  }

 private:
  Loss loss_;
};

class Watch final : public ::ceres::IterationCallback {
 public:
  Watch(const std::vector<double>& x, State& state, const Progress& progress)
      : x_(x), state_(state), progress_(progress) {}
  ::ceres::CallbackReturnType operator()(const ::ceres::IterationSummary& s) override {
    state_.iteration = s.iteration;
    state_.value = s.cost;
    if (s.iteration == 0) state_.first_gradient = s.gradient_max_norm;
    state_.history.push_back(
        {s.iteration, s.cost, s.gradient_max_norm, s.step_is_successful || s.iteration == 0 ? 1.0 : 0.0,
         s.trust_region_radius > 0 ? 1 / s.trust_region_radius : 0.0, s.cumulative_time_in_seconds});
    if (!progress_) return ::ceres::SOLVER_CONTINUE;
    state_.x = Tensor(x_);
    return progress_(state_) ? ::ceres::SOLVER_CONTINUE : ::ceres::SOLVER_ABORT;
  }

 private:
  const std::vector<double>& x_;
  State& state_;
  const Progress& progress_;
};

Stop reason_of(const ::ceres::Solver::Summary& s) {
  switch (s.termination_type) {
    case ::ceres::USER_FAILURE:
      return Stop::callback;
    case ::ceres::USER_SUCCESS:
      return Stop::callback;
    case ::ceres::NO_CONVERGENCE:
      return Stop::iterations;
    case ::ceres::FAILURE:
      return s.iterations.empty() ? Stop::not_finite : Stop::no_descent;
    case ::ceres::CONVERGENCE:
      break;
  }
  if (s.message.starts_with("Gradient")) return Stop::gradient;
  return s.message.starts_with("Parameter") ? Stop::step : Stop::value;
}

}  // namespace

Summary minimize_ceres(const LeastSquares& problem, const Tensor& start, const CeresOptions& options,
                       const Progress& progress) {
  validate(problem, start);
  const auto n = at(start.size());
  std::vector<double> x = start.to_vector<double>();
  for (const auto* bounds : {&options.lower, &options.upper})
    if (!bounds->empty() && bounds->size() != n)
      fail("minimize_ceres: ", bounds->size(), " bounds for ", n, " parameters");

  if (!quadratic(problem, start).finite())  // said here, before Ceres writes about it to stderr
    return {{.x = start}, Stop::not_finite, describe(Stop::not_finite), 1};

  Evaluation evaluation(problem, x);
  ::ceres::Problem::Options ownership;
  ownership.evaluation_callback = &evaluation;
  ::ceres::Problem ceres_problem(ownership);
  ceres_problem.AddParameterBlock(x.data(), static_cast<int>(n));
  for (std::size_t t = 0; t < problem.size(); ++t) {
    const auto count = at(problem[t].residual(start).size());
    for (std::size_t i = 0; i < count; ++i) {
      const bool plain = !problem[t].loss.value;
      ::ceres::LossFunction* loss = plain ? nullptr : new Robust(problem[t].loss);  // Ceres owns what it is given
      if (problem[t].weight != 1) loss = new ::ceres::ScaledLoss(loss, problem[t].weight, ::ceres::TAKE_OWNERSHIP);
      ceres_problem.AddResidualBlock(new Single(evaluation, t, i, static_cast<int>(n)), loss, x.data());
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double low = options.lower.empty() ? -HUGE_VAL : options.lower[i],
                 high = options.upper.empty() ? HUGE_VAL : options.upper[i];
    if (!(low <= x[i] && x[i] <= high))
      fail("minimize_ceres: start ", x[i], " of parameter ", i, " is not within ", low, " .. ", high);
    if (std::isfinite(low)) ceres_problem.SetParameterLowerBound(x.data(), static_cast<int>(i), low);
    if (std::isfinite(high)) ceres_problem.SetParameterUpperBound(x.data(), static_cast<int>(i), high);
  }

  Summary summary;
  summary.state.x = start;
  Watch watch(x, summary.state, progress);
  ::ceres::Solver::Options o;
  o.minimizer_type = ::ceres::TRUST_REGION;
  o.linear_solver_type = ::ceres::DENSE_QR;
  o.max_num_iterations = options.max_iterations;
  o.function_tolerance = options.value_tolerance;
  o.gradient_tolerance = options.gradient_tolerance;
  o.parameter_tolerance = options.step_tolerance;
  o.num_threads = 1;
  o.logging_type = ::ceres::SILENT;
  o.update_state_every_iteration = true;
  o.callbacks.push_back(&watch);
  // Ceres projects whole steps onto the bounds and then creeps along them. What a bound holds back is frozen and the
  // rest solved again, until the gradient agrees with what is frozen.
  std::vector<int> frozen;
  for (std::size_t round = 0; round <= 2 * n; ++round) {
    if (frozen.size() == n) break;
    ceres_problem.SetManifold(x.data(),
                              frozen.empty() ? nullptr : new ::ceres::SubsetManifold(static_cast<int>(n), frozen));
    ::ceres::Solver::Summary report;
    ::ceres::Solve(o, &ceres_problem, &report);
    summary.reason = reason_of(report);
    if (summary.reason == Stop::not_finite) break;
    summary.state.x = Tensor(x);
    summary.state.value = report.final_cost;
    summary.message = text(describe(summary.reason), " (Ceres: ", report.message, ")");
    if (!summary.converged()) break;
    const std::vector<double> gradient = quadratic(problem, summary.state.x).gradient;
    std::vector<int> held;
    for (std::size_t i = 0; i < n; ++i) {
      const bool at_lower = !options.lower.empty() && x[i] <= options.lower[i],
                 at_upper = !options.upper.empty() && x[i] >= options.upper[i];
      if ((at_lower && gradient[i] > 0) || (at_upper && gradient[i] < 0)) held.push_back(static_cast<int>(i));
    }
    if (held == frozen) break;
    frozen = std::move(held);
  }
  if (summary.message.empty()) summary.message = describe(summary.reason);
  summary.evaluations = evaluation.count;
  return summary;
}

}  // namespace terrella::optimize
