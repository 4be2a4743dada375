#include "viz/render/canvas.h"

#include <vtkBrush.h>
#include <vtkContext2D.h>
#include <vtkContextItem.h>
#include <vtkContextScene.h>
#include <vtkContextView.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkPNGWriter.h>
#include <vtkPen.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkTextProperty.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <vector>

#include "core/error.h"

namespace terrella::viz {
namespace {

/// Debian's DejaVu has Greek and the dot of Ω·m; VTK's built-in Arial is what is left without it.
const char* font_file(bool bold) {
  static const std::string folder = "/usr/share/fonts/truetype/dejavu/DejaVuSans";
  static const std::string regular = folder + ".ttf", heavy = folder + "-Bold.ttf";
  static const bool there = std::filesystem::exists(regular) && std::filesystem::exists(heavy);
  if (!there) return nullptr;
  return bold ? heavy.c_str() : regular.c_str();
}

/// One pixel for every scale x scale.
void average(std::span<const unsigned char> large, int width, int height, int scale, unsigned char* small) {
  const int area = scale * scale;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        int sum = area / 2;
        for (int dy = 0; dy < scale; ++dy)
          for (int dx = 0; dx < scale; ++dx)
            sum += large[(std::size_t(y * scale + dy) * width * scale + x * scale + dx) * 3 + c];
        small[(std::size_t(y) * width + x) * 3 + c] = static_cast<unsigned char>(sum / area);
      }
}

class Drawing : public vtkContextItem {
 public:
  vtkTypeMacro(Drawing, vtkContextItem) static Drawing* New();
  bool Paint(vtkContext2D* context) override {
    // Exceptions must not cross VTK's loops.
    try {
      Canvas canvas(*context, width, height, scale);
      draw(canvas);
    } catch (...) { error = std::current_exception(); }
    return true;
  }
  std::function<void(Canvas&)> draw;
  int width = 0, height = 0, scale = 1;
  std::exception_ptr error;
};
vtkStandardNewMacro(Drawing)

}  // namespace

void Canvas::apply(const LineStyle& style) {
  vtkPen* pen = context_.GetPen();
  pen->SetColor(style.color[0], style.color[1], style.color[2], (unsigned char)std::lround(255 * style.opacity));
  pen->SetWidth(float(style.width * scale_));
  pen->SetLineType(vtkPen::SOLID_LINE);
}

void Canvas::apply(const Color& color, double opacity) {
  context_.GetPen()->SetLineType(vtkPen::NO_PEN);
  context_.GetBrush()->SetColor(color[0], color[1], color[2], (unsigned char)std::lround(255 * opacity));
}

void Canvas::apply(const TextStyle& style) {
  vtkTextProperty* text = context_.GetTextProp();
  if (const char* file = font_file(style.bold)) {
    text->SetFontFamily(VTK_FONT_FILE);
    text->SetFontFile(file);
  } else {
    text->SetFontFamilyToArial();
    text->SetBold(style.bold);
  }
  text->SetFontSize(style.size * scale_);
  text->SetColor(style.color[0] / 255.0, style.color[1] / 255.0, style.color[2] / 255.0);
  text->SetOpacity(1);
  text->SetOrientation(0);
  text->SetJustificationToLeft();
  text->SetVerticalJustificationToBottom();
}

void Canvas::fill(Point low, Point high, const Color& color, double opacity) {
  apply(color, opacity);
  const double x = std::round(low.x), y = std::round(low.y), width = std::round(high.x) - x,
               height = std::round(high.y) - y;
  if (width > 0 && height > 0)
    context_.DrawRect(float(x * scale_), float(y * scale_), float(width * scale_), float(height * scale_));
}

void Canvas::frame(Point low, Point high, const LineStyle& style) {
  // Half pixels: a line of one pixel is then one pixel wide, not two pale ones.
  const double x0 = std::round(low.x) + 0.5, y0 = std::round(low.y) + 0.5;
  const double x1 = std::round(high.x) + 0.5, y1 = std::round(high.y) + 0.5;
  line({{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}, style);
}

void Canvas::line(std::span<const Point> points, const LineStyle& style) {
  apply(style);
  std::vector<float> path;
  const auto add = [&](double x, double y) { path.push_back(float(x * scale_)), path.push_back(float(y * scale_)); };
  if (!style.dashed) {
    for (const Point& p : points) add(p.x, p.y);
    if (points.size() > 1) context_.DrawPoly(path.data(), int(points.size()));
    return;
  }
  // Dashes of our own: OpenGL's stipple is gone from core profiles. 10 pixels on, 6 off, along the whole path.
  constexpr double on = 10, period = 16;
  double travelled = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double dx = points[i].x - points[i - 1].x, dy = points[i].y - points[i - 1].y, length = std::hypot(dx, dy);
    for (double at = 0; at < length;) {
      const double phase = std::fmod(travelled + at, period);
      const double step = std::min(length - at, (phase < on ? on : period) - phase + 1e-6);
      if (phase < on)
        for (double end : {at, at + step})
          add(points[i - 1].x + dx * end / length, points[i - 1].y + dy * end / length);
      at += step;
    }
    travelled += length;
  }
  if (!path.empty()) context_.DrawLines(path.data(), int(path.size() / 2));
}

