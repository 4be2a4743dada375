#include "inversion/result.h"

namespace terrella::inversion {

std::vector<double> Result::rms() const {
  std::vector<double> values;
  for (const SiteFit& fit : fits) values.push_back(fit.rms);
  return values;
}

}  // namespace terrella::inversion
