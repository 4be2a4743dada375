// Convolutions and pooling.
#include "core/conv.h"

#include "core/error.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using Several = std::vector<std::int64_t>;

/// An int for all axes, or one an axis.
Several per_axis(const py::object& value, int axes) {
  if (py::isinstance<py::int_>(value))
    return Several(static_cast<std::size_t>(std::max(0, axes)), value.cast<std::int64_t>());
  return value.cast<Several>();
}

std::vector<std::pair<std::int64_t, std::int64_t>> padding_of(const py::object& padding, const Tensor& kernel,
                                                              const Several& dilation) {
  if (py::isinstance<py::str>(padding)) {
    const auto word = padding.cast<std::string>();
    if (word == "valid") return {};
    if (word == "same") return same_padding(kernel, dilation);
    fail("conv: padding '", word, "' does not exist; choose 'valid', 'same' or numbers");
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  if (py::isinstance<py::int_>(padding)) {
    for (const std::int64_t width : per_axis(padding, kernel.rank() - 2)) pairs.emplace_back(width, width);
    return pairs;
  }
  for (const py::handle entry : padding) {
    if (py::isinstance<py::int_>(entry))
      pairs.emplace_back(entry.cast<std::int64_t>(), entry.cast<std::int64_t>());
    else
      pairs.push_back(entry.cast<std::pair<std::int64_t, std::int64_t>>());
  }
  return pairs;
}

ConvolutionOptions options_of(const Tensor& kernel, const py::object& stride, const py::object& padding,
                              const py::object& dilation, std::int64_t groups) {
  const int axes = kernel.rank() - 2;
  ConvolutionOptions o;
  o.stride = per_axis(stride, axes);
  o.dilation = per_axis(dilation, axes);
  o.padding = padding_of(padding, kernel, o.dilation);
  o.groups = groups;
  return o;
}

using Pool = Tensor (*)(const Tensor&, const Several&, Several);

void pool(py::module_& m, const char* name, Pool f, const char* help) {
  const std::string doc = std::string(help) + R"(

x      : tensor; the window moves over its last axes
window : extents of the window, one an axis
stride : steps of the window, one an axis; as the window where None
raises : ValueError where the window does not fit)";
  m.def(
      name,
      [f](const Operand& x, const Several& window, const std::optional<Several>& stride) {
        return f(x.value, window, stride.value_or(Several{}));
      },
      "x"_a, "window"_a, "stride"_a = py::none(), Unlocked(), doc.c_str());
}

}  // namespace

void bind_conv(py::module_& m) {
  m.def(
      "conv",
      [](const Operand& x, const Operand& kernel, const py::object& stride, const py::object& padding,
         const py::object& dilation, std::int64_t groups) {
        const ConvolutionOptions options = options_of(kernel.value, stride, padding, dilation, groups);
        const py::gil_scoped_release unlocked;
        return convolution(x.value, kernel.value, options);
      },
      "x"_a, "kernel"_a, py::kw_only(), "stride"_a = 1, "padding"_a = 0, "dilation"_a = 1, "groups"_a = 1,
      R"(Convolution in one to three dimensions, as networks have it: the kernel is not flipped.

x        : [images, channels, extents..]
kernel   : [outputs, channels / groups, extents..]
stride, dilation : int, or one an axis
padding  : zeros around x: int, one or a pair (before, after) an axis, 'valid' (none) or 'same' (extents stay with stride 1)
groups   : parts of the channels that see only themselves
returns  : [images, outputs, extents..]
raises   : ValueError where shapes do not match or nothing is left)");
  m.def(
      "conv_transpose",
      [](const Operand& x, const Operand& kernel, const py::object& stride, const py::object& padding,
         const py::object& dilation, std::int64_t groups, const py::object& output_padding) {
        const ConvolutionOptions options = options_of(kernel.value, stride, padding, dilation, groups);
        const Several extra = per_axis(output_padding, kernel.value.rank() - 2);
        const py::gil_scoped_release unlocked;
        return transposed_convolution(x.value, kernel.value, options, extra);
      },
      "x"_a, "kernel"_a, py::kw_only(), "stride"_a = 1, "padding"_a = 0, "dilation"_a = 1, "groups"_a = 1,
      "output_padding"_a = 0,
      R"(The transpose of conv() with the same kernel and options: from what it returns to what it takes.

x        : [images, outputs of the convolution, extents..]
kernel   : [channels of x, channels of the result / groups, extents..]
output_padding : more elements of the result, fewer than the stride: int, or one an axis
returns  : [images, channels, extents..]
raises   : ValueError where shapes do not match or nothing is left)");
  pool(m, "max_pool", &max_pool, "Largest value in windows.");
  pool(m, "mean_pool", &mean_pool, "Mean value in windows.");
}

}  // namespace terrella::python
