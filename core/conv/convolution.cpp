#include "core/backend/convolution.h"

#include "core/backend/backend.h"
#include "core/conv.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/graph/taylor.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;

/// A convolution has three sides: what goes in, the kernel, what comes out. Each is linear in each of the other two,
/// and every derivative of one is another.
enum class Side : std::uint8_t { input, kernel, output };

class Convolution final : public graph::Op {
 public:
  Convolution(Side side, const ConvolutionShape& shape, int axes) : side_(side), shape_(shape), axes_(axes) {}
  std::string_view name() const override {
    return side_ == Side::output  ? "convolution"
           : side_ == Side::input ? "convolution_to_input"
                                  : "convolution_to_kernel";
  }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    switch (side_) {
      case Side::output:
        return backend.convolve(shape_, in[0], in[1], out[0]);
      case Side::input:
        return backend.convolve_to_input(shape_, in[0], in[1], out[0]);
      case Side::kernel:
        return backend.convolve_to_kernel(shape_, in[0], in[1], out[0]);
    }
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensor a = t[0].defined() ? again(t[0], node.inputs[1]) : Tensor::none();
    const Tensor b = t[1].defined() ? again(node.inputs[0], t[1]) : Tensor::none();
    return {!a.defined() ? b : !b.defined() ? a : a + b};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensor &x = node.inputs[0], &y = node.inputs[1];
    const auto of = [&](Side side, const Tensor& a, const Tensor& b) { return make(side, shape_, axes_, a, b); };
    const auto if_needed = [&](std::size_t i, const auto& f) { return needed[i] ? f() : Tensor::none(); };
    switch (side_) {
      case Side::output:  // of input, kernel
        return {if_needed(0, [&] { return of(Side::input, g[0], conj(y)); }),
                if_needed(1, [&] { return of(Side::kernel, conj(x), g[0]); })};
      case Side::input:  // of output, kernel
        return {if_needed(0, [&] { return of(Side::output, g[0], conj(y)); }),
                if_needed(1, [&] { return of(Side::kernel, g[0], conj(x)); })};
      default:  // of input, output
        return {if_needed(0, [&] { return of(Side::input, conj(y), g[0]); }),
                if_needed(1, [&] { return of(Side::output, conj(x), g[0]); })};
    }
  }
  /// A batch becomes more images, or more groups where the kernel has it.
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const override {
    ConvolutionShape s = shape_;
    const auto whole = [&](std::size_t i) {
      Shape shape = inputs[i].shape();
      if (!batched[i]) {
        shape = Shape{size};
        for (const std::int64_t extent : inputs[i].shape()) shape.push_back(extent);
      }
      return broadcast_to(batched[i] ? inputs[i] : expand_dims(inputs[i], 0), shape);
    };
    if (side_ != Side::kernel && !batched[1]) {
      s.images *= size;
      return {unmerged(make(side_, s, axes_, merged(inputs[0], 0), inputs[1]), 0, size)};
    }
    s.groups *= size;
    s.channels *= size;
    s.outputs *= size;
    const auto beside = [&](std::size_t i) {
      return merged(move_axis(whole(i), 0, 1), 1);
    };  // [images, size channels ..]
    if (side_ == Side::kernel) return {unmerged(make(side_, s, axes_, beside(0), beside(1)), 0, size)};
    return {move_axis(unmerged(make(side_, s, axes_, beside(0), merged(whole(1), 0)), 1, size), 1, 0)};
  }
  std::optional<Tensor> taylor(const graph::TaylorContext& series) const override {
    return graph::leibniz(series.inputs[0], series.inputs[1], series.order, 0, series.order,
                          [this](const Tensor& a, const Tensor& b) { return again(a, b); });
  }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool same_as(const graph::Op& other) const override {
    const auto* same = dynamic_cast<const Convolution*>(&other);
    return same && same->side_ == side_ && same->shape_ == shape_ && same->axes_ == axes_;
  }

  static Tensor make(Side side, const ConvolutionShape& s, int axes, const Tensor& a, const Tensor& b) {
    Shape shape = side == Side::input    ? Shape{s.images, s.channels}
                  : side == Side::kernel ? Shape{s.outputs, s.group_channels()}
                                         : Shape{s.images, s.outputs};
    const auto& extents = side == Side::input ? s.in : side == Side::kernel ? s.kernel : s.out;
    for (int i = 3 - axes; i < 3; ++i) shape.push_back(extents[static_cast<std::size_t>(i)]);
    return graph::make(std::make_shared<Convolution>(side, s, axes), {a, b}, {shape, a.dtype()});
  }

 private:
  Tensor again(const Tensor& a, const Tensor& b) const { return make(side_, shape_, axes_, a, b); }
  /// Axes `axis` and the next as one, and back.
  static Tensor merged(const Tensor& x, int axis) {
    Shape shape = x.shape();
    shape[axis] *= shape[axis + 1];
    shape.erase(axis + 1);
    return reshape(x, shape);
  }
  static Tensor unmerged(const Tensor& x, int axis, std::int64_t size) {
    Shape shape;
    for (int i = 0; i < x.rank(); ++i) {
      if (i == axis) shape.push_back(size);
      shape.push_back(i == axis ? x.shape()[i] / size : x.shape()[i]);
    }
    return reshape(x, shape);
  }

  Side side_;
  ConvolutionShape shape_;
  int axes_;
};

