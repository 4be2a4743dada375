// inversion/problem.h: what an inversion minimises, and the state that its strategies share. No physics here: the
// forward operator is inside the data term.
//
//   phi(m) = phi_d(m) + prior(m) + lambda phi_m(m)
//
// phi_d is a sum over residuals (predicted - observed) / error, phi_m a sum over terms of regularisation. The prior is
// what is known of some parameters with errors of its own, such as static shifts: like data, but no part of the RMS.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/optimize/least_squares.h"
#include "core/optimize/state.h"
#include "inversion/result.h"

namespace terrella::inversion {

struct Problem {
  optimize::Term data = {};           ///< residuals of unit variance; Term::weight is 1
  optimize::LeastSquares model = {};  ///< regularisation, without lambda
  optimize::LeastSquares prior = {};  ///< often none
};

/// phi_d, phi_m, and the RMS: the root of 2 phi_d over the number of residuals, which for least squares is that of the
/// mean of their squares.
struct Values {
  double misfit = 0, regularization = 0, rms = 0;
};
Values evaluate(const Problem& problem, const Tensor& m);

/// phi at this lambda.
optimize::LeastSquares at_lambda(const Problem& problem, double lambda);

/// What one lambda led to.
struct Trial {
  double lambda = 0;
  Values values = {};
  std::vector<double> model = {};
};

/// All that the next iteration needs; kept in a checkpoint, an inversion goes on to the same bits. A fresh start is
/// State{.model = start}.
struct State {
  std::vector<double> model = {};
  std::int64_t iteration = 0;      ///< finished ones
  double lambda = 0;               ///< 0: not yet chosen
  Values values = {};              ///< at the model
  double target = 0;               ///< RMS aimed at now; may have been relaxed
  std::int64_t stage = 0;          ///< of the strategy
  std::int64_t stalled = 0;        ///< iterations without progress
  optimize::State minimizer = {};  ///< at work at the present lambda; x is empty between two
  std::vector<Trial> trials = {};  ///< lambdas done with
  std::vector<Iteration> history = {};
  bool keep_models = false;                      ///< models are kept ...
  std::vector<std::vector<double>> models = {};  ///< ... after every row of the history
};

/// Called after every iteration; false stops.
using Progress = std::function<bool(const State&)>;

struct Summary {
  State state = {};
  optimize::Stop reason = optimize::Stop::iterations;
  std::string message = {};
  bool converged() const { return optimize::is_converged(reason); }
};

}  // namespace terrella::inversion
