// inversion/strategy/l_curve.h: the lambda at the corner of log misfit against log roughness. Hansen (1992).
#pragma once
#include "inversion/strategy/lambda_search.h"

namespace terrella::inversion {

struct LCurveOptions {
  double decades_above = 3;  ///< first lambda, over that of balance
  double decades_below = 5;  ///< last lambda, under it
  int trials = 17;           ///< evenly in log lambda, at least 5
};

/// Minimises at all of them, the largest first. The answer is the trial of largest curvature of the curve through
/// (log phi_d, log phi_m), of the circle through a point and its neighbours. It needs no knowledge of the errors' size.
LambdaRule l_curve(const LCurveOptions& options = {});

/// Trial at the corner: where the curve turns most, convex towards the origin. Ends are no corners.
std::size_t corner(const std::vector<Trial>& trials);

}  // namespace terrella::inversion
