// Drives the compiled loops of elementwise.kernel.cpp over broadcast, strided operands.
#include <algorithm>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/elementwise_kernels.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/loop.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/tape_kernels.h"
#include "core/error.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t grain = 32768;      // elements a piece: larger than the cost of handing it to a thread
constexpr std::int64_t shortest_row = 32;  // shorter rows cost more in calls than a copy of the operand

/// Memory of ours in an input that nobody else holds and that fits the output, else new memory.
void provide(std::span<const Array> inputs, Array& out) {
  out.strides = row_major_strides(out.shape);
  for (const Array& in : inputs) {
    if (in.buffer.unique() && !in.buffer->owner && in.shape == out.shape && size_of(in.dtype) == size_of(out.dtype) &&
        in.contiguous()) {
      out.buffer = in.buffer;
      out.offset = in.offset;
      return;
    }
  }
  out.buffer = allocate(static_cast<std::size_t>(out.size()) * size_of(out.dtype));
}

bool simple(std::int64_t stride) { return stride == 0 || stride == 1; }

const char* at(const Array& a, std::int64_t offset) {
  return static_cast<const char*>(a.bytes()) + offset * static_cast<std::int64_t>(size_of(a.dtype));
}

/// Calls row(x, stride_x, y, stride_y, .., out, n) for rows whose operands all have strides 0 or 1.
template <std::size_t N, class Row>
void for_rows(std::array<Array, N> operands, Array& out, const Row& row) {
  std::array<const Array*, N + 1> all;
  const auto refresh = [&] {
    for (std::size_t k = 0; k < N; ++k) all[k] = &operands[k];
    all[N] = &out;
    return make_loop<N + 1>(out.shape, all);
  };
  Loop<N + 1> loop = refresh();
  bool fits = loop.rows() == 1 || loop.inner() >= shortest_row;
  for (std::size_t k = 0; k < N; ++k) fits &= simple(loop.inner_stride(k));
  if (!fits) {  // operands become row-major copies of the whole output's shape, or single values
    for (std::size_t k = 0; k < N; ++k) {
      if (operands[k].size() == 1) continue;
      Array wide = operands[k];
      wide.shape = out.shape;
      wide.strides = Shape::filled(out.shape.rank(), 0);
      const int shift = out.shape.rank() - operands[k].shape.rank();
      for (int i = 0; i < operands[k].shape.rank(); ++i)
        wide.strides[i + shift] = operands[k].shape[i] == 1 ? 0 : operands[k].strides[i];
      operands[k] = row_major(wide);
    }
    loop = refresh();
  }
  const std::int64_t inner = loop.inner(), rows = loop.rows();
  const auto run = [&](std::int64_t r, std::int64_t begin, std::int64_t end) {
    const auto o = loop.offsets(r);
    std::array<const void*, N> x;
    std::array<long, N> strides;
    for (std::size_t k = 0; k < N; ++k) {
      strides[k] = loop.inner_stride(k);
      x[k] = at(operands[k], o[k] + begin * strides[k]);
    }
    row(x, strides, const_cast<char*>(at(out, o[N] + begin)), end - begin);
  };
  constexpr bool whole = true;  // the output may stand where an input stood
  if (rows == 1) {
    if (inner <= grain) return run(0, 0, inner);
    return parallel_for(
        inner, grain, [&](std::int64_t b, std::int64_t e) { run(0, b, e); }, whole);
  }
  parallel_for(
      rows, std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, inner)),
      [&](std::int64_t b, std::int64_t e) {
        for (std::int64_t r = b; r < e; ++r) run(r, 0, inner);
      },
      whole);
}

void select(std::span<const Array> in, Array& out) {
  const SelectKernel kernel = tape_table().select[static_cast<std::size_t>(out.dtype)];
  for_rows<3>({in[0], in[1], in[2]}, out, [&](const auto& x, const auto& stride, void* to, std::int64_t n) {
    kernel(x[0], stride[0], x[1], stride[1], x[2], stride[2], to, n);
  });
}

}  // namespace

const ElementwiseTable& elementwise_table() {
  static const auto table = table_for_isa(fill_elementwise_baseline, fill_elementwise_avx2, fill_elementwise_avx512);
  return table;
}

void elementwise(Elementwise operation, std::span<const Array> inputs, Array& out) {
  provide(inputs, out);
  if (out.size() == 0) return;
  if (operation == Elementwise::select) return select(inputs, out);
  const auto code = static_cast<std::size_t>(operation), dtype = static_cast<std::size_t>(inputs[0].dtype);
  if (inputs.size() == 1) {
    const UnaryKernel kernel = elementwise_table().unary[code][dtype];
    for_rows<1>({inputs[0]}, out, [&](const auto& x, const auto& stride, void* to, std::int64_t n) {
      if (stride[0] == 1 || n == 1) return kernel(x[0], to, n);
      for (std::int64_t i = 0; i < n; ++i)  // a broadcast unary operand: rare
        kernel(x[0], static_cast<char*>(to) + i * static_cast<std::int64_t>(size_of(out.dtype)), 1);
    });
  } else {
    const BinaryKernel kernel = elementwise_table().binary[code][dtype];
    for_rows<2>({inputs[0], inputs[1]}, out, [&](const auto& x, const auto& stride, void* to, std::int64_t n) {
      kernel(x[0], stride[0], x[1], stride[1], to, n);
    });
  }
}

}  // namespace terrella::cpu
