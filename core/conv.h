// core/conv.h: convolutions of images in one, two or three dimensions, and pooling; differentiable to any order.
//
// x [images, channels, extents..], kernel [outputs, channels / groups, extents..]: cross-correlation, as networks have
// it. f32 f64 c64 c128; other dtypes become f64.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace terrella {

/// One entry an axis; an empty list means 1 everywhere, for padding 0.
struct ConvolutionOptions {
  std::vector<std::int64_t> stride, dilation;
  std::vector<std::pair<std::int64_t, std::int64_t>> padding;  ///< zeros before and after
  std::int64_t groups = 1;                                     ///< of channels that see only themselves
};

/// [images, outputs, (extent + padding - dilation (kernel - 1) - 1) / stride + 1 ..].
Tensor convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options = {});

/// The transpose of a convolution: x is like its result, the result like its x. kernel [channels of x, outputs /
/// groups, extents..]. `extra` adds to the extents of the result, less than the stride an axis: where a stride leaves
/// several.
Tensor transposed_convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options = {},
                              const std::vector<std::int64_t>& extra = {});

/// Padding that leaves extents as they are where the stride is 1, the larger half behind.
std::vector<std::pair<std::int64_t, std::int64_t>> same_padding(const Tensor& kernel,
                                                                const std::vector<std::int64_t>& dilation = {});

/// Largest (mean) value in windows over the last axes, one extent an axis; stride as the window unless given.
/// Derivatives of a largest value that occurs several times are shared as maximum() shares them.
Tensor max_pool(const Tensor& x, const std::vector<std::int64_t>& window, std::vector<std::int64_t> stride = {});
Tensor mean_pool(const Tensor& x, const std::vector<std::int64_t>& window, std::vector<std::int64_t> stride = {});

}  // namespace terrella