void Canvas::polygon(std::span<const Point> corners, const Color& color, double opacity) {
  apply(color, opacity);
  std::vector<float> path;
  for (const Point& p : corners) path.push_back(float(p.x * scale_)), path.push_back(float(p.y * scale_));
  context_.DrawPolygon(path.data(), int(corners.size()));
}

void Canvas::disc(Point middle, double radius, const Color& color, const LineStyle& edge) {
  apply(color, 1);
  context_.DrawEllipse(float(middle.x * scale_), float(middle.y * scale_), float(radius * scale_),
                       float(radius * scale_));
  std::vector<Point> circle;
  for (int i = 0; i <= 24; ++i)
    circle.push_back(
        {middle.x + radius * std::cos(i * 2 * M_PI / 24), middle.y + radius * std::sin(i * 2 * M_PI / 24)});
  line(circle, edge);
}

double Canvas::text_width(const std::string& words, const TextStyle& style) {
  apply(style);
  float bounds[4] = {0, 0, 0, 0};
  context_.ComputeStringBounds(words.c_str(), bounds);
  return bounds[2] / scale_;
}

void Canvas::text(Point at, const std::string& words, const TextStyle& style) {
  if (words.empty()) return;
  // The point is moved along and across the writing by hand: VTK's justification of rotated text differs between fonts.
  const double width = text_width(words, style);
  const double height = 0.73 * style.size;   // of a capital
  const double descent = 0.22 * style.size;  // VTK's point is that far below the line on which letters stand
  const auto part = [](Align align) { return align == Align::start ? 0.0 : align == Align::middle ? 0.5 : 1.0; };
  const double along = -part(style.horizontal) * width, up = -part(style.vertical) * height - descent;
  const double c = std::cos(style.rotation * M_PI / 180), s = std::sin(style.rotation * M_PI / 180);
  apply(style);
  context_.GetTextProp()->SetOrientation(style.rotation);
  context_.DrawString(float(std::round((at.x + along * c - up * s) * scale_)),
                      float(std::round((at.y + along * s + up * c) * scale_)), words.c_str());
}

std::string printable(const std::string& name, std::size_t longest) {
  std::string result;
  std::size_t letters = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(name[i]);
    const bool starts_letter = (c & 0xC0) != 0x80;
    if (starts_letter && ++letters > longest) return result + "...";
    result += c < 0x20 || c == 0x7F ? ' ' : name[i];
  }
  return result;
}

std::string ohm_metre() { return font_file(false) ? "\u03A9\u00B7m" : "ohm m"; }

void write_png(const std::string& path, int width, int height, const std::function<void(Canvas&)>& draw) {
  vtkNew<Drawing> drawing;
  const int scale = std::max(width, height) <= 5000 ? 3 : 2;  // 16384 is the most that OpenGL in software draws
  drawing->draw = draw;
  drawing->width = width;
  drawing->height = height;
  drawing->scale = scale;
  vtkNew<vtkContextView> view;
  vtkRenderWindow* window = view->GetRenderWindow();
  window->SetOffScreenRendering(1);
  window->SetMultiSamples(0);
  window->SetSize(width * scale, height * scale);
  view->GetRenderer()->SetBackground(1, 1, 1);
  view->GetScene()->AddItem(drawing);
  window->Render();
  if (drawing->error) std::rethrow_exception(drawing->error);

  vtkNew<vtkUnsignedCharArray> pixels;
  window->GetPixelData(0, 0, width * scale - 1, height * scale - 1, 0, pixels);
  if (pixels->GetNumberOfValues() != vtkIdType(3) * width * height * scale * scale)
    throw Error(terrella::text("no picture of ", width * scale, " x ", height * scale, " pixels came from OpenGL"));
  vtkNew<vtkImageData> image;
  image->SetDimensions(width, height, 1);
  image->AllocateScalars(VTK_UNSIGNED_CHAR, 3);
  average({pixels->GetPointer(0), std::size_t(pixels->GetNumberOfValues())}, width, height, scale,
          static_cast<unsigned char*>(image->GetScalarPointer()));
  vtkNew<vtkPNGWriter> writer;
  writer->SetFileName(path.c_str());
  writer->SetInputData(image);
  writer->Write();
  if (writer->GetErrorCode() != 0) throw Error("cannot write " + path);
}

}  // namespace terrella::viz
