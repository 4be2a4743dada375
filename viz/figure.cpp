#include "viz/figure.h"

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "viz/job.h"
#include "viz/renderer.h"

namespace terrella::viz {

FigureArea area_of(const Figure& f) {
  return {0, 10 + 25.0 * static_cast<double>(f.notes.size()), static_cast<double>(f.width),
          f.height - (f.title.empty() ? 0 : 50) - (f.subtitle.empty() ? 0 : 32) - 12.0};
}

void write_figure(const Figure& figure, const std::string& path, double timeout_seconds) {
  for (int size : {figure.width, figure.height})
    if (size < 200 || size > 8000)
      fail("write_figure: a picture of ", figure.width, " x ", figure.height, " pixels; both from 200 to 8000");
  datasets::write_file(path, render(to_json(Job(figure)), {"figure.png"}, true, timeout_seconds)[0]);
}

}  // namespace terrella::viz
