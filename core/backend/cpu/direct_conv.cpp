#include "core/backend/cpu/direct_conv.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/backend/cpu/direct_conv_kernels.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t slab_bytes = 256 << 10;
constexpr std::int64_t taps_at_once = 192;

template <class T>
const DirectKernels& direct_kernels() {
  static const DirectTable table =
      table_for_isa(fill_direct_conv_baseline, fill_direct_conv_avx2, fill_direct_conv_avx512);
  if constexpr (sizeof(T) == 4)
    return table.f32;
  else
    return table.f64;
}

/// Of a row of x in a slab: what the taps of a row of out read, and what is read beyond its end.
template <class T>
std::int64_t slab_width(const ConvolutionShape& s) {
  return s.out[2] + (s.kernel[2] - 1) * s.dilation[2] + direct_kernels<T>().positions;
}

/// How images are cut: some rows of one plane of out at a time, whose slab of x has the zeros around it, channel by
/// channel, for each plane of the kernel the rows that are read.
struct Slabs {
  const ConvolutionShape& s;
  std::int64_t lines, blocks;  ///< rows of out of a slab, slabs of a plane
  std::int64_t rows, width;    ///< of x in a slab
  std::vector<long> offset;    ///< of each tap of a row

  template <class T>
  static Slabs of(const ConvolutionShape& s, T) {
    const std::int64_t reach = (s.kernel[1] - 1) * s.dilation[1];
    const std::int64_t width = slab_width<T>(s);
    const std::int64_t row = s.group_channels() * s.kernel[0] * width * static_cast<std::int64_t>(sizeof(T));
    const std::int64_t fit = (slab_bytes / row - reach) / s.stride[1];
    const std::int64_t lines = std::clamp<std::int64_t>(fit, std::min<std::int64_t>(4, s.out[1]), s.out[1]);
    Slabs slabs{s, lines, (s.out[1] + lines - 1) / lines, (lines - 1) * s.stride[1] + reach + 1, width, {}};
    for (std::int64_t c = 0; c < s.group_channels(); ++c)
      for (std::int64_t k0 = 0; k0 < s.kernel[0]; ++k0)
        for (std::int64_t k1 = 0; k1 < s.kernel[1]; ++k1)
          for (std::int64_t k2 = 0; k2 < s.kernel[2]; ++k2)
            slabs.offset.push_back(((c * s.kernel[0] + k0) * slabs.rows + k1 * s.dilation[1]) * width +
                                   k2 * s.dilation[2]);
    return slabs;
  }

  std::int64_t taps() const { return static_cast<std::int64_t>(offset.size()); }
  std::int64_t size() const { return s.group_channels() * s.kernel[0] * rows * width; }
  std::int64_t count() const { return s.images * s.out[0] * blocks; }  ///< of one group
  std::int64_t image(std::int64_t slab) const { return slab / (s.out[0] * blocks); }
  std::int64_t plane(std::int64_t slab) const { return slab / blocks % s.out[0]; }
  std::int64_t first(std::int64_t slab) const { return slab % blocks * lines; }
  std::int64_t last(std::int64_t slab) const { return std::min(s.out[1], first(slab) + lines); }
  /// Where the first tap of line q1 begins.
  std::int64_t line(std::int64_t slab, std::int64_t q1) const { return (q1 - first(slab)) * s.stride[1] * width; }
  /// Where that line stands in an image of out.
  std::int64_t out(std::int64_t slab, std::int64_t q1) const { return (plane(slab) * s.out[1] + q1) * s.out[2]; }

