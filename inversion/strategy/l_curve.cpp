#include "inversion/strategy/l_curve.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::inversion {

std::size_t corner(const std::vector<Trial>& trials) {
  if (trials.size() < 3) fail("corner: ", trials.size(), " trials; a corner needs 3 or more");
  const auto x = [&](std::size_t i) { return std::log10(std::max(trials[i].values.misfit, 1e-300)); };
  const auto y = [&](std::size_t i) { return std::log10(std::max(trials[i].values.regularization, 1e-300)); };
  std::size_t best = 1;
  double sharpest = -HUGE_VAL;
  for (std::size_t i = 1; i + 1 < trials.size(); ++i) {
    const double ax = x(i) - x(i - 1), ay = y(i) - y(i - 1), bx = x(i + 1) - x(i), by = y(i + 1) - y(i);
    const double a = std::hypot(ax, ay), b = std::hypot(bx, by), c = std::hypot(ax + bx, ay + by);
    if (a * b * c == 0) continue;
    const double curvature =
        2 * (bx * ay - by * ax) /
        (a * b * c);  // positive where the way turns right: from falling misfit to rising roughness
    if (curvature > sharpest) {
      sharpest = curvature;
      best = i;
    }
  }
  return best;
}

LambdaRule l_curve(const LCurveOptions& o) {
  if (o.trials < 5) fail("l_curve: ", o.trials, " trials; give 5 or more");
  if (!(o.decades_above + o.decades_below > 0)) fail("l_curve: decades_above and decades_below leave no range");
  return [=](const std::vector<Trial>& trials, double balance) -> Decision {
    if (trials.size() < static_cast<std::size_t>(o.trials)) {
      const double share = static_cast<double>(trials.size()) / (o.trials - 1);
      return {.next = balance * std::pow(10.0, o.decades_above - share * (o.decades_above + o.decades_below))};
    }
    const std::size_t chosen = corner(trials);
    return {.chosen = chosen,
            .message =
                text("corner of the L-curve at lambda ", trials[chosen].lambda, ", RMS ", trials[chosen].values.rms)};
  };
}

}  // namespace terrella::inversion
