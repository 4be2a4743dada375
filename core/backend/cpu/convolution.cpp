// Convolutions as products of matrices: the parts of x under the kernel become columns, some positions at a time, so
// that they stay in the cache.
#include "core/backend/convolution.h"

#include <algorithm>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/direct_conv.h"
#include "core/backend/cpu/gemm.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/onednn.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t column_bytes = 512 << 10;

/// Calls body(row of columns, first column, first index into x or -1 for zeros, columns) for runs along the last axis
/// that lie in x or out of it, for the channels [first_channel, last_channel) and the positions [begin, end).
template <class Body>
void for_runs(const ConvolutionShape& s, std::int64_t first_channel, std::int64_t last_channel, std::int64_t begin,
              std::int64_t end, const Body& body) {
  std::int64_t row = 0;
  for (std::int64_t c = first_channel; c < last_channel; ++c)
    for (std::int64_t k0 = 0; k0 < s.kernel[0]; ++k0)
      for (std::int64_t k1 = 0; k1 < s.kernel[1]; ++k1)
        for (std::int64_t k2 = 0; k2 < s.kernel[2]; ++k2, ++row)
          for (std::int64_t p = begin; p < end;) {
            const std::int64_t q2 = p % s.out[2], q1 = p / s.out[2] % s.out[1], q0 = p / (s.out[2] * s.out[1]);
            const std::int64_t run = std::min(s.out[2] - q2, end - p), at = p - begin;
            p += run;
            const std::int64_t i0 = q0 * s.stride[0] + k0 * s.dilation[0] - s.before[0];
            const std::int64_t i1 = q1 * s.stride[1] + k1 * s.dilation[1] - s.before[1];
            const std::int64_t i2 = q2 * s.stride[2] + k2 * s.dilation[2] - s.before[2], step = s.stride[2];
            if (i0 < 0 || i0 >= s.in[0] || i1 < 0 || i1 >= s.in[1]) {
              body(row, at, -1, run);
              continue;
            }
            const std::int64_t low = i2 < 0 ? std::min(run, (-i2 + step - 1) / step) : 0;
            const std::int64_t high = i2 >= s.in[2] ? low : std::clamp((s.in[2] - 1 - i2) / step + 1, low, run);
            if (low > 0) body(row, at, -1, low);
            if (high > low)
              body(row, at + low, ((c * s.in[0] + i0) * s.in[1] + i1) * s.in[2] + i2 + low * step, high - low);
            if (run > high) body(row, at + high, -1, run - high);
          }
}

/// Whether x itself has the columns.
bool is_plain(const ConvolutionShape& s) {
  const ConvolutionShape::Extents ones{1, 1, 1}, none{0, 0, 0};
  return s.kernel == ones && s.stride == ones && s.before == none && s.in == s.out;
}

template <class T>
std::int64_t block_of(const ConvolutionShape& s, std::int64_t rows) {
  const std::int64_t fit = column_bytes / (rows * static_cast<std::int64_t>(sizeof(T))) / 16 * 16;
  const std::int64_t block = std::clamp<std::int64_t>(fit, 64, std::max<std::int64_t>(64, s.positions()));
  return block > s.out[2] ? block / s.out[2] * s.out[2] : block;  // whole runs
}

/// Columns of one image and group at the positions [begin, end), in memory of one thread.
template <class T>
class Columns {
 public:
  Columns(const ConvolutionShape& s, std::int64_t rows, std::int64_t block)
      : shape_(s), block_(block), memory_(allocate(static_cast<std::size_t>(rows * block) * sizeof(T))) {}
  T* data() const { return static_cast<T*>(memory_->data); }
  std::int64_t leading() const { return block_; }

