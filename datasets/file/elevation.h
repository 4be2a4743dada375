// datasets/file/elevation.h: heights in the units that files state.
#pragma once
#include <optional>
#include <string_view>

#include "datasets/file/report.h"

namespace terrella::datasets {

/// Metres of one unit: 1 of m, metre(s), meter(s), masl, amsl and where nothing is stated, 0.3048 of ft, foot and feet,
/// in any case, in brackets or with points. nullopt for other words.
std::optional<double> metres_of_unit(std::string_view unit);

/// The height in m. Feet are noted ("elevation-in-feet"), and words that are no unit of length ("elevation-remark");
/// FormatError for other units.
double elevation_in_metres(double value, std::string_view unit, std::int64_t line, Report& report);

}  // namespace terrella::datasets
