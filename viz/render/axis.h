// viz/render/axis.h: a range of values along a length of pixels, and where its ticks stand.
#pragma once
#include <string>
#include <vector>

namespace terrella::viz {

struct Tick {
  double value = 0;
  std::string label;  ///< empty for a minor tick
};

struct Axis {
  double low = 0, high = 1;              ///< values
  double low_pixel = 0, high_pixel = 1;  ///< where they stand; low_pixel > high_pixel turns the axis round
  bool logarithmic = false;              ///< then low and high are positive
  bool degrees = false;                  ///< ticks at 15, 30, 45, 90, as angles have them
  bool whole = false;                    ///< ticks at whole numbers only

  double pixel(double value) const;
  bool contains(double value) const { return value >= low && value <= high; }

  /// Labelled ticks at 1, 2, 5 times a power of ten, at least `spacing` pixels apart; logarithmic ones at decades, with
  /// the 2 to 9 between as minor ticks where there is room, and labels at 3 (or 2 and 5) where decades alone are too
  /// few.
  std::vector<Tick> ticks(double spacing) const;
};

/// "0.01", "250", "1e6": short and exact enough for a tick.
std::string tick_label(double value);

}  // namespace terrella::viz
