// core/backend/convolution.h: the sizes of a convolution, for backends.
#pragma once
#include <array>
#include <cstdint>

namespace terrella {

/// out[n, o, q] = sum_{c, k} w[o, c, k] x[n, c of o's group, q stride + k dilation - before], zeros outside of x. Three
/// axes always; those that are not there come first, with extent 1.
struct ConvolutionShape {
  using Extents = std::array<std::int64_t, 3>;
  std::int64_t images = 1, groups = 1, channels = 1, outputs = 1;  ///< channels of x, of out; multiples of groups
  Extents in{1, 1, 1}, out{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1}, before{0, 0, 0};
  bool operator==(const ConvolutionShape&) const = default;

  static std::int64_t count(const Extents& e) { return e[0] * e[1] * e[2]; }
  std::int64_t taps() const { return count(kernel); }
  std::int64_t positions() const { return count(out); }
  std::int64_t group_channels() const { return channels / groups; }
  std::int64_t group_outputs() const { return outputs / groups; }
};

}  // namespace terrella
