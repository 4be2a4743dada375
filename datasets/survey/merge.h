// datasets/survey/merge.h: soundings of one site that stand in several files become one.
#pragma once
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

enum class SameSite : std::uint8_t {
  name_and_place,  ///< equal names, and places within `distance` where both have coordinates
  name,            ///< equal names
  place            ///< within `distance`
};

struct MergeOptions {
  SameSite same = SameSite::name_and_place;  ///< names are compared without case and blanks around them
  double distance = 100;                     ///< m
  double same_period = 0.01;                 ///< periods that agree within this fraction are one
};

/// Each group of soundings of the same site becomes one sounding at the place of the first, whose name, coordinates and
/// axes it has (the others are turned into these). Periods are those of all; where a period is in several, each
/// component is taken from the sounding with the smaller error; a value with an error goes before one without, one that
/// is not masked before one that is, and the first before later ones. Surveys are merged by putting their sites in one
/// list. Said in the history of the result, together with the histories and repairs of all parts (paths in front).
/// Throws std::invalid_argument for options that are not possible.
Survey merge_sites(const Survey& survey, const MergeOptions& options = {});

/// Metres between two sites on a sphere; NaN without coordinates.
double distance_between(const Site& a, const Site& b);

}  // namespace terrella::datasets
