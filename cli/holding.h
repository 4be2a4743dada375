// cli/holding.h: what a file holds of what it was made of.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "datasets/observations/observations.h"
#include "datasets/survey/survey.h"

namespace terrella::cli {

/// What soundings or observations hold, by its name ("Zxy", "errors"): how many of it there are.
using Holding = std::map<std::string, std::size_t>;

Holding holding(const datasets::Survey& survey);
Holding holding(const datasets::Observations& observations);

/// "26 of 104 Zxx": what of `before` is not in `after`, and how many values are masked that were not.
std::vector<std::string> lost(const Holding& before, const Holding& after);

}  // namespace terrella::cli
