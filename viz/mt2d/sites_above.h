// viz/mt2d/sites_above.h: names of sites above a panel, moved apart where they crowd, with lines that lead to them.
#pragma once
#include <string>
#include <vector>

#include "viz/figure.h"

namespace terrella::viz {

/// A name and where its site stands, pixels of the picture.
struct PlacedName {
  std::string name;
  double at = 0;
};

/// Pixels that names need above a panel of that width.
double names_height(const std::vector<PlacedName>& names, double width);

/// A panel without axes from `left` to `right`, standing on `bottom`. Names lie flat where they fit beside each other,
/// else they are turned and moved apart, else only as many are shown as there is room for. `names` ascend.
FigurePanel names_panel(const std::vector<PlacedName>& names, double left, double right, double bottom);

/// What is nearest to `wishes` (ascending) with at least `gap` between neighbours, within `low` .. `high` where that is
/// possible: least squares by pooling neighbours (Barlow et al. 1972).
std::vector<double> moved_apart(const std::vector<double>& wishes, double gap, double low, double high);

}  // namespace terrella::viz
