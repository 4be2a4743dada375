// inversion/mt2d/ensemble.h: the ensemble of a two-dimensional inversion: drawn, and looked at.
#pragma once
#include <string>
#include <vector>

#include "inversion/mt2d/options.h"
#include "inversion/mt2d/result.h"
#include "inversion/run_keeper.h"

namespace terrella::inversion {

/// Models of options.ensemble members around the answer `found` (sampling/ensemble.h), each at its lambda; fewer where
/// the run is stopped. Their states are problems 1, 2, ... of the keeper. `notes` gets how they fit.
std::vector<std::vector<double>> draw_ensemble(const Problem& problem, const State& found,
                                               const std::vector<double>& start, const Invert2dOptions& options,
                                               const RunControl& control, RunKeeper& keeper,
                                               std::vector<std::string>& notes);

/// Over the members of Result2d::ensemble, log10 resistivity along strike, [row, column].
struct SectionSpread {
  std::vector<double> mean;       ///< decades
  std::vector<double> deviation;  ///< decades; NaN where resistivity was held
};
/// Throws std::invalid_argument where the result has fewer than two members.
SectionSpread ensemble_spread(const Result2d& result);

/// The value that this part (0 to 1) of the members has below it, log10 resistivity along strike, [row, column];
/// between two members on the line through them. Throws likewise.
std::vector<double> ensemble_quantile(const Result2d& result, double part);

}  // namespace terrella::inversion
