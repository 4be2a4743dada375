// datasets/survey/mask.h: a user's decisions against values, which are kept.
#pragma once
#include <string>

#include "datasets/survey/selection.h"

namespace terrella::datasets {

/// The survey with the selected values masked, or with their masks taken away. The history of each site that changed
/// says which, how many and the reason. Values that are missing get no mask. Throws as check(selection, survey) does.
Survey mask(Survey survey, const Selection& selection, const std::string& reason = "");
Survey unmask(Survey survey, const Selection& selection, const std::string& reason = "");

/// Values that are masked.
std::size_t masked_values(const Site& site);

}  // namespace terrella::datasets
