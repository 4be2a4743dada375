#include "inversion/strategy/occam.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"

namespace terrella::inversion {
namespace {

using optimize::Stop;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// A model that some lambda leads to, and what it is worth; RMS is infinite where there is none.
struct Candidate {
  double log_lambda = 0;
  std::vector<double> model = {};
  Values values = {infinity, infinity, infinity};
};

double norm(const std::vector<double>& v) {
  double squares = 0;
  for (const double x : v) squares += x * x;
  return std::sqrt(squares);
}

/// The models of one linearisation, over lambda and step.
class Models {
 public:
  Models(const Problem& problem, const std::vector<double>& model, Space space)
      : problem_(problem), linear_(problem, model, space) {}

  bool finite() const { return linear_.finite(); }
  double balance() const { return linear_.balance(); }

  /// Occam's: the model itself is kept smooth.
  Candidate smooth(double log_lambda, double step) const {
    const double lambda = std::pow(10.0, log_lambda);
    const auto at = linear_.at(lambda);
    const auto move = at ? at->solve(linear_.descent(lambda)) : std::nullopt;
    return move ? moved(log_lambda, step, *move) : Candidate{log_lambda};
  }

  /// Of smallest RMS of four: the model or its change is kept smooth, without and with the second-order correction.
  Candidate lowest(double log_lambda, double step) const {
    Candidate best{log_lambda};
    const auto at = linear_.at(std::pow(10.0, log_lambda));
    if (!at) return best;
    for (const double lambda : {std::pow(10.0, log_lambda), 0.0}) {
      const auto move = at->solve(linear_.descent(lambda));
      if (!move) continue;
      const auto offer = [&](const std::vector<double>& way) {
        Candidate candidate = moved(log_lambda, step, way);
        if (candidate.values.rms < best.values.rms) best = std::move(candidate);
      };
      offer(*move);
      std::vector<double> bent = correction(*at, *move);
      if (bent.empty() || !(step * norm(bent) <= norm(*move))) continue;  // beyond what a second order can say
      for (std::size_t i = 0; i < bent.size(); ++i) bent[i] = (*move)[i] + step * bent[i];
      offer(bent);
    }
    return best;
  }

 private:
  Candidate moved(double log_lambda, double step, const std::vector<double>& move) const {
    Candidate result{log_lambda, linear_.model(), {infinity, infinity, infinity}};
    for (std::size_t i = 0; i < move.size(); ++i) result.model[i] += step * move[i];
    const Values values = evaluate(problem_, Tensor(result.model));
    if (std::isfinite(values.rms) && std::isfinite(values.regularization)) result.values = values;
    return result;
  }
  /// The move follows a curve whose first derivative is `move`: half its second derivative is -H^-1 J^T W r'' / 2,
  /// with r'' the residuals' along the move. Transtrum & Sethna (2012), geodesic acceleration. Empty where r'' is not
  /// finite.
  std::vector<double> correction(const Linearized::At& at, const std::vector<double>& move) const {
    double largest = 0;
    for (const double x : move) largest = std::max(largest, std::abs(x));
    if (!(largest > 0)) return {};
    const double length = 0.1 * std::min(1.0, 1 / largest);  // their 0.1, but at most a tenth of a parameter's unit
    std::vector<double> ahead = linear_.model();
    for (std::size_t i = 0; i < ahead.size(); ++i) ahead[i] += length * move[i];
    const optimize::Linearization& data = linear_.data();
    std::vector<double> bend = problem_.data.residual(Tensor(ahead)).to_vector<double>();
    const std::vector<double> slope = optimize::multiply(data.jacobian, move);
    for (std::size_t i = 0; i < bend.size(); ++i)
      bend[i] = -linear_.weight()[i] / length * ((bend[i] - data.residual[i]) / length - slope[i]);
    return at.solve(optimize::multiply_transposed(data.jacobian, bend)).value_or(std::vector<double>{});
  }

  const Problem& problem_;
  Linearized linear_;
};

/// What stands at a lambda.
using Look = std::function<Candidate(double log_lambda)>;

/// Looks along lambda.
class Search {
 public:
  Search(Look look, double target, double tolerance) : look_(std::move(look)), target_(target), tolerance_(tolerance) {}

