// viz/response_sheet.h: sounding curves of all sites of a survey.
#pragma once
#include "elec/analysis/analysis.h"
#include "viz/survey_line.h"

namespace terrella::viz {

/// Sheets of at most 20 sites in the order of the survey: apparent resistivity and phase of xy and yx (of -Zyx) with
/// standard errors, on common axes, and D+ of both as lines, solid where a layered earth fits within errors.
std::vector<Figure> response_sheets(const datasets::Survey& survey, const std::vector<elec::SiteAnalysis>& sites);

}  // namespace terrella::viz
