#include "elec/response/depth.h"

#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec {

Tensor niblett_bostick_depth(const Tensor& apparent_resistivity, const Tensor& period) {
  return sqrt(apparent_resistivity * period / (2 * datasets::pi * datasets::mu_0));
}

Tensor niblett_bostick_resistivity(const Tensor& apparent_resistivity, const Tensor& slope) {
  return apparent_resistivity * (1 + slope) / (1 - slope);
}

Tensor niblett_bostick_from_phase(const Tensor& apparent_resistivity, const Tensor& phase) {
  return apparent_resistivity * (90 / phase - 1);
}

}  // namespace terrella::elec
