// inversion/strategy/cooling.h: lambda is lowered step by step until the data are fitted.
#pragma once
#include "inversion/strategy/lambda_search.h"

namespace terrella::inversion {

struct CoolingOptions {
  double target_rms = 1;
  double first_lambda = 0;  ///< 0: ten times that of balance
  double factor = 0.3;      ///< from one lambda to the next
  int max_trials = 25;
  double tolerance =
      0.01;  ///< the RMS no longer falls by more than this share, three times in a row: the target is out of reach
};

/// The answer is the first trial that meets the target; where none does, that of the smallest RMS.
LambdaRule cooling(const CoolingOptions& options = {});

}  // namespace terrella::inversion