  /// The smoothest candidate that meets the target, else that of the smallest RMS; the RMS is infinite if none is
  /// finite.
  Candidate run(double center, double half_width) {
    const auto count = static_cast<std::int64_t>(std::lround(2 * half_width / spacing)) + 1;
    points_.resize(static_cast<std::size_t>(count));
    cpu::parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        points_[static_cast<std::size_t>(i)] = look_(center - half_width + spacing * static_cast<double>(i));
    });
    while (best() == 0 && points_.front().log_lambda > center - reach)
      points_.insert(points_.begin(), look_(points_.front().log_lambda - spacing));
    while ((best() + 1 == points_.size() || meets(points_.back())) && points_.back().log_lambda < center + reach)
      points_.push_back(look_(points_.back().log_lambda + spacing));
    if (const auto last = last_that_meets()) return smoothest(*last);
    const Candidate lowest = minimum(best());
    if (!meets(lowest)) return lowest;
    // The target lies between two points of the scan.
    const std::size_t i = best();
    points_.insert(points_.begin() + static_cast<std::ptrdiff_t>(lowest.log_lambda > points_[i].log_lambda ? i + 1 : i),
                   lowest);
    return smoothest(*last_that_meets());
  }

 private:
  static constexpr double spacing = 0.5;  // decades
  static constexpr double reach = 12;     // from the centre of the scan

  bool meets(const Candidate& c) const { return c.values.rms <= target_; }
  std::size_t best() const {
    std::size_t i = 0;
    for (std::size_t j = 1; j < points_.size(); ++j)
      if (points_[j].values.rms < points_[i].values.rms) i = j;
    return i;
  }
  std::optional<std::size_t> last_that_meets() const {
    for (std::size_t i = points_.size(); i-- > 0;)
      if (meets(points_[i])) return i;
    return std::nullopt;
  }
  /// The largest lambda that meets the target, between point i, which does, and the next, which does not.
  Candidate smoothest(std::size_t i) const {
    Candidate low = points_[i];
    if (i + 1 == points_.size()) return low;  // as far as lambda goes
    double high = points_[i + 1].log_lambda;
    while (high - low.log_lambda > tolerance_) {
      Candidate middle = look_((low.log_lambda + high) / 2);
      if (meets(middle))
        low = std::move(middle);
      else
        high = middle.log_lambda;
    }
    return low;
  }
  /// Golden section around the best point of the scan.
  Candidate minimum(std::size_t i) const {
    Candidate lowest = points_[i];
    if (!std::isfinite(lowest.values.rms)) return lowest;
    constexpr double golden = 0.6180339887498949;
    double low = lowest.log_lambda - spacing, high = lowest.log_lambda + spacing;
    Candidate a = look_(high - golden * (high - low)), b = look_(low + golden * (high - low));
    while (high - low > 4 * tolerance_) {
      const bool left = a.values.rms < b.values.rms;
      const Candidate& better = left ? a : b;
      if (better.values.rms < lowest.values.rms) lowest = better;
      if (left) {
        high = b.log_lambda;
        b = std::move(a);
        a = look_(high - golden * (high - low));
      } else {
        low = a.log_lambda;
        a = std::move(b);
        b = look_(low + golden * (high - low));
      }
    }
    return lowest;
  }

  Look look_;
  double target_, tolerance_;
  std::vector<Candidate> points_;  // ascending in lambda
};

/// The same with few looks: from the centre downhill, and where the target is met on to the largest lambda that meets
/// it, by secants.
class ThriftySearch {
 public:
  ThriftySearch(Look look, double target, double tolerance)
      : look_(std::move(look)), target_(target), tolerance_(tolerance) {}

  /// `step`: decades between the first two looks.
  Candidate run(double center, double step) {
    see(center);
    if (meets(0)) {
      for (double up = step; meets(points_.size() - 1) && up < reach; up *= 2) see(center + up);
      return smoothest();
    }
    see(center - step);
    if (best() != 0 && !meets(0)) see(center + step);
    const bool down = best() == 0;
    for (int i = 0; i < 8 && !any_meets() && (down ? best() == 0 : best() + 1 == points_.size()); ++i)
      see(down ? points_.front().log_lambda - step : points_.back().log_lambda + step);
    if (!any_meets() && std::isfinite(points_[best()].values.rms)) refine();
    return any_meets() ? smoothest() : points_[best()];
  }

 private:
  static constexpr double reach = 8;  // decades from the centre