/// What options say of axis i of `axes`.
struct AxisOptions {
  std::int64_t stride = 1, dilation = 1, before = 0, after = 0;
};

std::vector<AxisOptions> of_axes(const char* operation, const ConvolutionOptions& o, int axes) {
  const auto count = static_cast<std::size_t>(axes);
  const auto check = [&](std::size_t given, const char* what) {
    if (given != 0 && given != count)
      fail(operation, ": ", given, " values of ", what, " for ", axes, " axes; give one an axis");
  };
  check(o.stride.size(), "stride");
  check(o.dilation.size(), "dilation");
  check(o.padding.size(), "padding");
  std::vector<AxisOptions> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!o.stride.empty()) all[i].stride = o.stride[i];
    if (!o.dilation.empty()) all[i].dilation = o.dilation[i];
    if (!o.padding.empty()) std::tie(all[i].before, all[i].after) = o.padding[i];
    if (all[i].stride < 1 || all[i].dilation < 1)
      fail(operation, ": stride ", all[i].stride, ", dilation ", all[i].dilation, "; both must be 1 or more");
    if (all[i].before < 0 || all[i].after < 0) fail(operation, ": padding must not be negative; slice() cuts");
  }
  return all;
}

/// Checks ranks and channels; the shape but for in and out. `sides` are the channels of x and of the result.
ConvolutionShape shape_of(const char* operation, const Tensor& x, const Tensor& kernel, const ConvolutionOptions& o,
                          bool transposed) {
  const int axes = kernel.rank() - 2;
  if (axes < 1 || axes > 3)
    fail(operation, ": a kernel of shape ", kernel.shape(), "; it must have outputs, channels and 1 to 3 axes");
  if (x.rank() != kernel.rank())
    fail(operation, ": x of shape ", x.shape(), " and a kernel of shape ", kernel.shape(),
         "; both must have as many axes, those of x being images, channels and extents");
  ConvolutionShape s;
  s.groups = o.groups;
  if (s.groups < 1) fail(operation, ": ", s.groups, " groups; there must be 1 or more");
  s.images = x.shape()[0];
  s.outputs = kernel.shape()[0];
  s.channels = kernel.shape()[1] * s.groups;
  const std::int64_t wanted = transposed ? s.outputs : s.channels;
  if (x.shape()[1] != wanted || s.outputs % s.groups != 0)
    fail(operation, ": x of shape ", x.shape(), " and a kernel of shape ", kernel.shape(), " in ", s.groups,
         " groups do not match: x must have ", wanted, " channels, and groups must divide ", s.outputs);
  const std::vector<AxisOptions> each = of_axes(operation, o, axes);
  for (std::size_t i = 0; i < each.size(); ++i) {
    const std::size_t at = 3 - each.size() + i;
    s.kernel[at] = kernel.shape()[static_cast<int>(i) + 2];
    if (s.kernel[at] < 1) fail(operation, ": a kernel of shape ", kernel.shape(), " has nothing in it");
    s.stride[at] = each[i].stride;
    s.dilation[at] = each[i].dilation;
    s.before[at] = each[i].before;
  }
  return s;
}

