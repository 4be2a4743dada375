#include "inversion/strategy/minimize.h"

#include "core/error.h"
#include "inversion/strategy/occam.h"

namespace terrella::inversion {

Summary minimize(const Problem& problem, State state, const Invert1dOptions& o, const Progress& progress) {
  if (o.method == Method1d::occam)
    return occam(problem, std::move(state), {.max_iterations = o.max_iterations, .target_rms = o.target_rms, .relax = o.relax}, progress);
  fail("minimize: method ", to_string(o.method), " is not one of this function");
}

}  // namespace terrella::inversion