  bool meets(std::size_t i) const { return points_[i].values.rms <= target_; }
  bool any_meets() const {
    for (std::size_t i = 0; i < points_.size(); ++i)
      if (meets(i)) return true;
    return false;
  }
  std::size_t best() const {
    std::size_t i = 0;
    for (std::size_t j = 1; j < points_.size(); ++j)
      if (points_[j].values.rms < points_[i].values.rms) i = j;
    return i;
  }
  double see(double log_lambda) {
    const auto place =
        std::find_if(points_.begin(), points_.end(), [&](const Candidate& c) { return c.log_lambda > log_lambda; });
    return points_.insert(place, look_(log_lambda))->values.rms;
  }
  /// The vertex of the parabola through the best point and its neighbours, where it promises to matter.
  void refine() {
    const std::size_t i = best();
    if (i == 0 || i + 1 == points_.size()) return;
    const auto& [l, m, r] = std::tie(points_[i - 1], points_[i], points_[i + 1]);
    if (!std::isfinite(l.values.rms) || !std::isfinite(r.values.rms)) return;
    const double a = m.log_lambda - l.log_lambda, b = r.log_lambda - m.log_lambda;
    const double left = (m.values.rms - l.values.rms) / a, right = (r.values.rms - m.values.rms) / b;
    const double bend = (right - left) / (a + b);
    if (!(bend > 0)) return;
    const double vertex = (l.log_lambda + m.log_lambda - left / bend) / 2;
    const double gain = bend * (vertex - m.log_lambda) * (vertex - m.log_lambda);
    if (gain > 0.01 * m.values.rms) see(std::clamp(vertex, l.log_lambda + 0.1 * a, r.log_lambda - 0.1 * b));
  }
  /// Between the last point that meets the target and the next, which does not.
  Candidate smoothest() {
    for (int i = 0; i < 10; ++i) {
      std::size_t last = points_.size() - 1;
      while (!meets(last)) --last;
      const Candidate& low = points_[last];
      if (last + 1 == points_.size() || low.values.rms >= (1 - 0.2 * tolerance_) * target_) return low;
      const Candidate& high = points_[last + 1];
      const double gap = high.log_lambda - low.log_lambda;
      if (gap <= tolerance_) return low;
      double share = 0.5;
      if (std::isfinite(high.values.rms))
        share = (0.999 * target_ - low.values.rms) / (high.values.rms - low.values.rms);
      see(low.log_lambda + std::clamp(share, 0.1, 0.9) * gap);
    }
    std::size_t last = points_.size() - 1;
    while (!meets(last)) --last;
    return points_[last];
  }

  Look look_;
  double target_, tolerance_;
  std::vector<Candidate> points_;  // ascending in lambda
};

/// exhausted, smoothest: the answer is found, which a run that goes on from a checkpoint must know.
enum Stage : std::int64_t { lowering = 0, smoothing = 1, exhausted = 2, smoothest = 3 };

void validate(const OccamOptions& o) {
  if (!(o.target_rms > 0)) fail("occam: target_rms is ", o.target_rms, "; give a positive number");
  if (!(o.relax >= 1)) fail("occam: relax is ", o.relax, "; give 1 or more");
  if (!(o.tolerance > 0) || !(o.lambda_tolerance > 0)) fail("occam: tolerances must be positive");
  if (o.max_iterations < 0 || o.step_halvings < 0) fail("occam: max_iterations and step_halvings must not be negative");
}

}  // namespace

