// viz/figure_json.h: a figure as JSON and back, for viz/job.h.
#pragma once
#include <nlohmann/json.hpp>

#include "viz/figure.h"

namespace terrella::viz {

nlohmann::ordered_json figure_json(const Figure& figure);
/// Throws std::exception where something is missing, of the wrong type, or not finite.
Figure figure_of(const nlohmann::ordered_json& json);

}  // namespace terrella::viz
