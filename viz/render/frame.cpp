#include "viz/render/frame.h"

#include <algorithm>
#include <cmath>

namespace terrella::viz {
namespace {

constexpr double long_tick = 7, short_tick = 4;

/// The text cut to what fits into `width` pixels.
std::string fitted(Canvas& canvas, std::string words, const TextStyle& style, double width) {
  std::size_t letters = words.size();
  while (letters > 4 && canvas.text_width(words, style) > width) words = printable(words, letters = letters * 9 / 10);
  return words;
}

}  // namespace

Panel draw_titles(Canvas& canvas, const std::string& title, const std::string& subtitle,
                  const std::vector<std::string>& notes) {
  const double width = canvas.width() - 60;
  Panel rest{0, 0, double(canvas.width()), double(canvas.height())};
  if (!title.empty()) {
    rest.top -= 50;
    const TextStyle style{.size = 28, .bold = true};
    canvas.text({30, rest.top}, fitted(canvas, printable(title, 200), style, width), style);
  }
  if (!subtitle.empty()) {
    rest.top -= 32;
    const TextStyle style{.size = 19, .color = grey};
    canvas.text({30, rest.top}, fitted(canvas, printable(subtitle, 300), style, width), style);
  }
  rest.top -= 12;
  rest.bottom += 10;
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    const TextStyle style{.size = 16, .color = grey};
    canvas.text({30, rest.bottom + 4}, fitted(canvas, printable(*note, 400), style, width), style);
    rest.bottom += 25;
  }
  return rest;
}

void draw_bottom_axis(Canvas& canvas, const Panel& panel, const Axis& axis, const AxisStyle& style) {
  for (const Tick& tick : axis.ticks(style.spacing)) {
    const double x = std::round(axis.pixel(tick.value)) + 0.5;
    if (style.grid && !tick.label.empty() && x > panel.left + 2 && x < panel.right - 2)
      canvas.line({x, panel.bottom}, {x, panel.top}, {.color = light_grey});
    canvas.line({x, panel.bottom}, {x, panel.bottom - (tick.label.empty() ? short_tick : long_tick)}, {.width = 1.3});
    if (style.numbers)
      canvas.text({x, panel.bottom - long_tick - 6}, tick.label,
                  {.size = style.size, .horizontal = Align::middle, .vertical = Align::end});
  }
  canvas.text({(panel.left + panel.right) / 2, panel.bottom - long_tick - 6 - 1.5 * style.size}, style.label,
              {.size = style.size + 2, .horizontal = Align::middle, .vertical = Align::end});
}

void draw_left_axis(Canvas& canvas, const Panel& panel, const Axis& axis, const AxisStyle& style) {
  double widest = 0;
  for (const Tick& tick : axis.ticks(style.spacing)) {
    const double y = std::round(axis.pixel(tick.value)) + 0.5;
    if (style.grid && !tick.label.empty() && y > panel.bottom + 2 && y < panel.top - 2)
      canvas.line({panel.left, y}, {panel.right, y}, {.color = light_grey});
    canvas.line({panel.left, y}, {panel.left - (tick.label.empty() ? short_tick : long_tick), y}, {.width = 1.3});
    const TextStyle text{.size = style.size, .horizontal = Align::end, .vertical = Align::middle};
    if (style.numbers) canvas.text({panel.left - long_tick - 5, y}, tick.label, text);
    widest = std::max(widest, canvas.text_width(tick.label, text));
  }
  canvas.text({panel.left - long_tick - 5 - widest - 12, (panel.bottom + panel.top) / 2}, style.label,
              {.size = style.size + 2, .horizontal = Align::middle, .rotation = 90});
}

}  // namespace terrella::viz
