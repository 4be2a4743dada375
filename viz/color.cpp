#include "viz/color.h"

#include <algorithm>
#include <cmath>

namespace terrella::viz {

Color color_between(std::span<const Color> table, double fraction) {
  if (std::isnan(fraction)) return missing_color;
  const double place = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(table.size() - 1);
  const std::size_t left = std::min<std::size_t>(static_cast<std::size_t>(place), table.size() - 2);
  Color color;
  for (std::size_t c = 0; c < 3; ++c) {
    const double a = table[left][c], b = table[left + 1][c];
    color[c] = std::uint8_t(std::lround(a + (b - a) * (place - static_cast<double>(left))));
  }
  return color;
}

Color color_of(double resistivity, const ColorLimits& limits) {
  if (!(resistivity > 0)) return missing_color;
  return color_between(resistivity_colors,
                       std::log(resistivity / limits.minimum) / std::log(limits.maximum / limits.minimum));
}

}  // namespace terrella::viz
