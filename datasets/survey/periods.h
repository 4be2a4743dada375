// datasets/survey/periods.h: soundings at fewer or at other periods.
#pragma once
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Of the periods of a site those that are nearest, in logarithm, to a grid of `per_decade` a decade that holds 1 s;
/// rows stay what they are. Noted in the history. Throws std::invalid_argument where per_decade is not positive.
Site decimate(Site site, double per_decade);
Survey decimate(Survey survey, double per_decade);

/// Only periods from .. to (s), noted in the history.
Survey keep_periods(Survey survey, double from, double to);

/// The site at those periods (s, ascending), by straight lines in ln T: of ln |Z| and of the phase of each component
/// where that does not turn by more than 90 degrees from one period to the next, else of real and imaginary part; of
/// real and imaginary part of the tipper. Errors lie between those of the two neighbours, whatever the values: along
/// lines of ln error for the impedance (of the error itself where one is 0), of the error for the tipper. They do not
/// shrink, since nothing was measured anew. A value is masked where one of its two neighbours is, and missing where one
/// is missing, or the two are more than `largest_gap` decades apart; there is no extrapolation. Periods that a site has
/// within 1e-6 are copied. Covariances are left out, since they cannot be interpolated. Noted in the history. Throws
/// std::invalid_argument for periods that do not ascend.
Site interpolate(const Site& site, const std::vector<double>& period, double largest_gap = 0.5);
Survey interpolate(const Survey& survey, const std::vector<double>& period, double largest_gap = 0.5);

}  // namespace terrella::datasets