DType floating_of_both(const Tensor& x, const Tensor& kernel) { return floating_of(common_dtype(x, kernel)); }

}  // namespace

Tensor convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options) {
  ConvolutionShape s = shape_of("convolution", x, kernel, options, false);
  const int axes = x.rank() - 2;
  const std::vector<AxisOptions> each = of_axes("convolution", options, axes);
  for (int i = 0; i < axes; ++i) {
    const auto at = static_cast<std::size_t>(3 - axes + i);
    const AxisOptions& o = each[static_cast<std::size_t>(i)];
    s.in[at] = x.shape()[i + 2];
    const std::int64_t room = s.in[at] + o.before + o.after - o.dilation * (s.kernel[at] - 1) - 1;
    if (room < 0)
      fail("convolution: the kernel of shape ", kernel.shape(), " does not fit into x of shape ", x.shape(),
           " along axis ", i + 2, "; add padding");
    s.out[at] = room / o.stride + 1;
  }
  const DType dtype = floating_of_both(x, kernel);
  return Convolution::make(Side::output, s, axes, cast(x, dtype), cast(kernel, dtype));
}

Tensor transposed_convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options,
                              const std::vector<std::int64_t>& extra) {
  ConvolutionShape s = shape_of("transposed_convolution", x, kernel, options, true);
  const int axes = x.rank() - 2;
  if (!extra.empty() && static_cast<int>(extra.size()) != axes)
    fail("transposed_convolution: ", extra.size(), " extra extents for ", axes, " axes; give one an axis");
  const std::vector<AxisOptions> each = of_axes("transposed_convolution", options, axes);
  for (int i = 0; i < axes; ++i) {
    const auto at = static_cast<std::size_t>(3 - axes + i);
    const AxisOptions& o = each[static_cast<std::size_t>(i)];
    const std::int64_t more = extra.empty() ? 0 : extra[static_cast<std::size_t>(i)];
    if (more < 0 || more >= o.stride)
      fail("transposed_convolution: ", more, " extra elements with stride ", o.stride,
           "; there must be 0 or more, fewer than the stride");
    s.out[at] = x.shape()[i + 2];
    s.in[at] = (s.out[at] - 1) * o.stride + o.dilation * (s.kernel[at] - 1) + 1 + more - o.before - o.after;
    if (s.out[at] < 1 || s.in[at] < 1)
      fail("transposed_convolution: x of shape ", x.shape(), " leaves nothing of axis ", i + 2, "; take less padding");
  }
  const DType dtype = floating_of_both(x, kernel);
  return Convolution::make(Side::input, s, axes, cast(x, dtype), cast(kernel, dtype));
}

std::vector<std::pair<std::int64_t, std::int64_t>> same_padding(const Tensor& kernel,
                                                                const std::vector<std::int64_t>& dilation) {
  std::vector<std::pair<std::int64_t, std::int64_t>> padding;
  for (int i = 2; i < kernel.rank(); ++i) {
    const auto at = static_cast<std::size_t>(i - 2);
    const std::int64_t both = (kernel.shape()[i] - 1) * (at < dilation.size() ? dilation[at] : 1);
    padding.emplace_back(both / 2, both - both / 2);
  }
  return padding;
}

}  // namespace terrella