  void gather(const T* x, std::int64_t begin, std::int64_t end) const {
    for_runs(shape_, 0, shape_.group_channels(), begin, end,
             [&](std::int64_t row, std::int64_t at, std::int64_t from, std::int64_t count) {
               T* to = data() + row * block_ + at;
               if (from < 0)
                 std::fill_n(to, count, T(0));
               else if (shape_.stride[2] == 1)
                 std::copy_n(x + from, count, to);
               else
                 for (std::int64_t j = 0; j < count; ++j) to[j] = x[from + j * shape_.stride[2]];
             });
  }
  void scatter(T* x, std::int64_t first_channel, std::int64_t last_channel, std::int64_t begin,
               std::int64_t end) const {
    for_runs(shape_, first_channel, last_channel, begin, end,
             [&](std::int64_t row, std::int64_t at, std::int64_t into, std::int64_t count) {
               if (into < 0) return;
               const T* from = data() + row * block_ + at;
               T* const to = x + into;
               if (shape_.stride[2] == 1)
                 for (std::int64_t j = 0; j < count; ++j) to[j] += from[j];
               else
                 for (std::int64_t j = 0; j < count; ++j) to[j * shape_.stride[2]] += from[j];
             });
  }

 private:
  const ConvolutionShape& shape_;
  std::int64_t block_;
  BufferPointer memory_;
};

/// Pieces of an index range of blocks within images within groups.
struct Tasks {
  std::int64_t images, blocks, block, positions;
  std::int64_t count() const { return images * blocks; }
  std::int64_t image(std::int64_t task) const { return task / blocks; }
  std::int64_t begin(std::int64_t task) const { return task % blocks * block; }
  std::int64_t end(std::int64_t task) const { return std::min(positions, begin(task) + block); }
};

template <class T>
Tasks tasks_of(const ConvolutionShape& s, std::int64_t rows) {
  const std::int64_t block = block_of<T>(s, rows);
  return {s.images, (s.positions() + block - 1) / block, block, s.positions()};
}

template <class T>
void forward(const ConvolutionShape& s, const T* x, const T* w, T* out) {
  const std::int64_t rows = s.group_channels() * s.taps(), outputs = s.group_outputs(),
                     image = ConvolutionShape::count(s.in);
  const Tasks tasks = tasks_of<T>(s, rows);
  const bool plain = is_plain(s);
  parallel_for(tasks.count() * s.groups, 1, [&](std::int64_t first, std::int64_t last) {
    const Columns<T> columns(s, plain ? 0 : rows, tasks.block);
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t group = i / tasks.count(), task = i % tasks.count();
      const std::int64_t begin = tasks.begin(task), end = tasks.end(task), n = tasks.image(task);
      const T* const from = x + (n * s.channels + group * s.group_channels()) * image;
      if (!plain) columns.gather(from, begin, end);
      gemm(CblasNoTrans, CblasNoTrans, outputs, end - begin, rows, w + group * outputs * rows, rows,
           plain ? from + begin : columns.data(), plain ? s.positions() : columns.leading(), T(0),
           out + (n * s.outputs + group * outputs) * s.positions() + begin, s.positions());
    }
  });
}

/// By channels, whose parts of x nobody else writes.
template <class T>
void to_input(const ConvolutionShape& s, const T* g, const T* w, T* x) {
  const std::int64_t taps = s.taps(), outputs = s.group_outputs(), image = ConvolutionShape::count(s.in);
  const std::int64_t together = std::clamp<std::int64_t>(128 / taps, 1, s.group_channels());
  const std::int64_t parts = (s.group_channels() + together - 1) / together;
  const Tasks tasks = tasks_of<T>(s, together * taps);
  parallel_for(s.images * s.groups * parts, 1, [&](std::int64_t first, std::int64_t last) {
    const Columns<T> columns(s, together * taps, tasks.block);
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t part = i % parts, group = i / parts % s.groups, n = i / (parts * s.groups);
      const std::int64_t c = part * together, d = std::min(s.group_channels(), c + together);
      T* const to = x + (n * s.channels + group * s.group_channels()) * image;
      std::fill(to + c * image, to + d * image, T(0));
      for (std::int64_t b = 0; b < tasks.blocks; ++b) {
        const std::int64_t begin = tasks.begin(b), end = tasks.end(b);
        gemm(CblasTrans, CblasNoTrans, (d - c) * taps, end - begin, outputs,
             w + (group * outputs * s.group_channels() + c) * taps, s.group_channels() * taps,
             g + (n * s.outputs + group * outputs) * s.positions() + begin, s.positions(), T(0), columns.data(),
             columns.leading());
        columns.scatter(to, c, d, begin, end);
      }
    }
  });
}

