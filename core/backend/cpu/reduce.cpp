// Reductions by a tree that depends on the shape alone, so that the number of threads does not change a bit.
#include <algorithm>
#include <complex>
#include <cstring>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/reduce_kernels.h"
#include "core/error.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t leaf_size = 4096;     // elements that one leaf of the tree reduces
constexpr std::int64_t most_columns = 1024;  // of a leaf

/// Pairwise over `count` rows of `width` elements, `bytes` each row, in place; the result is in the first row.
void combine_rows(ReduceKernel kernel, char* rows, std::int64_t count, std::int64_t width, std::int64_t bytes) {
  for (std::int64_t step = 1; step < count; step *= 2)
    for (std::int64_t r = 0; r + step < count; r += 2 * step)
      kernel(rows + (r + step) * bytes, 1, 1, width, width, rows + r * bytes, true);
}

/// x [outer, along, inner] -> y [outer, inner]; elements of `size` bytes.
void reduce_middle(ReduceKernel kernel, const char* x, std::int64_t outer, std::int64_t along, std::int64_t inner,
                   std::int64_t size, char* y) {
  if (along == 0) return kernel(x, outer, 0, inner, inner, y, false);
  const std::int64_t columns = std::min(inner, most_columns), blocks = (inner + columns - 1) / columns;
  const std::int64_t rows = std::max<std::int64_t>(64, leaf_size / columns);  // of `along` in one leaf
  const std::int64_t leaves = (along + rows - 1) / rows;
  const std::int64_t grain = std::max<std::int64_t>(1, 32768 / (std::min(rows, along) * columns));
  if (leaves == 1 && blocks == 1)
    return parallel_for(outer, grain, [&](std::int64_t begin, std::int64_t end) {
      kernel(x + begin * along * inner * size, end - begin, along, inner, inner, y + begin * inner * size, false);
    });
  BufferPointer memory;
  if (leaves > 1) memory = allocate(static_cast<std::size_t>(outer * leaves * inner * size));
  char* partial = leaves > 1 ? static_cast<char*>(memory->data) : y;
  parallel_for(outer * leaves * blocks, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t column = t % blocks * columns, leaf = t / blocks, first = leaf % leaves * rows;
      kernel(x + ((leaf / leaves * along + first) * inner + column) * size, 1, std::min(rows, along - first),
             std::min(columns, inner - column), inner, partial + (leaf * inner + column) * size, false);
    }
  });
  if (leaves == 1) return;
  for (std::int64_t o = 0; o < outer; ++o) {
    combine_rows(kernel, partial + o * leaves * inner * size, leaves, inner, inner * size);
    std::memcpy(y + o * inner * size, partial + o * leaves * inner * size, static_cast<std::size_t>(inner * size));
  }
}

}  // namespace

const ReduceTable& reduce_table() {
  static const auto table = table_for_isa(fill_reduce_baseline, fill_reduce_avx2, fill_reduce_avx512);
  return table;
}

void reduce(Reduction reduction, const Array& in, const bool* reduced, Array& out) {
  provide(out);
  if (out.size() == 0) return;
  // Reduced axes are brought together: where they are neighbours already nothing moves.
  Array x = in;
  int first = -1, last = -1;
  bool together = true;
  for (int i = 0; i < in.shape.rank(); ++i) {
    if (!reduced[i]) continue;
    if (first < 0)
      first = i;
    else if (i != last + 1)
      together = false;
    last = i;
  }
  if (!together) {
    Shape shape, strides;
    for (const bool wanted : {false, true})
      for (int i = 0; i < in.shape.rank(); ++i)
        if (reduced[i] == wanted) {
          shape.push_back(in.shape[i]);
          strides.push_back(in.strides[i]);
        }
    x.shape = shape;
    x.strides = strides;
    first = out.shape.rank();
    last = shape.rank() - 1;
  }
  x = row_major(x);
  AroundAxis around(Shape{1}, 0);
  if (first >= 0) {
    around = AroundAxis(x.shape, first);
    for (int i = first + 1; i <= last; ++i) around.along *= x.shape[i];
    around.inner = 1;
    for (int i = last + 1; i < x.shape.rank(); ++i) around.inner *= x.shape[i];
  } else {
    around.inner = x.size();
  }
  const auto code = static_cast<std::size_t>(reduction), dtype = static_cast<std::size_t>(x.dtype);
  const ReduceKernel kernel = reduce_table().reduce[code][dtype];
  if (!kernel) fail("reduce: not defined for ", name(x.dtype));
  reduce_middle(kernel, static_cast<const char*>(x.bytes()), around.outer, around.along, around.inner,
                static_cast<std::int64_t>(size_of(x.dtype)), static_cast<char*>(out.bytes()));
}

void cumulate(Cumulation cumulation, const Array& in, int axis, Array& out) {
  provide(out);
  const Array x = row_major(in);
  const AroundAxis a(x.shape, axis);
  with_type(x.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, bool>) {
      const T* from = x.data<T>();
      T* to = out.data<T>();
      parallel_for(a.outer, std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, a.along * a.inner)),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t o = begin; o < end; ++o)
                       for (std::int64_t i = 0; i < a.along; ++i)
                         for (std::int64_t k = 0; k < a.inner; ++k) {
                           const std::int64_t at = (o * a.along + i) * a.inner + k;
                           if (i == 0)
                             to[at] = from[at];
                           else
                             to[at] = cumulation == Cumulation::sum ? to[at - a.inner] + from[at]
                                                                    : to[at - a.inner] * from[at];
                         }
                   });
    }
  });
}

void arg_reduce(bool maximum, const Array& in, int axis, Array& out) {
  provide(out);
  const Array x = row_major(in);
  const AroundAxis a(x.shape, axis);
  with_type(x.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, std::complex<float>> && !std::is_same_v<T, std::complex<double>>) {
      const T* from = x.data<T>();
      std::int64_t* to = out.data<std::int64_t>();
      for (std::int64_t o = 0; o < a.outer; ++o)
        for (std::int64_t k = 0; k < a.inner; ++k) {
          std::int64_t best = 0;
          const auto value = [&](std::int64_t i) { return from[(o * a.along + i) * a.inner + k]; };
          for (std::int64_t i = 1; i < a.along; ++i) {
            const T b = value(best), v = value(i);
            if (b == b && (v != v || (maximum ? v > b : v < b))) best = i;
          }
          to[o * a.inner + k] = best;
        }
    }
  });
}

}  // namespace terrella::cpu
