// inversion/strategy/minimize.h: the strategy that the options of a 1D inversion name.
#pragma once
#include "inversion/mt1d_options.h"
#include "inversion/problem.h"

namespace terrella::inversion {

/// Any method but few_layers. `start` holds the parameters of the start model, whatever the state has come to since.
Summary minimize(const Problem& problem, State state, const std::vector<double>& start, const Invert1dOptions& options,
                 const Progress& progress);

}  // namespace terrella::inversion