Summary occam(const Problem& problem, State state, const OccamOptions& options, const Progress& progress) {
  validate(options);
  optimize::validate(at_lambda(problem, 1.0), Tensor(state.model));
  const auto begin = std::chrono::steady_clock::now();
  const double before = state.history.empty() ? 0.0 : state.history.back().seconds;

  const auto finish = [&](Stop reason, const std::string& message) {
    return Summary{std::move(state), reason, message};
  };
  const auto record = [&](double step) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    state.history.push_back({-1, static_cast<std::int32_t>(state.iteration), state.values.rms, state.values.misfit,
                             state.values.regularization, state.lambda, step, before + spent.count()});
    if (state.keep_models) state.models.push_back(state.model);
    return !progress || progress(state);
  };
  const auto end = [&] { return state.target > options.target_rms ? Stop::out_of_reach : Stop::target; };
  const auto reached = [&] {
    return state.target > options.target_rms
               ? text("target RMS ", options.target_rms, " is out of reach; smoothest model at RMS ", state.values.rms,
                      ", ", options.relax, " times the smallest found")
               : text("target RMS ", options.target_rms, " is met by the smoothest model");
  };
  const auto give_up_lowering = [&] {
    if (options.relax == 1) return false;
    state.stage = smoothing;
    state.target = options.relax * state.values.rms;
    return true;
  };

  if (state.iteration == 0) {
    state.values = evaluate(problem, Tensor(state.model));
    state.target = options.target_rms;
    state.stage = state.values.rms <= state.target ? smoothing : lowering;
    state.stalled = 0;
    if (state.history.empty() && !record(0)) return finish(Stop::callback, optimize::describe(Stop::callback));
  }
  if (!std::isfinite(state.values.rms) || !std::isfinite(state.values.regularization))
    return finish(Stop::not_finite, "the start model gives no finite misfit");

  while (true) {
    if (state.stage == smoothest) return finish(end(), reached());
    if (state.stage == exhausted)
      return finish(Stop::out_of_reach, text("target RMS ", options.target_rms, " is out of reach; RMS ",
                                             state.values.rms, " hardly changes"));
    if (state.iteration >= options.max_iterations) break;
    const Models linear(problem, state.model, options.space);
    if (!linear.finite())
      return finish(Stop::not_finite, text("derivatives are not finite at iteration ", state.iteration));
    const double center = state.lambda > 0 ? std::log10(state.lambda) : linear.balance();
    const double half_width = state.lambda > 0 ? 1.5 : 4.0;

    const double worst =
        state.stage == smoothing ? state.target : std::max(state.target, state.values.rms * (1 - 1e-12));

    Candidate next;
    double step = 1;
    bool better = false;
    for (int halving = 0; halving <= options.step_halvings && !better; ++halving) {
      step = std::pow(0.5, halving);
      if (options.thrifty) {
        next = ThriftySearch([&](double l) { return linear.smooth(l, step); }, state.target, options.lambda_tolerance)
                   .run(center, state.lambda > 0 ? 0.5 : 1.0);
        better = next.values.rms <= worst;
        continue;
      }
      next = Search([&](double l) { return linear.smooth(l, step); }, state.target, options.lambda_tolerance)
                 .run(center, half_width);
      if (state.stage == lowering && !(next.values.rms <= state.target)) {
        // How smooth the model is does not matter yet: what counts is how far one linearisation carries.
        const double best = std::isfinite(next.values.rms) ? next.log_lambda : center;
        Candidate other =
            Search([&](double l) { return linear.lowest(l, step); }, state.target, options.lambda_tolerance)
                .run(best, 1);
        if (other.values.rms < next.values.rms) next = std::move(other);
      }
      better = next.values.rms <= worst;
    }
    if (state.stage == smoothing) {
      const double old = state.values.regularization;
      if (!better || next.values.regularization >= old) {
        if (better && state.lambda == 0) state.lambda = std::pow(10.0, next.log_lambda);  // the start is the answer
        return finish(end(), reached());
      }
      state.model = std::move(next.model);
      state.values = next.values;
      state.lambda = std::pow(10.0, next.log_lambda);
      ++state.iteration;
      if (old - state.values.regularization <= options.tolerance * old) state.stage = smoothest;
      if (!record(step)) return finish(Stop::callback, optimize::describe(Stop::callback));
      continue;
    }
    if (!better) {
      if (give_up_lowering()) continue;
      return finish(Stop::out_of_reach,
                    text("target RMS ", options.target_rms, " is out of reach; no step lowers RMS ", state.values.rms));
    }
    const double old = state.values.rms;
    state.model = std::move(next.model);
    state.values = next.values;
    state.lambda = std::pow(10.0, next.log_lambda);
    ++state.iteration;
    if (state.values.rms <= state.target) state.stage = smoothing;
    state.stalled = old - state.values.rms < options.tolerance * old ? state.stalled + 1 : 0;
    if (state.stage == lowering && state.stalled >= 2 && !give_up_lowering()) state.stage = exhausted;
    if (!record(step)) return finish(Stop::callback, optimize::describe(Stop::callback));
  }
  return finish(Stop::iterations, text(options.max_iterations, " iterations are used up at RMS ", state.values.rms,
                                       state.stage == smoothing ? "; the model could still become smoother" : ""));
}

}  // namespace terrella::inversion
