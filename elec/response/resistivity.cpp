#include "elec/response/resistivity.h"

#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec {
namespace {

using datasets::mu_0;
using datasets::pi;

Tensor omega_mu(const Tensor& frequency) { return 2 * pi * mu_0 * frequency; }

}  // namespace

Tensor apparent_resistivity(const Tensor& impedance, const Tensor& frequency) {
  return real(conj(impedance) * impedance) / omega_mu(frequency);
}

Tensor phase(const Tensor& impedance) { return arg(impedance) * (180 / pi); }

Tensor impedance_from(const Tensor& apparent_resistivity, const Tensor& phase, const Tensor& frequency) {
  const Tensor angle = phase * (pi / 180);
  return sqrt(apparent_resistivity * omega_mu(frequency)) * exp(Tensor(std::complex<double>(0, 1)) * angle);
}

Tensor skin_depth(const Tensor& resistivity, const Tensor& frequency) {
  return sqrt(2 * resistivity / omega_mu(frequency));
}

}  // namespace terrella::elec
