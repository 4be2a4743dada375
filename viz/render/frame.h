// viz/render/frame.h: what all pictures share: titles, notes, axes around a panel.
#pragma once
#include <string>
#include <vector>

#include "viz/render/axis.h"
#include "viz/render/canvas.h"

namespace terrella::viz {

/// A rectangle of pixels.
struct Panel {
  double left = 0, bottom = 0, right = 1, top = 1;
  double width() const { return right - left; }
  double height() const { return top - bottom; }
};

/// Title and subtitle at the top, notes at the bottom; returns what is left between them.
Panel draw_titles(Canvas& canvas, const std::string& title, const std::string& subtitle,
                  const std::vector<std::string>& notes);

struct AxisStyle {
  std::string label;    ///< written beside the numbers; empty for none
  int size = 18;        ///< of the numbers, pixels
  double spacing = 80;  ///< pixels from label to label at least
  bool numbers = true;
  bool grid = false;
};

/// Ticks, numbers and label below the panel, or to the left of it.
void draw_bottom_axis(Canvas& canvas, const Panel& panel, const Axis& axis, const AxisStyle& style);
void draw_left_axis(Canvas& canvas, const Panel& panel, const Axis& axis, const AxisStyle& style);

}  // namespace terrella::viz