  template <class T>
  void load(const T* x, std::int64_t group, std::int64_t slab, T* to) const {
    const std::int64_t size_of_image = ConvolutionShape::count(s.in);
    const T* const image_of = x + (image(slab) * s.channels + group * s.group_channels()) * size_of_image;
    const std::int64_t low = std::clamp<std::int64_t>(s.before[2], 0, width);  // zeros in front of a row
    const std::int64_t skip = low - s.before[2];  // of the row itself, where `before` is less than nothing
    const std::int64_t full = std::clamp<std::int64_t>(s.in[2] - skip, 0, width - low);
    for (std::int64_t c = 0; c < s.group_channels(); ++c)
      for (std::int64_t k0 = 0; k0 < s.kernel[0]; ++k0) {
        const std::int64_t i0 = plane(slab) * s.stride[0] + k0 * s.dilation[0] - s.before[0];
        for (std::int64_t r = 0; r < rows; ++r, to += width) {
          const std::int64_t i1 = first(slab) * s.stride[1] + r - s.before[1];
          if (i0 < 0 || i0 >= s.in[0] || i1 < 0 || i1 >= s.in[1]) {
            std::fill_n(to, width, T(0));
            continue;
          }
          const T* const from = image_of + ((c * s.in[0] + i0) * s.in[1] + i1) * s.in[2] + skip;
          std::fill_n(to, low, T(0));
          std::copy_n(from, full, to + low);
          std::fill(to + low + full, to + width, T(0));
        }
      }
  }
};

/// to[j width + o] = from[o apart + j], some j at a time, which stay in the first cache.
template <class T>
void transpose(const T* from, std::int64_t apart, std::int64_t outputs, std::int64_t n, std::int64_t width, T* to) {
  constexpr std::int64_t together = 32;
  for (std::int64_t first = 0; first < n; first += together)
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t j = first; j < std::min(n, first + together); ++j) to[j * width + o] = from[o * apart + j];
}

}  // namespace

ConvolutionShape reversed(const ConvolutionShape& s) {
  ConvolutionShape r = s;
  std::swap(r.channels, r.outputs);
  std::swap(r.in, r.out);
  for (std::size_t axis = 0; axis < 3; ++axis)
    r.before[axis] = (s.kernel[axis] - 1) * s.dilation[axis] - s.before[axis];
  return r;
}

template <class T>
bool is_direct(const ConvolutionShape& s) {
  const DirectKernels& kernels = direct_kernels<T>();
  const std::int64_t plane = s.group_channels() * s.kernel[0] * static_cast<std::int64_t>(sizeof(T)) *
                             slab_width<T>(s) * ((s.kernel[1] - 1) * s.dilation[1] + 4 * s.stride[1]);
  return isa() != Isa::baseline && s.stride[2] == 1 && s.group_outputs() >= kernels.outputs &&
         2 * s.out[2] >= 3 * kernels.lanes && s.taps() > 1 && plane <= 4 * slab_bytes;
}

template <class T>
void direct_forward(const ConvolutionShape& s, const T* x, const T* w, T* out) {
  const DirectKernels& kernels = direct_kernels<T>();
  const Slabs slabs = Slabs::of(s, T());
  const std::int64_t taps = slabs.taps(), outputs = s.group_outputs(), together = kernels.outputs;
  const std::int64_t blocks = (outputs + together - 1) / together, size = blocks * taps * together;
  const Memory<T> packed(s.groups * size);  // [group, block of outputs, tap, output], zeros behind the last output
  for (std::int64_t i = 0; i < s.groups * size; ++i) {
    const std::int64_t o = i / (taps * together) % blocks * together + i % together, r = i / together % taps;
    packed.data()[i] = o < outputs ? w[(i / size * outputs + o) * taps + r] : T(0);
  }
  parallel_for(slabs.count() * s.groups, 1, [&](std::int64_t begin, std::int64_t end) {
    const Memory<T> slab(slabs.size());
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t group = i / slabs.count(), number = i % slabs.count();
      slabs.load(x, group, number, slab.data());
      T* const image = out + (slabs.image(number) * s.outputs + group * outputs) * s.positions();
      // Some taps at a time, so that their kernel, and what they read of some rows, stay in the first cache.
      for (std::int64_t r = 0; r < taps; r += taps_at_once)
        for (std::int64_t b = 0; b < blocks; ++b)
          for (std::int64_t q1 = slabs.first(number); q1 < slabs.last(number); ++q1)
            kernels.forward(packed.data() + group * size + (b * taps + r) * together,
                            slab.data() + slabs.line(number, q1), slabs.offset.data() + r,
                            std::min(taps_at_once, taps - r),
                            image + b * together * s.positions() + slabs.out(number, q1), s.positions(),
                            std::min(together, outputs - b * together), s.out[2], r > 0);
    }
  });
}

