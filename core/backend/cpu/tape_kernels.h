// core/backend/cpu/tape_kernels.h: conversions and selections, of tapes and of eager work; one table per
// instruction set.
#pragma once

namespace terrella::cpu {

/// out[i stride_out] = x[i stride_x] converted by the rules of Backend::copy. Strides in elements, any.
using ConvertKernel = void (*)(const void* x, long stride_x, void* out, long stride_out, long n);
/// out[i] = condition[i stride_c] ? x[i stride_x] : y[i stride_y].
using SelectKernel = void (*)(const void* condition, long stride_c, const void* x, long stride_x, const void* y,
                              long stride_y, void* out, long n);

struct TapeTable {
  static constexpr int dtypes = 7;
  ConvertKernel convert[dtypes][dtypes];  ///< [from][to]
  SelectKernel select[dtypes];
};

void fill_tape_baseline(TapeTable* table);
void fill_tape_avx2(TapeTable* table);
void fill_tape_avx512(TapeTable* table);

/// That of the instruction set in use.
const TapeTable& tape_table();

}  // namespace terrella::cpu
