// viz/survey_line.h: what pictures of a survey share: sites along a profile, axes of periods, names where there is
// room.
#pragma once
#include <string>
#include <vector>

#include "datasets/survey/survey.h"
#include "viz/figure.h"
#include "viz/profile.h"

namespace terrella::viz {

/// Distances in km along the profile; equally spaced, and said in a note, where sites define no line.
struct SurveyLine {
  Profile profile;
  std::vector<std::size_t> order;  ///< of sites along the line
  std::vector<double> distance;    ///< km, in that order
  std::vector<double> edges;       ///< km, [sites + 1]
  std::string axis_label;
  std::string subtitle;  ///< "26 sites, profile towards N 40 E"
  std::vector<std::string> notes;
};
SurveyLine survey_line(const datasets::Survey& survey, double azimuth = datasets::not_a_number);

/// From the shortest to the longest period with a little room; short periods at the upper end.
FigureAxis period_axis_down(const datasets::Survey& survey);
FigureAxis period_axis_right(const datasets::Survey& survey);

/// Triangles and names above a panel whose x axis holds distances; the panel needs 70 pixels of room above.
void name_sites_above(FigurePanel& panel, const SurveyLine& line, const datasets::Survey& survey);

/// Edges of the cells of periods of a sounding: midpoints in logarithm, and from the period not farther than 0.2
/// decades, or 3/4 of the usual (median) spacing: where a period is missing a gap stays open, and nowhere else.
std::vector<std::pair<double, double>> period_cells(const std::vector<double>& period);

/// 1 or 3 times a power of ten around the central 96 % of positive values, a factor of 30 apart at least.
ColorLimits limits_around(std::vector<double> values);
/// The same around two positive values.
ColorLimits limits_around(double low, double high);

/// The corners of an ellipse with semi-axes in pixels, the larger at `azimuth` degrees clockwise from up.
std::vector<Place> ellipse(double major, double minor, double azimuth);

}  // namespace terrella::viz
