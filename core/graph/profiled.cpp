#include "core/graph/profiled.h"

#include <algorithm>

#include "core/error.h"

namespace terrella::graph {
namespace {

/// Of the elements in memory that an array shows.
std::int64_t bytes_of(const Array& array) {
  std::int64_t count = 1;
  for (int axis = 0; axis < array.shape.rank(); ++axis)
    if (array.strides[axis] != 0 || array.shape[axis] == 0) count *= array.shape[axis];
  return count * static_cast<std::int64_t>(size_of(array.dtype));
}

}  // namespace

void describe_arrays(profile::Scope& scope, std::span<const Array> inputs, std::span<const Array> outputs,
                     bool in_place, Origin origin) {
  scope.stop();
  std::string shapes;
  std::int64_t read = 0, written = 0;
  for (const Array& in : inputs) {
    shapes += text(shapes.empty() ? "" : ", ", name(in.dtype), ' ', in.shape);
    read += bytes_of(in);
  }
  shapes += shapes.empty() ? "->" : " ->";
  bool views = !in_place && !inputs.empty();
  for (const Array& out : outputs) {
    shapes += text(&out == outputs.data() ? " " : ", ", name(out.dtype), ' ', out.shape);
    written += bytes_of(out);
    views = views && std::any_of(inputs.begin(), inputs.end(),
                                 [&](const Array& in) { return in.buffer.get() == out.buffer.get(); });
  }
  if (!views) scope.moved(read, written);
  scope.describe(std::move(shapes), origin ? *origin : std::string());
}

}  // namespace terrella::graph
