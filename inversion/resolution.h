// inversion/resolution.h: what linearised data say about a model, and where they end to say anything.
#pragma once
#include <span>
#include <vector>

#include "inversion/problem.h"

namespace terrella::inversion {

/// With H = J^T W J + lambda R at m (J, W of the data, R of the regularisation), in the units of m:
struct Resolution {
  std::vector<double> error;   ///< root of the diagonal of H^-1, [n]
  std::vector<double> matrix;  ///< diagonal blocks of H^-1 J^T W J, [n / block, block, block]; row: what is estimated
};

/// `block` divides the number of parameters: a site of a line, or all of it. All NaN where H is not positive definite
/// in floating point. Throws std::invalid_argument where data depend on several blocks. Tarantola (2005), ch. 3; Menke
/// (2012), ch. 5.
Resolution resolution(const Problem& problem, const Tensor& m, double lambda, std::int64_t block);

/// Cumulated sensitivity S_j = sum_{k >= j} s_k of Christiansen & Auken (2012): from s_k = sum_i |d r_i / d ln rho_k|,
/// with residuals r in units of their errors, summed from the half-space upwards. Their data are logarithms with errors
/// relative to the data; in units of errors that is, to first order, the same for any scale of the data.
///
/// sensitivity   [layers], s_k
/// returns       [layers], S_j
std::vector<double> cumulated_sensitivity(std::span<const double> sensitivity);

/// Depth below which layers together hardly touch the data: where S falls below `threshold`, linearly within the layer.
/// Their absolute threshold of 0.8 (they tried 0.6 to 1.2) is the default. 0 where S stays below it; the top of the
/// half-space where that alone exceeds it. Over a half-space, with errors of 5 %, it is about 1.5 skin depths of the
/// longest period: S decays there by exp(-2 depth / skin depth).
///
/// cumulated   [layers], S_j
/// thickness   [layers - 1], m
double depth_of_investigation(std::span<const double> cumulated, std::span<const double> thickness,
                              double threshold = 0.8);

}  // namespace terrella::inversion
