// datasets/file/bounds.h: what every reader of soundings holds for impossible, and no writer may write therefore.
#pragma once
#include <string>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

inline constexpr std::size_t longest_name = 200;    ///< bytes, of a site
inline constexpr double highest_elevation = 12000;  ///< m, up or down

/// Throws std::invalid_argument, beginning with `who`, for a site whose name is longer or whose elevation is beyond.
void expect_readable(const Site& site, const std::string& who);

}  // namespace terrella::datasets
