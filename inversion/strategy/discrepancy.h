// inversion/strategy/discrepancy.h: the lambda whose minimum fits the data just as well as their errors allow. Morozov
// (1966).
#pragma once
#include "inversion/strategy/cooling.h"

namespace terrella::inversion {

struct DiscrepancyOptions {
  CoolingOptions cooling = {};  ///< to find two lambdas, one on each side
  double tolerance = 0.01;      ///< relative, of the RMS below the target
};

/// Cools until the target is met, then halves the interval of log lambda until the RMS lies within the tolerance below
/// the target. The answer is the largest lambda that meets it; where none does, as cooling().
LambdaRule discrepancy(const DiscrepancyOptions& options = {});

}  // namespace terrella::inversion