/// In parts of fixed extent, which are added in order.
template <class T>
void to_kernel(const ConvolutionShape& s, const T* x, const T* g, T* w) {
  const std::int64_t rows = s.group_channels() * s.taps(), outputs = s.group_outputs(),
                     image = ConvolutionShape::count(s.in);
  const Tasks tasks = tasks_of<T>(s, rows);
  const std::int64_t parts = std::min<std::int64_t>(16, tasks.count()), size = outputs * rows;
  const BufferPointer memory = allocate(static_cast<std::size_t>(parts * s.groups * size) * sizeof(T));
  T* const sums = static_cast<T*>(memory->data);
  parallel_for(parts * s.groups, 1, [&](std::int64_t first, std::int64_t last) {
    const Columns<T> columns(s, rows, tasks.block);
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t part = i % parts, group = i / parts;
      const std::int64_t from = part * tasks.count() / parts, until = (part + 1) * tasks.count() / parts;
      for (std::int64_t task = from; task < until; ++task) {
        const std::int64_t begin = tasks.begin(task), end = tasks.end(task), n = tasks.image(task);
        columns.gather(x + (n * s.channels + group * s.group_channels()) * image, begin, end);
        gemm(CblasNoTrans, CblasTrans, outputs, rows, end - begin,
             g + (n * s.outputs + group * outputs) * s.positions() + begin, s.positions(), columns.data(),
             columns.leading(), task == from ? T(0) : T(1), sums + i * size, rows);
      }
    }
  });
  parallel_for(s.groups * size, 4096, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const T* part = sums + i / size * parts * size + i % size;
      T sum = part[0];
      for (std::int64_t p = 1; p < parts; ++p) sum += part[p * size];
      w[i] = sum;
    }
  });
}

bool unit_steps(const ConvolutionShape& s) { return s.stride == ConvolutionShape::Extents{1, 1, 1}; }

/// Sums of nothing are zero.
template <class Body>
void sums(const Array& x, const Array& y, Array& out, const Body& body) {
  if (x.size() == 0 || y.size() == 0) {
    out = zeros(out.dtype, out.shape);
    return;
  }
  require_right_blas();
  provide(out);
  const Array a = row_major(x), b = row_major(y);
  with_type(out.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_integral_v<T>) body(a.data<T>(), b.data<T>(), out.data<T>());
  });
}

}  // namespace

void convolve(const ConvolutionShape& s, const Array& x, const Array& w, Array& out) {
  sums(x, w, out, [&](const auto* a, const auto* b, auto* to) {
    if constexpr (std::is_same_v<decltype(to), float*>)
      if (onednn_convolves(s)) return onednn_forward(s, a, b, to);
    using T = std::remove_pointer_t<decltype(to)>;
    if constexpr (std::is_floating_point_v<T>)
      if (is_direct<T>(s)) return direct_forward(s, a, b, to);
    forward(s, a, b, to);
  });
}

void convolve_to_input(const ConvolutionShape& s, const Array& g, const Array& w, Array& out) {
  sums(g, w, out, [&](const auto* a, const auto* b, auto* to) {
    if constexpr (std::is_same_v<decltype(to), float*>)
      if (onednn_convolves(s)) return onednn_to_input(s, a, b, to);
    using T = std::remove_pointer_t<decltype(to)>;
    if constexpr (std::is_floating_point_v<T>)
      if (unit_steps(s) && is_direct<T>(reversed(s))) return direct_to_input(s, a, b, to);
    to_input(s, a, b, to);
  });
}

void convolve_to_kernel(const ConvolutionShape& s, const Array& x, const Array& g, Array& out) {
  sums(x, g, out, [&](const auto* a, const auto* b, auto* to) {
    if constexpr (std::is_same_v<decltype(to), float*>)
      if (onednn_convolves(s)) return onednn_to_kernel(s, a, b, to);
    using T = std::remove_pointer_t<decltype(to)>;
    if constexpr (std::is_floating_point_v<T>)
      if (is_direct<T>(s)) return direct_to_kernel(s, a, b, to);
    to_kernel(s, a, b, to);
  });
}

}  // namespace terrella::cpu
