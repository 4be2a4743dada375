// inversion/mt2d/sensitivity_depth.h: what the data see of a section, and down to where.
#pragma once
#include <vector>

#include "inversion/mt2d/section.h"

namespace terrella::inversion {

/// Of a section with the Jacobian of its data by its parameters, [data, parameters], in standard errors:
struct SeenSection {
  /// root of the sum over data of (d residual / d ln rho)^2 of every cell, all directions together, over its area in
  /// km^2, [cell]
  std::vector<double> sensitivity;
  /// m below the ground, [column of the grid]: the depth from which on a change of ln rho by 1 of all below, within as
  /// wide a distance as it is deep (half that of neighbouring sites at least), moves the data by two standard errors in
  /// all (root of the sum of squares). 0 where nothing below does. As a depth it hardly depends on the two: fields
  /// decay exponentially.
  std::vector<double> depth_of_investigation;
};
/// slope: d ln rho / d parameter of the cells, [directions * cells].
SeenSection seen_by(const Section2d& section, const std::vector<double>& jacobian, const std::vector<double>& slope);

}  // namespace terrella::inversion
