// inversion/sampling/ensemble.h: models that fit the data about as well as their errors ask for, by randomised maximum
// a posteriori: each member minimises with data and prior perturbed by draws of their own. Kitanidis (1995); Oliver, He
// & Reynolds (1996); Chen & Oliver (2012).
//
//   member = argmin sum |r(m) + e|^2 / 2 + lambda sum |q(m) + f / sqrt(lambda)|^2 / 2,   e, f standard normal
//
// r are residuals of the data (and of Problem::prior), q those of the regularisation. For linear r and q the members
// are draws from the exact posterior, N(estimate, H^-1). Perturbing q rather than the model is the same as a reference
// model drawn from N(m_ref, (lambda R)^-1) where that exists, and still right where it does not: smoothness leaves the
// mean of a model free, its prior is flat there, and the spread of the members is what the data leave. What neither
// data nor regularisation hold has no posterior; a member then stays near the estimate in it. Nonlinear problems: an
// approximation, exact to the order to which the problem is linear within the spread.
#pragma once
#include <functional>

#include "inversion/run_keeper.h"
#include "inversion/strategy/lambda_search.h"

namespace terrella::inversion {

/// The problem of the member with this seed. Residuals of robust losses are weighted as at `m`, the estimate, and count
/// as squares: the prior is the Gaussian one that they amount to there.
Problem perturbed(const Problem& problem, const Tensor& m, double lambda, std::uint64_t seed);

struct EnsembleOptions {
  int members = 30;
  std::uint64_t seed = 1;     ///< member k draws from split_seed(seed, k), whatever the order and the threads
  bool side_by_side = false;  ///< members on all threads, each with memory of its own; else one after the other
};

/// How members are kept, watched and stopped; all may be empty. Called on any thread, one member's in order.
struct EnsembleControl {
  std::function<Kept(std::size_t member)> kept = {};                    ///< what is known of it
  std::function<bool(std::size_t member, const State&)> progress = {};  ///< after iterations; false stops
  std::function<void(std::size_t member, const inversion::Summary&)> finished = {};
};

struct Ensemble {
  std::vector<std::vector<double>> models;  ///< [member][parameter]; empty for a member that was not finished
  std::vector<Values> values;               ///< of the problem as it is, without perturbations
  std::vector<bool> converged;
  bool complete() const;
};

/// Members at this lambda, each minimised from the estimate `m`. Throws std::invalid_argument for options that make no
/// sense. A member whose minimiser fails is kept with converged = false.
Ensemble randomised_map(const Problem& problem, const std::vector<double>& m, double lambda, const Minimizer& minimizer,
                        const EnsembleOptions& options = {}, const EnsembleControl& control = {});

/// Mean and standard deviation (n - 1) of each parameter over models of equal size; two or more of them.
struct Spread {
  std::vector<double> mean, deviation;
};
Spread spread_of(const std::vector<std::vector<double>>& models);

}  // namespace terrella::inversion
