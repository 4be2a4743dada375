#include "core/optimize/gauss_newton.h"

#include <cmath>

#include "core/error.h"
#include "core/ops.h"
#include "core/optimize/data_space.h"
#include "core/optimize/line_search.h"

namespace terrella::optimize {
namespace {

using Vector = std::vector<double>;

/// What an iteration needs of the problem at x.
class Model {
 public:
  virtual ~Model() = default;
  Vector gradient;
  double value = 0;
  bool finite = false;
  /// The step; empty where none can be had.
  virtual Vector step(double forcing) const = 0;
};

class Direct final : public Model {
 public:
  explicit Direct(Quadratic made) : quadratic_(std::move(made)) {
    gradient = quadratic_.gradient;
    value = quadratic_.value;
    finite = quadratic_.finite();
  }
  Vector step(double) const override {
    Vector descent = gradient;
    for (double& g : descent) g = -g;
    if (auto p = quadratic_.matrix.solve(descent)) return *p;
    double mean = 0;
    for (const double d : quadratic_.matrix.diagonal()) mean += d / static_cast<double>(descent.size());
    for (double ridge = 1e-14 * mean; ridge > 0 && ridge <= mean; ridge *= 100) {
      NormalMatrix raised = quadratic_.matrix;
      raised.add_diagonal(Vector(descent.size(), ridge));
      if (auto p = raised.solve(descent)) return *p;
    }
    return {};
  }

 private:
  Quadratic quadratic_;
};

class DataSide final : public Model {
 public:
  DataSide(const LeastSquares& problem, const Linearization& first, const Tensor& x) {
    std::vector<double> weight = weights(problem[0].loss, first.residual);
    for (double& w : weight) w *= problem[0].weight;
    Vector weighted = first.residual;
    for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= weight[i];
    const Quadratic rest = quadratic(LeastSquares(problem.begin() + 1, problem.end()), x);
    gradient = multiply_transposed(first.jacobian, weighted);
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += rest.gradient[i];
    value = problem[0].weight * cost(problem[0].loss, Tensor(first.residual)).item() + rest.value;
    double size = 0;
    for (const Block& block : std::get<BlockMatrix>(first.jacobian).blocks)
      for (const double v : block.values) size += std::abs(v);
    finite = std::isfinite(value) && std::isfinite(largest(gradient)) && std::isfinite(size) && rest.finite();
    if (finite) space_.emplace(first.jacobian, weight, rest.matrix.to_sparse().value());
  }
  Vector step(double) const override {
    const auto factor = space_->factor(1);
    if (!factor) return {};
    Vector descent = gradient;
    for (double& g : descent) g = -g;
    return factor->solve(descent).value_or(Vector{});
  }

 private:
  std::optional<DataSpace> space_;
};

/// Products with J and J^T by transforms of the residuals.
class MatrixFree final : public Model {
 public:
  MatrixFree(const LeastSquares& problem, const Tensor& x, int inner_iterations)
      : x_(x), inner_iterations_(inner_iterations > 0 ? inner_iterations : static_cast<int>(x.size())) {
    Tensor slope = zeros_like(x);
    for (const Term& term : problem) {
      const Function residual = function(term.residual);
      Vjp reverse = vjp(residual, {x});
      const Tensor r = reverse.value[0];
      const Tensor weight = term.weight * (term.loss.weight ? term.loss.weight(r) : ones_like(r));
      slope = slope + reverse.pullback({weight * r})[0];
      value += term.weight * cost(term.loss, r).item();
      parts_.push_back({residual, weight, std::move(reverse.pullback)});
    }
    gradient = slope.to_vector<double>();
    finite = std::isfinite(value) && std::isfinite(largest(gradient));
  }
  Vector step(double forcing) const override {
    Vector p(gradient.size(), 0.0), residual = gradient, direction;
    for (double& g : residual) g = -g;
    direction = residual;
    const double first = dot_of(residual, residual);
    double size = first;
    for (int i = 0; i < inner_iterations_ && size > forcing * forcing * first; ++i) {
      const Vector product = times(direction);
      const double bend = dot_of(direction, product);
      if (!(bend > 0)) break;
      const double length = size / bend;
      for (std::size_t k = 0; k < p.size(); ++k) {
        p[k] += length * direction[k];
        residual[k] -= length * product[k];
      }
      const double next = dot_of(residual, residual);
      for (std::size_t k = 0; k < p.size(); ++k) direction[k] = residual[k] + next / size * direction[k];
      size = next;
    }
    return dot_of(p, p) > 0 ? p : Vector{};
  }

