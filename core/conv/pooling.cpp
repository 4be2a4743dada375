// Windows as slices: one for each place in the window, all of the result's shape.
#include "core/conv.h"
#include "core/error.h"
#include "core/ops.h"

namespace terrella {
namespace {

Tensor pooled(const char* operation, const Tensor& x, const std::vector<std::int64_t>& window,
              std::vector<std::int64_t> stride, Tensor (*join)(const Tensor&, const Tensor&)) {
  const int axes = static_cast<int>(window.size()), first = x.rank() - axes;
  if (axes < 1 || first < 0)
    fail(operation, ": a window of ", axes, " axes over x of shape ", x.shape(),
         "; give one extent for each of the last axes");
  if (stride.empty()) stride = window;
  if (stride.size() != window.size())
    fail(operation, ": ", stride.size(), " strides for ", axes, " axes; give one an axis");
  std::int64_t places = 1;
  for (int i = 0; i < axes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (window[at] < 1 || stride[at] < 1 || window[at] > x.shape()[first + i])
      fail(operation, ": window ", window[at], ", stride ", stride[at], " along axis ", first + i, " of shape ",
           x.shape(), "; the window must fit, the stride be 1 or more");
    places *= window[at];
  }
  Tensor result = Tensor::none();
  for (std::int64_t place = 0; place < places; ++place) {
    std::vector<Slice> slices(static_cast<std::size_t>(x.rank()));
    std::int64_t rest = place;
    for (int i = axes; i-- > 0;) {
      const auto at = static_cast<std::size_t>(i);
      const std::int64_t start = rest % window[at],
                         last = (x.shape()[first + i] - window[at]) / stride[at] * stride[at];
      rest /= window[at];
      slices[static_cast<std::size_t>(first + i)] = {start, start + last + 1, stride[at]};
    }
    const Tensor part = slice(x, slices);
    result = result.defined() ? join(result, part) : part;
  }
  return result;
}

}  // namespace

Tensor max_pool(const Tensor& x, const std::vector<std::int64_t>& window, std::vector<std::int64_t> stride) {
  return pooled("max_pool", x, window, std::move(stride),
                [](const Tensor& a, const Tensor& b) { return maximum(a, b); });
}

Tensor mean_pool(const Tensor& x, const std::vector<std::int64_t>& window, std::vector<std::int64_t> stride) {
  double places = 1;
  for (const std::int64_t extent : window) places *= static_cast<double>(extent);
  return pooled("mean_pool", x, window, std::move(stride), [](const Tensor& a, const Tensor& b) { return a + b; }) /
         places;
}

}  // namespace terrella
