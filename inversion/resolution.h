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

/// Depth below which layers together hardly touch the data: sensitivities s_j = sum_i |d r_i / d ln rho_j| are summed
/// from the half-space upwards until they exceed `threshold`, linearly within the layer. Residuals r are in units of
/// their errors. Cumulated sensitivity of Christiansen & Auken (2012), whose absolute threshold of 0.8 is the default.
/// 0 where all layers together stay below it; the top of the half-space where that alone exceeds it.
///
/// sensitivity   [layers], s_j
/// thickness     [layers - 1], m
double depth_of_investigation(std::span<const double> sensitivity, std::span<const double> thickness,
                              double threshold = 0.8);

}  // namespace terrella::inversion
