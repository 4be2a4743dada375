// inversion/mt2d/section_resolution.h: how much of every cell of a section the data tell by themselves.
#pragma once
#include <vector>

#include "inversion/mt2d/options.h"
#include "inversion/mt2d/result.h"

namespace terrella::inversion {

/// Diagonal of the resolution matrix H^-1 J^T W J at the result and its lambda, by few directions
/// (sampling/posterior.h): 1 where the data alone give the resistivity of a cell, 0 where smoothness does; [row,
/// column], that of their cell, NaN where resistivity was held. Their sum over cells is the number of parameters that
/// the data determine, so that small cells have small ones. Costs a Jacobian and the factors of the smoothness.
///
/// Throws std::invalid_argument as section_of_result(), and where the result has no lambda.
std::vector<double> section_resolution(const Result2d& result, const Invert2dOptions& options);

}  // namespace terrella::inversion
