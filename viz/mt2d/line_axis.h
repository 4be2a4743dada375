// viz/mt2d/line_axis.h: what pictures of the data of a line share.
#pragma once
#include <string>
#include <vector>

#include "viz/figure.h"
#include "viz/mt2d/fitted.h"
#include "viz/mt2d/sites_above.h"

namespace terrella::viz {

/// The sites of a result along its profile.
struct DataLine {
  std::vector<std::size_t> order;  ///< of sites, ascending y
  std::vector<double> at;          ///< in the unit of the axis, in that order
  std::vector<double> edges;       ///< of their columns, [sites + 1]
  FigureAxis axis;                 ///< of distance
  std::string subtitle;            ///< "15 sites, profile towards N 101° E, RMS 1.02"
};

/// Throws std::invalid_argument beginning with `who` where there is no site or one has no y.
DataLine data_line(const char* who, const inversion::Result2d& result);

/// Names and triangles above a panel whose x axis is that of the line.
FigurePanel names_above(const FigurePanel& panel, const DataLine& line, const inversion::Result2d& result);
/// Pixels that they need above a panel of that width.
double names_height(const DataLine& line, const inversion::Result2d& result, double width);

/// All periods of the rows with a little room, short ones at the low end.
FigureAxis period_axis(const inversion::Result2d& result);

/// A figure of this kind: its title, or that of the data and `what`.
Figure figure_of_line(const inversion::Result2d& result, const std::string& title, const std::string& what);

std::string fixed_digits(double value, int digits);

/// Phases above 45 degrees tell of a better conductor below: red, as that is.
std::vector<Color> phase_colors();

}  // namespace terrella::viz
