// inversion/strategy/minimize.h: the strategy that the options of a 1D inversion name.
#pragma once
#include "inversion/mt1d_options.h"
#include "inversion/problem.h"

namespace terrella::inversion {

/// Any method but few_layers.
Summary minimize(const Problem& problem, State state, const Invert1dOptions& options, const Progress& progress);

}  // namespace terrella::inversion
