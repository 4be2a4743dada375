// cli/layered_forward.h: the physics of elec/mt1d in the plain vectors that the generators of data want.
#pragma once
#include <complex>
#include <vector>

namespace terrella::cli {

/// Impedance (ohm) of layers (ohm m, m) at periods (s).
std::vector<std::complex<double>> layered_impedance(const std::vector<double>& resistivity,
                                                    const std::vector<double>& thickness,
                                                    const std::vector<double>& period);

}  // namespace terrella::cli
