#include "core/optimize/state.h"

namespace terrella::optimize {

const char* describe(Stop reason) {
  switch (reason) {
    case Stop::gradient:
      return "the gradient is small";
    case Stop::step:
      return "the step is small";
    case Stop::value:
      return "the value hardly changes any more";
    case Stop::target:
      return "the target is reached";
    case Stop::iterations:
      return "the allowed number of iterations is used up";
    case Stop::callback:
      return "stopped on request";
    case Stop::no_descent:
      return "no step along the search direction lowers the value";
    case Stop::not_finite:
      return "value or derivatives are not finite where the search began";
    case Stop::out_of_reach:
      return "the target is out of reach";
  }
  return "";
}

bool is_converged(Stop reason) {
  return reason == Stop::gradient || reason == Stop::step || reason == Stop::value || reason == Stop::target;
}

}  // namespace terrella::optimize
