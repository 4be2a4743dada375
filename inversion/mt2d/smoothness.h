// inversion/mt2d/smoothness.h: what keeps a section simple, as terms over the parameters of its cells.
#pragma once
#include <vector>

#include "core/optimize/least_squares.h"
#include "inversion/mt2d/cells.h"
#include "inversion/mt2d/options.h"

namespace terrella::inversion {

/// Differences of neighbouring cells, one row a side: m[b] - m[a], [sides, parameters], of cells that begin at
/// parameter `first` of `parameters`.
optimize::SparseMatrix difference_of(const std::vector<CellSide>& sides, std::int64_t first, std::int64_t parameters);

/// Weights of the sides' differences. squares: length / distance of middles, so that the sum of squares is the integral
/// of the squared gradient, whatever the cells; total variation and minimum support: length / (depth + d0). Times
/// (1 + depth / d0)^depth_scaling, and `horizontal` or `vertical`. d0, m: the depth from which on scaling counts.
std::vector<double> side_weights(const std::vector<CellSide>& sides, const Invert2dOptions& options, double d0);

/// The loss of such differences: weight r^2 / 2; weight corner (sqrt(r^2 + corner^2) - corner); or weight corner^2 / 2
/// r^2 / (r^2 + corner^2). All agree for small differences; the last two flatten beyond the corner.
optimize::Loss side_loss(Smoothing2d smoothing, std::vector<double> weight, double corner);

/// All terms of a section: smoothness, reference (parameters [cells] each), coupling of the directions of anisotropic
/// cells. `parameters` counts shifts behind the cells too.
optimize::LeastSquares section_terms(const elec::mt2d::Grid& grid, const Cells& cells, const Invert2dOptions& options,
                                     const std::vector<double>& reference, std::int64_t parameters, double d0);

}  // namespace terrella::inversion
