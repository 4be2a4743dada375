// Views: reshape, transpose, broadcast_to, slice and what is made of them.
#include "core/ops/shape.h"

#include <algorithm>
#include <numeric>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/linear.h"
#include "core/ops/create.h"
#include "core/ops/elementwise.h"
#include "core/ops/reduce.h"

namespace terrella {
namespace {

using graph::Aval;

Shape prepended(std::int64_t extent, const Shape& shape) {
  Shape s = shape;
  s.insert(0, extent);
  return s;
}

struct Reshape {
  static constexpr auto name = "reshape";
  Shape shape;
  Aval output(const Aval& x) const { return {shape, x.dtype}; }
  void apply(Backend& backend, const Array& x, Array& y) const {
    y = row_major(backend, x);
    y.shape = shape;
    y.strides = row_major_strides(shape);
  }
  Tensor adjoint(const Tensor& g, const Aval& from) const { return reshape(g, from.shape); }
  Tensor batched(const Tensor& x) const { return reshape(x, prepended(x.shape()[0], shape)); }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::reshape); }
  bool operator==(const Reshape&) const = default;
};

struct Transpose {
  static constexpr auto name = "transpose";
  Shape axes;
  Aval output(const Aval& x) const {
    Aval y = x;
    for (int i = 0; i < axes.rank(); ++i) y.shape[i] = x.shape[static_cast<int>(axes[i])];
    return y;
  }
  void apply(Backend&, const Array& x, Array& y) const {
    const Shape shape = y.shape;
    y = x;
    y.shape = shape;
    for (int i = 0; i < axes.rank(); ++i) y.strides[i] = x.strides[static_cast<int>(axes[i])];
  }
  Tensor adjoint(const Tensor& g, const Aval&) const {
    std::vector<std::int64_t> inverse(static_cast<std::size_t>(axes.rank()));
    for (int i = 0; i < axes.rank(); ++i) inverse[static_cast<std::size_t>(axes[i])] = i;
    return transpose(g, inverse);
  }
  Tensor batched(const Tensor& x) const {
    std::vector<std::int64_t> shifted = {0};
    for (const std::int64_t a : axes) shifted.push_back(a + 1);
    return transpose(x, shifted);
  }
  graph::Lowering lowering() const {
    graph::Lowering l = graph::Lowering::of(graph::Lowering::Kind::transpose);
    l.axes = axes;
    return l;
  }
  bool operator==(const Transpose&) const = default;
};

struct Broadcast {
  static constexpr auto name = "broadcast_to";
  Shape shape;
  Aval output(const Aval& x) const { return {shape, x.dtype}; }
  void apply(Backend&, const Array& x, Array& y) const {
    y = x;
    y.shape = shape;
    y.strides = Shape::filled(shape.rank(), 0);
    const int shift = shape.rank() - x.shape.rank();
    for (int i = 0; i < x.shape.rank(); ++i) y.strides[i + shift] = x.shape[i] == 1 ? 0 : x.strides[i];
  }
  Tensor adjoint(const Tensor& g, const Aval& from) const { return sum_to(g, from.shape); }
  Tensor batched(const Tensor& x) const {
    Shape aligned = x.shape();
    while (aligned.rank() < shape.rank() + 1) aligned.insert(1, 1);
    return broadcast_to(reshape(x, aligned), prepended(x.shape()[0], shape));
  }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::broadcast); }
  bool operator==(const Broadcast&) const = default;
};

struct StridedSlice {
  static constexpr auto name = "slice";
  std::vector<Range> ranges;
  Aval output(const Aval& x) const {
    Aval y = x;
    for (int i = 0; i < x.shape.rank(); ++i) y.shape[i] = ranges[static_cast<std::size_t>(i)].count;
    return y;
  }
  void apply(Backend&, const Array& x, Array& y) const { y = view(x, ranges); }
  Tensor adjoint(const Tensor& g, const Aval& from) const;
  Tensor batched(const Tensor& x) const { return graph::linear(StridedSlice{with_batch(x.shape()[0])}, x); }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::opaque); }
  bool operator==(const StridedSlice&) const = default;
  std::vector<Range> with_batch(std::int64_t size) const {
    std::vector<Range> all = {{0, size, 1}};
    all.insert(all.end(), ranges.begin(), ranges.end());
    return all;
  }
};

