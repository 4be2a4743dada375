// Copies between strides and dtypes.
#include <algorithm>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/loop.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/tape_kernels.h"

namespace terrella::cpu {
namespace {

void strided(const Array& in, const Array& out) {
  const ConvertKernel convert =
      tape_table().convert[static_cast<std::size_t>(in.dtype)][static_cast<std::size_t>(out.dtype)];
  const Loop<2> loop = make_loop<2>(out.shape, {&in, &out});
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
