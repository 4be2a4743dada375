// tests/inversion/layered_data.h: soundings of known layered earths, with noise of known size.
#pragma once
#include <cmath>
#include <complex>
#include <vector>

#include "core/ops.h"
#include "core/random.h"
#include "elec/mt1d/impedance.h"
#include "inversion/sounding.h"

namespace terrella::tests {

/// Impedances of these layers with independent normal errors of `relative` |Z| in real and imaginary part.
inline terrella::inversion::Sounding layered_sounding(const std::vector<double>& resistivity,
                                                      const std::vector<double>& thickness, double relative,
                                                      std::uint64_t seed, int periods = 40, double from = -3,
                                                      double to = 3) {
  inversion::Sounding s;
  s.name = "synthetic" + std::to_string(seed);
  std::vector<double> frequency;
  for (int i = 0; i < periods; ++i) {
    s.period.push_back(std::pow(10.0, from + (to - from) * i / (periods - 1)));
    frequency.push_back(1 / s.period.back());
  }
  s.z = elec::impedance_1d(Tensor(resistivity), Tensor(thickness), Tensor(frequency)).to_vector<std::complex<double>>();
  const auto noise = random_normal({periods}, seed, DType::c128).to_vector<std::complex<double>>();
  for (std::size_t i = 0; i < s.z.size(); ++i) {
    s.z_error.push_back(relative * std::abs(s.z[i]));
    s.z[i] += s.z_error[i] * noise[i];
  }
  return s;
}

}  // namespace terrella::tests
