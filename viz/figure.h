// viz/figure.h: pictures as values: panels with axes, and marks in them. What is to be drawn is decided in the library,
// where tests see it; terrella-render only draws.
//
// Points are in the units of the panel's axes, sizes in pixels.
#pragma once
#include <string>
#include <vector>

#include "viz/color.h"

namespace terrella::viz {

struct Place {
  double x = 0, y = 0;
};

struct FigureAxis {
  std::string label = {};    ///< beside the numbers; empty for none
  double low = 0, high = 1;  ///< at the left or lower end and at the other one; low > high turns the axis round
  bool logarithmic = false;
  bool degrees = false;  ///< ticks at 15, 30, 45, 90
  bool whole = false;    ///< ticks at whole numbers only
  bool numbers = true, ticks = true, grid = false;
  double spacing = 70;  ///< pixels between labels at least
  int size = 16;        ///< of numbers
};

/// Filled; around a point in pixels (y up) where `around` holds one, else in units of the axes. Convex.
struct Polygon {
  std::vector<Place> corners = {};
  std::vector<Place> around = {};  ///< none or one
  Color fill{255, 255, 255};
  bool outlined = false;
  Color edge{20, 20, 20};
  double edge_width = 1;
  bool snapped = false;  ///< corners at whole pixels, so that neighbouring cells meet without a seam
  double opacity = 1;
};
struct Polyline {
  std::vector<Place> points = {};
  Color color{20, 20, 20};
  double width = 1.5;
  bool dashed = false;
  std::vector<Place> around = {};  ///< as for polygons
  double opacity = 1;
};
struct Disc {
  Place at = {};
  double radius = 3;
  Color fill{255, 255, 255}, edge{20, 20, 20};
};
/// Alignment: -1 starts at the point, 0 is centred, 1 ends there.
struct Label {
  Place at = {};
  Place offset = {};  ///< pixels
  std::string words = {};
  int size = 15;
  double rotation = 0;  ///< degrees, anticlockwise
  int horizontal = 0, vertical = 0;
  bool bold = false;
  Color color{20, 20, 20};
};

/// Drawn in this order: axes' grid, polygons, lines, discs, frame, labels. Marks are cut to the panel, but labels.
struct FigurePanel {
  double left = 0, bottom = 0, right = 1, top = 1;  ///< pixels of the picture
  std::string title = {};                           ///< above, left
  FigureAxis x, y;
  bool framed = true;
  std::vector<Polygon> polygons = {};
  std::vector<Polyline> lines = {};
  std::vector<Disc> discs = {};
  std::vector<Label> labels = {};
};

/// Colours from the low to the high end of an upright bar.
struct ColorBar {
  double left = 0, bottom = 0, right = 1, top = 1;
  std::vector<Color> colors = {};
  FigureAxis axis;
};

struct Figure {
  int width = 1600, height = 900;
  std::string title = {}, subtitle = {};
  std::vector<std::string> notes = {};
  std::vector<FigurePanel> panels = {};
  std::vector<ColorBar> bars = {};
};

/// What title, subtitle and notes leave: draw_titles of render/frame.h.
struct FigureArea {
  double left = 0, bottom = 0, right = 0, top = 0;
};
FigureArea area_of(const Figure& figure);

/// Draws with terrella-render and writes the PNG file whole. Throws as plot_section does.
void write_figure(const Figure& figure, const std::string& path, double timeout_seconds = 120);

}  // namespace terrella::viz
