// viz/strike_rose.h: how directions of strike are distributed, decade by decade.
#pragma once
#include "elec/analysis/analysis.h"
#include "viz/figure.h"

namespace terrella::viz {

/// One rose a decade and one of all periods: weights of the phase tensors' larger axes in bins of 10 degrees (dark) and
/// at right angles to them (pale), since strike is one of both; the mean as lines. The selection and weights are those
/// of elec::phase_tensor_strike.
Figure strike_rose(const datasets::Survey& survey, const elec::Analysis& analysis,
                   const elec::StrikeOptions& options = {});

}  // namespace terrella::viz
