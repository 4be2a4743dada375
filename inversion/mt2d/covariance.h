// inversion/mt2d/covariance.h: a section's prior as a field of given correlation lengths, instead of differences of
// neighbouring cells (Invert2dOptions::smoothing = covariance).
//
//   log10 resistivity = reference + L w,  L L^T the covariance of regularization/covariance.h, of one decade times
//   1 / sqrt(lambda). Two places are correlated by 0.28 at a distance (two lengths of the equation there) of
//     along the profile  correlation_width  + correlation_width_share (z + d0)
//     down               correlation_height + correlation_height_share (z + d0)
//   at a depth z below the ground, by 0.60 at half of it.
//
// Held elements carry no part of the field, and across cuts nothing is correlated but around their ends. Of anisotropic
// cells every two directions have the correlation coupling / (1 + coupling).
#pragma once
#include "inversion/mt2d/section.h"
#include "inversion/regularization/covariance.h"
#include "inversion/strategy/whitened.h"

namespace terrella::inversion {

/// Over the cells of a section.
CovarianceRoot section_covariance(const elec::mt2d::Grid& grid, const Cells& cells, const Invert2dOptions& options,
                                  double d0);

/// Of a section's parameters, with the reference of the options; static shifts pass through.
Whitening section_whitening(const Section2d& section, const Invert2dOptions& options);

}  // namespace terrella::inversion
