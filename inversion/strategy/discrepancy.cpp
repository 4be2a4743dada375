#include "inversion/strategy/discrepancy.h"

#include <cmath>

#include "core/error.h"

namespace terrella::inversion {

LambdaRule discrepancy(const DiscrepancyOptions& o) {
  if (!(o.tolerance > 0)) fail("discrepancy: tolerance is ", o.tolerance, "; give a positive number");
  return [=, cool = cooling(o.cooling)](const std::vector<Trial>& trials, double balance) -> Decision {
    const double target = o.cooling.target_rms;
    const Trial* met = nullptr;     // the largest lambda that meets the target
    const Trial* missed = nullptr;  // the smallest that does not
    for (const Trial& t : trials) {
      if (t.values.rms <= target && (!met || t.lambda > met->lambda)) met = &t;
      if (t.values.rms > target && (!missed || t.lambda < missed->lambda)) missed = &t;
    }
    if (!met) return cool(trials, balance);
    const auto chosen = static_cast<std::size_t>(met - trials.data());
    const Decision done{.chosen = chosen, .message = text("target RMS ", target, " is met at lambda ", met->lambda)};
    if (!missed) {  // the first lambda already fits: warm up instead
      if (met->lambda > 1e12 * balance) return done;
      return {.next = met->lambda / o.cooling.factor};
    }
    const bool close = target - met->values.rms <= o.tolerance * target;
    if (close || std::log10(missed->lambda / met->lambda) < 1e-3) return done;
    return {.next = std::sqrt(missed->lambda * met->lambda)};
  };
}

}  // namespace terrella::inversion
