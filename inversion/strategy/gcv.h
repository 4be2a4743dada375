// inversion/strategy/gcv.h: the lambda whose model would foretell data best that were left out: generalised cross
// validation. Golub, Heath & Wahba (1979); Haber & Oldenburg (2000) for nonlinear problems.
#pragma once
#include "inversion/strategy/lambda_search.h"
#include "inversion/strategy/linearized.h"

namespace terrella::inversion {

struct GcvOptions {
  double decades_above = 2;  ///< first lambda, over that of balance
  double decades_below = 5;  ///< last lambda, under it
  double step = 0.5;         ///< decades
  Space space = Space::smaller;
};

/// Minimises at one lambda after the other, the largest first, until 2 n phi_d / (n - f)^2 has risen three times in a
/// row; n numbers of data, of which the linearised model follows f (Linearized::At::freedom). The answer is the trial
/// where it is least. It needs no knowledge of the errors' size, but errors that are independent.
LambdaRule gcv(const Problem& problem, const GcvOptions& options = {});

/// 2 n phi_d / (n - f)^2 of a trial.
double gcv_score(const Problem& problem, const Trial& trial, Space space = Space::smaller);

}  // namespace terrella::inversion
