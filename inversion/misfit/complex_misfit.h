// inversion/misfit/complex_misfit.h: residuals of complex data, as real and imaginary parts or as size and phase.
#pragma once
#include <complex>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace terrella::inversion {

/// Residuals r [m] of complex predicted data z [n], in units of standard errors.
struct ComplexMisfit {
  /// r_i changes by Re(factor dz_datum): what a Gauss-Newton row needs besides the derivatives of z.
  struct Row {
    std::int64_t datum;
    std::complex<double> factor;
  };
  std::string name;
  std::int64_t residuals = 0;                                                     ///< m
  std::function<Tensor(const Tensor& z)> residual;                                ///< c128 [n] -> f64 [m]
  std::function<std::vector<Row>(std::span<const std::complex<double>> z)> rows;  ///< at z, [m]
};

/// Re and Im of (z - observed) / error, [2n]: all real parts, then all imaginary parts. What is NaN in `observed` or
/// `error` is left out. Throws std::invalid_argument where an error is not positive or sizes disagree.
ComplexMisfit impedance_misfit(const std::vector<std::complex<double>>& observed, const std::vector<double>& error);

/// log10 |z|^2 and arg z (degrees, differences wrapped to +-180) against those of `observed`: for impedances the
/// residuals of log10 apparent resistivity and phase. An error that is NaN leaves out its number. First all logarithms,
/// then all phases. Throws as above.
ComplexMisfit log_phase_misfit(const std::vector<std::complex<double>>& observed,
                               const std::vector<double>& log10_error, const std::vector<double>& phase_error);

/// The same with |z|^2 / |observed|^2 - 1 in place of the logarithm: for impedances the relative residual of apparent
/// resistivity itself, which weighs predictions that are too high more than those that are too low.
ComplexMisfit power_phase_misfit(const std::vector<std::complex<double>>& observed,
                                 const std::vector<double>& relative_error, const std::vector<double>& phase_error);

}  // namespace terrella::inversion
