// core/linalg/small.h: stacks of matrices so small that they are worked on side by side. For the files beside it.
#pragma once
#include "core/backend/cpu/small_matrix_kernels.h"
#include "core/linalg/dense.h"

namespace terrella::linalg {

/// Whether matrices of n rows are small.
inline bool is_small(std::int64_t n) { return n > 0 && n <= cpu::small_rows; }

/// The kernels of a floating dtype for the instruction set in use.
const cpu::SmallKernels& small_kernels(DType dtype);

/// Calls body(kernels, first, count, scratch) for groups of at most `lanes` matrices, in parallel.
void for_groups(DType dtype, std::int64_t count, std::int64_t flops_each,
                const std::function<void(const cpu::SmallKernels&, std::int64_t, std::int64_t, void*)>& body);

}  // namespace terrella::linalg
