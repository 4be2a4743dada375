// viz/render/canvas.h: drawing in pixels, origin at the lower left, on VTK's 2D context.
//
// Everything is drawn several times too large and averaged: OpenGL's own multisampling smears the edges of VTK's text
// (its textures repeat), and plain sampling leaves lines jagged.
#pragma once
#include <functional>
#include <span>
#include <string>

#include "viz/color.h"

class vtkContext2D;

namespace terrella::viz {

inline constexpr Color black{20, 20, 20}, grey{110, 110, 110}, light_grey{222, 222, 222}, white{255, 255, 255};

struct Point {
  double x = 0, y = 0;
};

enum class Align { start, middle, end };

struct TextStyle {
  int size = 18;  ///< pixels
  Color color = black;
  Align horizontal = Align::start;  ///< of the text as it reads
  Align vertical = Align::start;    ///< start: the text stands on the point
  double rotation = 0;              ///< degrees, anticlockwise
  bool bold = false;
};

struct LineStyle {
  Color color = black;
  double width = 1;  ///< pixels
  bool dashed = false;
  double opacity = 1;
};

class Canvas {
 public:
  /// `scale` pixels of the context make one of the picture.
  Canvas(vtkContext2D& context, int width, int height, int scale)
      : context_(context), width_(width), height_(height), scale_(scale) {}
  int width() const { return width_; }
  int height() const { return height_; }

  /// Colours of neighbouring cells meet without a seam: the rectangle covers whole pixels from round(x0) to round(x1).
  void fill(Point low, Point high, const Color& color, double opacity = 1);
  void frame(Point low, Point high, const LineStyle& style = {});
  void line(std::span<const Point> points, const LineStyle& style = {});
  void line(Point from, Point to, const LineStyle& style = {}) { line(std::initializer_list<Point>{from, to}, style); }
  void line(std::initializer_list<Point> points, const LineStyle& style) {
    line(std::span(points.begin(), points.size()), style);
  }
  void polygon(std::span<const Point> corners, const Color& color, double opacity = 1);
  void disc(Point middle, double radius, const Color& fill, const LineStyle& edge);
  void text(Point at, const std::string& words, const TextStyle& style);
  double text_width(const std::string& words, const TextStyle& style);

 private:
  void apply(const LineStyle& style);
  void apply(const Color& color, double opacity);
  void apply(const TextStyle& style);

  vtkContext2D& context_;
  int width_, height_, scale_;
};

/// What a name from a file looks like on paper: one line, control characters gone, at most `longest` letters.
std::string printable(const std::string& name, std::size_t longest = 24);

/// "Ω·m" where the font has it, else "ohm m".
std::string ohm_metre();

/// Draws on white and writes a PNG file; needs an X server. Throws Error where that fails.
void write_png(const std::string& path, int width, int height, const std::function<void(Canvas&)>& draw);

}  // namespace terrella::viz