template <class T>
void direct_to_input(const ConvolutionShape& s, const T* g, const T* w, T* x) {
  const std::int64_t taps = s.taps(), inner = s.group_channels(), outer = s.group_outputs();
  const Memory<T> kernel(s.groups * outer * inner * taps);
  for (std::int64_t group = 0; group < s.groups; ++group)
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t c = 0; c < inner; ++c) {
        const T* const from = w + ((group * outer + o) * inner + c) * taps;
        std::reverse_copy(from, from + taps, kernel.data() + ((group * inner + c) * outer + o) * taps);
      }
  direct_forward(reversed(s), g, kernel.data(), x);
}

template <class T>
void direct_to_kernel(const ConvolutionShape& s, const T* x, const T* g, T* w) {
  const DirectKernels& kernels = direct_kernels<T>();
  const std::int64_t lanes = kernels.lanes, outputs = s.group_outputs();
  const std::int64_t width = (outputs + lanes - 1) / lanes * lanes;  // zeros behind the last output
  const Slabs slabs = Slabs::of(s, T());
  const std::int64_t taps = slabs.taps(), size = taps * width, few = std::max<std::int64_t>(4, (1 << 18) / size),
                     parts = std::min({std::int64_t{16}, slabs.count(), few});
  const std::int64_t together = std::clamp<std::int64_t>(
      slab_bytes / 2 / (s.out[2] * width * static_cast<std::int64_t>(sizeof(T))), 1, slabs.lines);
  const Memory<T> sums(parts * s.groups * size);  // of fixed parts, which are added in order
  parallel_for(parts * s.groups, 1, [&](std::int64_t begin, std::int64_t end) {
    const Memory<T> slab(slabs.size()), rows(together * s.out[2] * width);  // lines of g with outputs side by side
    std::fill_n(rows.data(), together * s.out[2] * width, T(0));
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t group = i / parts, part = i % parts;
      T* const sum = sums.data() + i * size;
      std::fill_n(sum, size, T(0));
      for (std::int64_t n = part * slabs.count() / parts; n < (part + 1) * slabs.count() / parts; ++n) {
        slabs.load(x, group, n, slab.data());
        const T* const image = g + (slabs.image(n) * s.outputs + group * outputs) * s.positions();
        for (std::int64_t q1 = slabs.first(n); q1 < slabs.last(n); q1 += together) {
          const std::int64_t count = std::min(together, slabs.last(n) - q1);
          const T* const from = image + slabs.out(n, q1);
          transpose(from, s.positions(), outputs, count * s.out[2], width, rows.data());
          kernels.to_kernel(slab.data() + slabs.line(n, q1), s.stride[1] * slabs.width, slabs.offset.data(), taps,
                            rows.data(), width, count, s.out[2], sum);
        }
      }
    }
  });
  parallel_for(s.groups * outputs * taps, 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t group = i / (outputs * taps), o = i / taps % outputs, r = i % taps;
      const T* const first = sums.data() + group * parts * size + r * width + o;
      T sum = first[0];
      for (std::int64_t p = 1; p < parts; ++p) sum += first[p * size];
      w[i] = sum;
    }
  });
}

#define TERRELLA_OF(T)                                                            \
  template bool is_direct<T>(const ConvolutionShape&);                            \
  template void direct_forward(const ConvolutionShape&, const T*, const T*, T*);  \
  template void direct_to_input(const ConvolutionShape&, const T*, const T*, T*); \
  template void direct_to_kernel(const ConvolutionShape&, const T*, const T*, T*);
TERRELLA_OF(float)
TERRELLA_OF(double)
#undef TERRELLA_OF

}  // namespace terrella::cpu
