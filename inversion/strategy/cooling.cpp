#include "inversion/strategy/cooling.h"

#include "core/error.h"

namespace terrella::inversion {

LambdaRule cooling(const CoolingOptions& o) {
  if (!(o.target_rms > 0)) fail("cooling: target_rms is ", o.target_rms, "; give a positive number");
  if (!(o.factor > 0 && o.factor < 1)) fail("cooling: factor is ", o.factor, "; give a number between 0 and 1");
  if (o.max_trials < 1) fail("cooling: max_trials is ", o.max_trials, "; give 1 or more");
  return [=](const std::vector<Trial>& trials, double balance) -> Decision {
    if (trials.empty()) return {.next = o.first_lambda > 0 ? o.first_lambda : 10 * balance};
    if (trials.back().values.rms <= o.target_rms)
      return {.chosen = trials.size() - 1,
              .message = text("target RMS ", o.target_rms, " is met at lambda ", trials.back().lambda)};
    std::size_t best = 0, stalled = 0;
    for (std::size_t i = 1; i < trials.size(); ++i) {
      stalled =
          trials[best].values.rms - trials[i].values.rms < o.tolerance * trials[best].values.rms ? stalled + 1 : 0;
      if (trials[i].values.rms < trials[best].values.rms) best = i;
    }
    if (stalled >= 3 || trials.size() >= static_cast<std::size_t>(o.max_trials))
      return {.chosen = best,
              .reason = optimize::Stop::out_of_reach,
              .message = text("target RMS ", o.target_rms, " is out of reach; RMS ", trials[best].values.rms,
                              " is the smallest found")};
    return {.next = o.factor * trials.back().lambda};
  };
}

}  // namespace terrella::inversion
