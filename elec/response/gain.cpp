#include "elec/response/gain.h"

#include <complex>
#include <numbers>

#include "core/ops.h"

namespace terrella::elec {

Tensor with_static_shift(const Tensor& impedance, const Tensor& shift) {
  return impedance * exp(shift * (std::numbers::ln10 / 2));
}

Tensor with_gain(const Tensor& response, const Tensor& log10_gain, const Tensor& phase) {
  return response * exp(log10_gain * std::numbers::ln10 + std::complex<double>(0, std::numbers::pi / 180) * phase);
}

}  // namespace terrella::elec
