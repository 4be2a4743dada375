// viz/pseudosection.h: responses of a survey along its profile, period downwards.
#pragma once
#include "elec/analysis/analysis.h"
#include "viz/survey_line.h"

namespace terrella::viz {

/// Apparent resistivity (red is conductive) and phase (red is high: conductive below) of xy and yx.
Figure rho_phase_sections(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites,
                          double azimuth = datasets::not_a_number);

/// Phase tensors as ellipses of equal size, north upwards: filled with the smallest phase above, with the skew beta
/// below. Where periods stand too close, one is drawn for several.
Figure phase_tensor_section(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites,
                            double azimuth = datasets::not_a_number);

}  // namespace terrella::viz