/// Adjoint of a slice: its values placed in zeros.
struct Place {
  static constexpr auto name = "place";
  StridedSlice where;
  Shape shape;
  Aval output(const Aval& x) const { return {shape, x.dtype}; }
  void apply(Backend& backend, const Array& x, Array& y) const {
    y = backend.zeros(y.dtype, shape);
    backend.copy_into(x, view(y, where.ranges));
  }
  Tensor adjoint(const Tensor& g, const Aval&) const { return graph::linear(where, g); }
  Tensor batched(const Tensor& x) const {
    const std::int64_t size = x.shape()[0];
    return graph::linear(Place{StridedSlice{where.with_batch(size)}, prepended(size, shape)}, x);
  }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::opaque); }
  bool operator==(const Place&) const = default;
};

Tensor StridedSlice::adjoint(const Tensor& g, const Aval& from) const {
  return graph::linear(Place{*this, from.shape}, g);
}

Range normal(const Slice& s, std::int64_t extent) {
  if (s.step == 0) fail("slice: step is 0");
  const std::int64_t low = s.step > 0 ? 0 : -1, high = s.step > 0 ? extent : extent - 1;
  const auto bound = [&](std::int64_t i) { return std::clamp(i < 0 ? i + extent : i, low, high); };
  const std::int64_t start = s.start ? bound(*s.start) : s.step > 0 ? low : high;
  const std::int64_t stop = s.stop ? bound(*s.stop) : s.step > 0 ? high : low;
  const std::int64_t span = s.step > 0 ? stop - start : start - stop, by = std::abs(s.step);
  const std::int64_t count = span > 0 ? (span + by - 1) / by : 0;
  return {count > 0 ? start : 0, count, s.step};
}

std::vector<Range> whole(const Shape& shape) {
  std::vector<Range> ranges;
  for (const std::int64_t e : shape) ranges.push_back({0, e, 1});
  return ranges;
}

std::vector<std::int64_t> all_axes(int rank) {
  std::vector<std::int64_t> axes(static_cast<std::size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& wanted) {
  Shape shape = wanted;
  int open = -1;
  std::int64_t known = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == -1 && open < 0)
      open = i;
    else if (shape[i] < 0)
      fail("reshape: ", wanted, " has a negative extent; at most one may be -1");
    else
      known *= shape[i];
  }
  if (open >= 0) {
    if (known == 0 || x.size() % known != 0) fail("reshape: ", x.shape(), " does not fit ", wanted);
    shape[open] = x.size() / known;
  }
  if (shape.size() != x.size())
    fail("reshape: ", x.shape(), " has ", x.size(), " elements, ", wanted, " would have ", shape.size());
  return shape == x.shape() ? x : graph::linear(Reshape{shape}, x);
}

Tensor ravel(const Tensor& x) { return reshape(x, {x.size()}); }

Tensor transpose(const Tensor& x, std::vector<std::int64_t> axes) {
  if (axes.empty()) {
    axes = all_axes(x.rank());
    std::reverse(axes.begin(), axes.end());
  }
  if (static_cast<int>(axes.size()) != x.rank())
    fail("transpose: ", axes.size(), " axes for a tensor of shape ", x.shape(), "; name each axis once");
  Shape order;
  std::vector<bool> seen(axes.size());
  for (const std::int64_t a : axes) {
    const int axis = normal_axis("transpose", a, x.rank());
    if (seen[static_cast<std::size_t>(axis)]) fail("transpose: axis ", a, " is named twice");
    seen[static_cast<std::size_t>(axis)] = true;
    order.push_back(axis);
  }
  return std::is_sorted(order.begin(), order.end()) ? x : graph::linear(Transpose{order}, x);
}

Tensor swap_axes(const Tensor& x, std::int64_t a, std::int64_t b) {
  std::vector<std::int64_t> axes = all_axes(x.rank());
  std::swap(axes[static_cast<std::size_t>(normal_axis("swap_axes", a, x.rank()))],
            axes[static_cast<std::size_t>(normal_axis("swap_axes", b, x.rank()))]);
  return transpose(x, axes);
}

Tensor matrix_transpose(const Tensor& x) {
  if (x.rank() < 2) fail("matrix_transpose: needs at least 2 axes, got shape ", x.shape());
  return swap_axes(x, -1, -2);
}

Tensor adjoint(const Tensor& x) {
  const Tensor y = matrix_transpose(x);
  return is_complex(x.dtype()) ? conj(y) : y;
}

Tensor move_axis(const Tensor& x, std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> axes = all_axes(x.rank());
  const int source = normal_axis("move_axis", from, x.rank()), target = normal_axis("move_axis", to, x.rank());
  axes.erase(axes.begin() + source);
  axes.insert(axes.begin() + target, source);
  return transpose(x, axes);
}

