#include "core/linalg/small.h"

#include "core/backend/cpu/isa_table.h"

namespace terrella::linalg {

const cpu::SmallKernels& small_kernels(DType dtype) {
  static const cpu::SmallMatrixTable table =
      cpu::table_for_isa(cpu::fill_small_matrix_baseline, cpu::fill_small_matrix_avx2, cpu::fill_small_matrix_avx512);
  return cpu::kernels_of(table, dtype);
}

void for_groups(DType dtype, std::int64_t count, std::int64_t flops_each,
                const std::function<void(const cpu::SmallKernels&, std::int64_t, std::int64_t, void*)>& body) {
  const cpu::SmallKernels& kernels = small_kernels(dtype);
  const std::int64_t lanes = kernels.lanes, groups = (count + lanes - 1) / lanes;
  const std::int64_t grain = std::max<std::int64_t>(1, 100000 / std::max<std::int64_t>(1, flops_each * lanes));
  cpu::parallel_for(groups, grain, [&](std::int64_t first, std::int64_t last) {
    alignas(64) static thread_local char scratch[cpu::small_scratch];
    for (std::int64_t g = first; g < last; ++g) body(kernels, g * lanes, std::min(lanes, count - g * lanes), scratch);
  });
}

}  // namespace terrella::linalg
