// gather and scatter_add.
#include <algorithm>
#include <complex>
#include <stdexcept>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"

namespace terrella::cpu {
namespace {

/// Row-major indices, all checked and counted from the front.
std::vector<std::int64_t> checked(const char* operation, const Array& index, std::int64_t extent) {
  const Array flat = row_major(index);
  std::vector<std::int64_t> at(static_cast<std::size_t>(flat.size()));
  for (std::size_t i = 0; i < at.size(); ++i) {
    at[i] = flat.data<std::int64_t>()[i];
    if (at[i] < -extent || at[i] >= extent)
      throw std::out_of_range(text(operation, ": index ", at[i], " at position ", i,
                                   " is out of range for an axis of extent ", extent,
                                   extent > 0 ? text("; use ", -extent, " to ", extent - 1) : ""));
    if (at[i] < 0) at[i] += extent;
  }
  return at;
}

}  // namespace

void gather(const Array& in, const Array& index, int axis, Array& out) {
  const std::vector<std::int64_t> at = checked("gather", index, in.shape[axis]);
  provide(out);
  const Array x = row_major(in);
  const AroundAxis a(x.shape, axis);
  const auto count = static_cast<std::int64_t>(at.size());
  const auto width = static_cast<std::int64_t>(size_of(x.dtype)) * a.inner;
  const char* from = static_cast<const char*>(x.bytes());
  char* to = static_cast<char*>(out.bytes());
  parallel_for(a.outer * count, std::max<std::int64_t>(1, 65536 / std::max<std::int64_t>(1, width)),
               [&](std::int64_t b, std::int64_t e) {
                 for (std::int64_t r = b; r < e; ++r) {
                   const char* row = from + ((r / count) * a.along + at[static_cast<std::size_t>(r % count)]) * width;
                   std::copy(row, row + width, to + r * width);
                 }
               });
}

void scatter_add(const Array& in, const Array& index, int axis, Array& out) {
  const std::vector<std::int64_t> at = checked("scatter_add", index, out.shape[axis]);
  out = zeros(out.dtype, out.shape);
  const Array x = row_major(in);
  const AroundAxis a(out.shape, axis);
  const auto count = static_cast<std::int64_t>(at.size());
  with_type(x.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, bool>) {
      const T* from = x.data<T>();
      T* to = out.data<T>();
      parallel_for(a.outer, 1, [&](std::int64_t b, std::int64_t e) {  // one outer block is one thread's: fixed order
        for (std::int64_t o = b; o < e; ++o)
          for (std::int64_t i = 0; i < count; ++i) {
            T* row = to + (o * a.along + at[static_cast<std::size_t>(i)]) * a.inner;
            const T* add = from + (o * count + i) * a.inner;
            for (std::int64_t k = 0; k < a.inner; ++k) row[k] += add[k];
          }
      });
    }
  });
}

}  // namespace terrella::cpu
