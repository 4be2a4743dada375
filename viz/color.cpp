#include "viz/color.h"

#include <algorithm>
#include <cmath>

namespace terrella::viz {

Color color_of(double resistivity, const ColorLimits& limits) {
  if (!(resistivity > 0)) return missing_color;
  const double fraction =
      std::clamp(std::log(resistivity / limits.minimum) / std::log(limits.maximum / limits.minimum), 0.0, 1.0);
  const double place = fraction * (resistivity_colors.size() - 1);
  const std::size_t left = std::min<std::size_t>(place, resistivity_colors.size() - 2);
  Color color;
  for (std::size_t c = 0; c < 3; ++c) {
    const double a = resistivity_colors[left][c], b = resistivity_colors[left + 1][c];
    color[c] = std::uint8_t(std::lround(a + (b - a) * (place - left)));
  }
  return color;
}

}  // namespace terrella::viz
