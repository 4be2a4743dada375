// elec/mt2d/synthetic.h: what the line of datasets/synthetic/ records over its earth, computed in two dimensions.
#pragma once
#include "datasets/synthetic/line.h"

namespace terrella::elec::mt2d {

/// Responses at the sites of basin_line() (or at others over the same earth, in order of their distances), its ground
/// through their elevations and instruments level, on a mesh of bilinear elements whose interfaces lie where its
/// columns have them: within 3 % of the layers where the skin depth is small.
datasets::LineResponse basin_response(const datasets::SyntheticLine& line);

}  // namespace terrella::elec::mt2d