 private:
  Vector times(const Vector& v) const {
    Tensor product = zeros_like(x_);
    for (const Part& part : parts_) {
      const Tensor moved = jvp(part.residual, {x_}, {Tensor(v)}).tangent[0];
      product = product + part.pullback({part.weight * moved})[0];
    }
    return product.to_vector<double>();
  }
  struct Part {
    Function residual;
    Tensor weight;
    std::function<Tensors(const Tensors&)> pullback;
  };
  Tensor x_;
  int inner_iterations_;
  std::vector<Part> parts_;
};

/// In the space of data where that is the smaller one.
std::unique_ptr<Model> smaller(const LeastSquares& problem, const Tensor& x) {
  const Linearization first = linearize(problem[0], x);
  bool sparse = problem.size() > 1;
  for (std::size_t i = 1; i < problem.size(); ++i)
    sparse = sparse && std::holds_alternative<SparseMatrix>(linearize(problem[i], x).jacobian);
  if (sparse && std::holds_alternative<BlockMatrix>(first.jacobian) && rows(first.jacobian) < x.size())
    return std::make_unique<DataSide>(problem, first, x);
  Quadratic whole = quadratic(problem[0], first);
  Quadratic total{NormalMatrix(x.size()), std::move(whole.gradient), problem[0].weight * whole.value};
  total.matrix.add(whole.matrix, problem[0].weight);
  for (double& g : total.gradient) g *= problem[0].weight;
  if (problem.size() > 1) {
    const Quadratic rest = quadratic(LeastSquares(problem.begin() + 1, problem.end()), x);
    total.matrix.add(rest.matrix);
    for (std::size_t i = 0; i < total.gradient.size(); ++i) total.gradient[i] += rest.gradient[i];
    total.value += rest.value;
  }
  return std::make_unique<Direct>(std::move(total));
}

}  // namespace

Summary minimize_gauss_newton(const LeastSquares& problem, State start, const GaussNewtonOptions& options,
                              const Progress& progress) {
  validate(problem, start.x);
  if (!(options.nearness >= 0)) fail("gauss_newton: nearness is ", options.nearness, "; give 0 or more");
  Descent run(std::move(start), options.max_iterations, options.tolerances, progress);
  const auto model_at = [&](const Tensor& x) -> std::unique_ptr<Model> {
    ++run.evaluations;
    if (options.solver == GaussNewtonOptions::Solver::direct) return std::make_unique<Direct>(quadratic(problem, x));
    if (options.solver == GaussNewtonOptions::Solver::data_space) return smaller(problem, x);
    return std::make_unique<MatrixFree>(problem, x, options.inner_iterations);
  };
  std::unique_ptr<Model> model = model_at(run.state.x);
  if (!model->finite) return run.finish(Stop::not_finite);
  if (const auto reason = run.begin(model->value, largest(model->gradient))) return run.finish(*reason);

  while (run.has_iterations_left()) {
    const double forcing = std::min(0.1, std::sqrt(largest(model->gradient) / run.state.first_gradient));
    const Vector p = model->step(forcing);
    const double slope = p.empty() ? 0.0 : dot_of(model->gradient, p);
    if (!(slope < 0)) return run.finish(Stop::no_descent, "the normal matrix gives no step");
    const bool near = options.nearness > 0 && std::sqrt(-slope / static_cast<double>(p.size())) <= options.nearness;
    const Vector x = run.state.x.to_vector<double>();
    const auto moved = [&](double length) {
      Vector there = x;
      for (std::size_t i = 0; i < there.size(); ++i) there[i] += length * p[i];
      return Tensor(there);
    };
    const LineSearch search =
        backtrack({0, run.state.value, slope}, [&](double length) { return value(problem, moved(length)); });
    run.evaluations += search.evaluations;
    if (!search.found) {
      // What the step promises is below the rounding of the value: there is nothing left to gain.
      if (-slope <= 1e-13 * std::abs(run.state.value)) return run.finish(Stop::value);
      if (near) return run.finish(Stop::step);
      return run.finish(Stop::no_descent);
    }
    const Tensor next = moved(search.point.step);
    if (near) {  // without the derivatives there
      run.state.x = next, run.state.value = search.point.value;
      return run.finish(Stop::step);
    }
    model = model_at(next);
    if (!model->finite) return run.finish(Stop::no_descent, "derivatives are not finite ahead");
    if (const auto reason = run.accept(next, search.point.value, largest(model->gradient), search.point.step))
      return run.finish(*reason);
  }
  return run.finish(Stop::iterations);
}

}  // namespace terrella::optimize
