// Copies between strides and dtypes.
#include <algorithm>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/loop.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/tape_kernels.h"

namespace terrella::cpu {
namespace {

/// The axis along which the source's neighbours lie, where that is not the last one and both are long; else -1.
int crossing_axis(const Loop<2>& loop) {
  constexpr std::int64_t few = 8;
  const int last = loop.shape.rank() - 1;
  if (last < 1 || loop.shape[last] < few || loop.strides[0][last] == 0 || loop.strides[0][last] == 1) return -1;
  for (int axis = last; axis-- > 0;)
    if (loop.strides[0][axis] == 1) return loop.shape[axis] < few ? -1 : axis;
  return -1;
}

/// A transposition, by tiles that a cache holds on both sides.
void crossed(const Array& in, const Array& out, const Loop<2>& loop, int axis, ConvertKernel convert) {
  constexpr std::int64_t tile = 32;
  const int last = loop.shape.rank() - 1;
  Loop<2> planes;
  for (int i = 0; i < last; ++i) {
    if (i == axis) continue;
    planes.shape.push_back(loop.shape[i]);
    for (std::size_t k = 0; k < 2; ++k) planes.strides[k].push_back(loop.strides[k][i]);
  }
  planes.shape.push_back(1);  // offsets() leaves the last one out
  const std::int64_t n = loop.shape[axis], m = loop.shape[last], pieces = (m + tile - 1) / tile;
  const auto from_size = static_cast<std::int64_t>(size_of(in.dtype)),
             to_size = static_cast<std::int64_t>(size_of(out.dtype));
  const std::int64_t a = loop.strides[0][last], b = loop.strides[1][last], across = loop.strides[1][axis];
  const std::int64_t grain = std::max<std::int64_t>(1, 32768 / (n * tile));
  parallel_for(planes.rows() * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const auto o = planes.offsets(k / pieces);
      const std::int64_t first = k % pieces * tile, stop = std::min(m, first + tile);
      for (std::int64_t i = 0; i < n; i += tile)
        for (std::int64_t j = first; j < stop; ++j)
          convert(static_cast<const char*>(in.bytes()) + (o[0] + i + j * a) * from_size, 1,
                  static_cast<char*>(out.bytes()) + (o[1] + i * across + j * b) * to_size, across,
                  std::min(tile, n - i));
    }
  });
}

void strided(const Array& in, const Array& out) {
  const ConvertKernel convert =
      tape_table().convert[static_cast<std::size_t>(in.dtype)][static_cast<std::size_t>(out.dtype)];
  const Loop<2> loop = make_loop<2>(out.shape, {&in, &out});
  if (const int axis = crossing_axis(loop); axis >= 0) return crossed(in, out, loop, axis, convert);
  const std::int64_t inner = loop.inner(), a = loop.inner_stride(0), b = loop.inner_stride(1);
  const char* from = static_cast<const char*>(in.bytes());
  char* to = static_cast<char*>(out.bytes());
  const auto from_size = static_cast<std::int64_t>(size_of(in.dtype)),
             to_size = static_cast<std::int64_t>(size_of(out.dtype));
  const std::int64_t grain = std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, inner));
  const auto row = [&](std::int64_t begin, std::int64_t end, std::int64_t first, std::int64_t last) {
    for (std::int64_t r = begin; r < end; ++r) {
      const auto o = loop.offsets(r);
      convert(from + (o[0] + first * a) * from_size, a, to + (o[1] + first * b) * to_size, b, last - first);
    }
  };
  if (loop.rows() == 1)
    parallel_for(inner, 32768, [&](std::int64_t s, std::int64_t e) { row(0, 1, s, e); });
  else
    parallel_for(loop.rows(), grain, [&](std::int64_t s, std::int64_t e) { row(s, e, 0, inner); });
}

}  // namespace

void copy_into(const Array& in, const Array& view) {
  if (view.size() == 0) return;
  strided(in, view);
}

void copy(const Array& in, Array& out) {
  provide(out);
  copy_into(in, out);
}

}  // namespace terrella::cpu