Tensor expand_dims(const Tensor& x, std::int64_t axis) {
  Shape shape = x.shape();
  shape.insert(normal_axis("expand_dims", axis, x.rank() + 1), 1);
  return reshape(x, shape);
}

Tensor squeeze(const Tensor& x, std::optional<std::int64_t> axis) {
  Shape shape;
  const int only = axis ? normal_axis("squeeze", *axis, x.rank()) : -1;
  if (axis && x.shape()[only] != 1) fail("squeeze: axis ", *axis, " of shape ", x.shape(), " has not extent 1");
  for (int i = 0; i < x.rank(); ++i)
    if (axis ? i != only : x.shape()[i] != 1) shape.push_back(x.shape()[i]);
  return reshape(x, shape);
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (!(broadcast_shapes("broadcast_to", x.shape(), shape) == shape))
    fail("broadcast_to: shape ", x.shape(), " does not broadcast to ", shape);
  return graph::linear(Broadcast{shape}, x);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (x.rank() < shape.rank() || !(broadcast_shapes("sum_to", shape, x.shape()) == x.shape()))
    // A derivative that lacks axes of its input is a broadcast one.
    return sum_to(broadcast_to(x, broadcast_shapes("sum_to", x.shape(), shape)), shape);
  std::vector<std::int64_t> axes;
  const int shift = x.rank() - shape.rank();
  for (int i = 0; i < x.rank(); ++i)
    if (i < shift || (shape[i - shift] == 1 && x.shape()[i] != 1)) axes.push_back(i);
  return reshape(sum(x, axes), shape);
}

Tensor slice(const Tensor& x, const std::vector<Slice>& slices) {
  if (static_cast<int>(slices.size()) > x.rank())
    fail("slice: ", slices.size(), " slices for a tensor of shape ", x.shape());
  std::vector<Range> ranges = whole(x.shape());
  bool everything = true;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    ranges[i] = normal(slices[i], x.shape()[static_cast<int>(i)]);
    everything &= ranges[i].step == 1 && ranges[i].count == x.shape()[static_cast<int>(i)];
  }
  return everything ? x : graph::linear(StridedSlice{ranges}, x);
}

Tensor slice(const Tensor& x, std::int64_t axis, Slice range) {
  std::vector<Slice> slices(static_cast<std::size_t>(normal_axis("slice", axis, x.rank())) + 1);
  slices.back() = range;
  return slice(x, slices);
}

Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& widths) {
  if (static_cast<int>(widths.size()) != x.rank())
    fail("pad: ", widths.size(), " pairs of widths for a tensor of shape ", x.shape(), "; give one an axis");
  std::vector<Range> ranges;
  Shape shape = x.shape();
  for (int i = 0; i < x.rank(); ++i) {
    const auto [before, after] = widths[static_cast<std::size_t>(i)];
    if (before < 0 || after < 0) fail("pad: negative width (", before, ", ", after, ") on axis ", i, "; use slice()");
    ranges.push_back({before, shape[i], 1});
    shape[i] += before + after;
  }
  return graph::linear(Place{StridedSlice{ranges}, shape}, x);
}

Tensor flip(const Tensor& x, std::vector<std::int64_t> axes) {
  if (axes.empty()) axes = all_axes(x.rank());
  std::vector<Slice> slices(static_cast<std::size_t>(x.rank()));
  for (const std::int64_t a : axes) slices[static_cast<std::size_t>(normal_axis("flip", a, x.rank()))].step = -1;
  return slice(x, slices);
}

Tensors split(const Tensor& x, std::int64_t parts, std::int64_t axis) {
  const std::int64_t extent = x.shape()[normal_axis("split", axis, x.rank())];
  if (parts < 1 || extent % parts != 0)
    fail("split: axis ", axis, " of shape ", x.shape(), " does not split into ", parts, " equal parts");
  std::vector<std::int64_t> positions;
  for (std::int64_t i = 1; i < parts; ++i) positions.push_back(i * (extent / parts));
  return split(x, positions, axis);
}

Tensors split(const Tensor& x, const std::vector<std::int64_t>& positions, std::int64_t axis) {
  Tensors parts;
  std::int64_t start = 0;
  for (const std::int64_t stop : positions) {
    parts.push_back(slice(x, axis, {start, stop}));
    start = stop;
  }
  parts.push_back(slice(x, axis, {start, {}}));
  return parts;
}

}  // namespace terrella
