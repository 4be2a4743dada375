// inversion/mt2d/strike_choice.h: how many dimensions a line's data have, and along which azimuth they strike.
#pragma once
#include "inversion/mt2d/line.h"

namespace terrella::inversion {

/// Azimuth between two axes, 0 .. 90 degrees.
double between_axes(double a, double b);

/// Says of which dimension the data are, by phase tensors, and adds the sentences to the line.
void describe_dimensions(const datasets::Survey& survey, const LineOptions& options, Line& line);

/// Sets line.strike from the data as options say; line.profile is known. Of two strikes at right angles, which
/// impedances cannot tell apart, induction arrows choose, else the one nearer to a right angle to the profile. Throws
/// std::invalid_argument where strike and profile are within 30 degrees of each other.
void choose_strike(const datasets::Survey& survey, const LineOptions& options, Line& line);

}  // namespace terrella::inversion
