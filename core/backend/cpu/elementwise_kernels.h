// core/backend/cpu/elementwise_kernels.h: the table of compiled elementwise loops, one per instruction set.
#pragma once

namespace terrella::cpu {

/// Loops over n elements. A stride is 1 (contiguous) or 0 (one value for all).
using UnaryKernel = void (*)(const void* x, void* out, long n);
using BinaryKernel = void (*)(const void* x, long stride_x, const void* y, long stride_y, void* out, long n);

/// [operation][dtype of the inputs]; null where the operation does not take the dtype.
struct ElementwiseTable {
  static constexpr int operations = 128;
  static constexpr int dtypes = 7;
  UnaryKernel unary[operations][dtypes];
  BinaryKernel binary[operations][dtypes];
};

void fill_elementwise_baseline(ElementwiseTable* table);
void fill_elementwise_avx2(ElementwiseTable* table);
void fill_elementwise_avx512(ElementwiseTable* table);

/// That of the instruction set in use.
const ElementwiseTable& elementwise_table();

}  // namespace terrella::cpu
