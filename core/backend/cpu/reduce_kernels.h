// core/backend/cpu/reduce_kernels.h: the table of compiled reduction loops, one per instruction set.
#pragma once

namespace terrella::cpu {

/// out[outer, inner] = the reduction of x[outer, along, inner] over `along`, in an order that depends on the extents
/// alone; joined with what stands in out where `join`. Rows of x are `row` elements apart, else all is row-major.
/// Without elements: the identity.
using ReduceKernel = void (*)(const void* x, long outer, long along, long inner, long row, void* out, bool join);

/// [reduction][dtype]; null where there is none (core/backend/tape_check.h, reduces()).
struct ReduceTable {
  static constexpr int reductions = 6;
  static constexpr int dtypes = 7;
  ReduceKernel reduce[reductions][dtypes];
};

void fill_reduce_baseline(ReduceTable* table);
void fill_reduce_avx2(ReduceTable* table);
void fill_reduce_avx512(ReduceTable* table);

/// That of the instruction set in use.
const ReduceTable& reduce_table();

}  // namespace terrella::cpu
