#include "cli/layered_forward.h"

#include "elec/mt1d/impedance.h"

namespace terrella::cli {

std::vector<std::complex<double>> layered_impedance(const std::vector<double>& resistivity,
                                                    const std::vector<double>& thickness,
                                                    const std::vector<double>& period) {
  std::vector<double> frequency;
  for (const double t : period) frequency.push_back(1 / t);
  return elec::impedance_1d(Tensor(resistivity), Tensor(thickness), Tensor(frequency))
      .to_vector<std::complex<double>>();
}

}  // namespace terrella::cli
