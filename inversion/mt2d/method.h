// inversion/mt2d/method.h: the strategy that the options of a two-dimensional inversion name.
#pragma once
#include "inversion/mt2d/options.h"
#include "inversion/problem.h"
#include "inversion/strategy/lambda_search.h"

namespace terrella::inversion {

/// Goes on from `state`; `start` holds the parameters of the start model, whatever the state has come to since.
Summary minimize_2d(const Problem& problem, State state, const std::vector<double>& start,
                    const Invert2dOptions& options, const Progress& progress);

/// At one lambda: that of the options; of occam, Gauss-Newton's.
Minimizer minimizer_2d(const Invert2dOptions& options, const std::vector<double>& start);

/// Of members of an ensemble (sampling/ensemble.h), for occam and gauss_newton until the minimum is nearer than a
/// quarter of the posterior's standard deviation, and the step to there: what is left narrows the spread by a few
/// percent, less than 30 draws can tell. Levenberg-Marquardt up to 4000 unknowns, whose matrix [n, n] is held; else
/// Gauss-Newton in the smaller of both spaces.
Minimizer member_minimizer_2d(const Invert2dOptions& options, const std::vector<double>& start);

}  // namespace terrella::inversion
