// core/backend/cpu/pair_kernels.h: two cheap operations of a tape in one loop, so that what stands between them is
// never stored: loops over tiles are bound by their stores. One table per instruction set.
#pragma once

namespace terrella::cpu {

/// What becomes of a value y in one half of a pair: op(y, operand), the operand an array or one number; or op(y).
enum class Half : unsigned char {
  add,
  subtract,
  subtract_from,  ///< operand - y
  multiply,
  minimum,
  maximum,
  divide,
  divide_into,  ///< operand / y
  with_number,  ///< add to the above
  negative = 2 * with_number,
  abs,
  square,
  sqrt,
  count
};

/// out[i] = second(first(x[i], a[i]), b[i]); rounded as the operations round one by one. Where a half has no operand,
/// its pointer is not read. out may be any of the arrays.
using PairKernel = void (*)(const void* x, const void* a, const void* b, void* out, long n);

struct PairTable {
  static constexpr int halves = static_cast<int>(Half::count);
  PairKernel pair[2][halves][halves];  ///< [f32, f64][first][second]
};

void fill_pairs_baseline(PairTable* table);
void fill_pairs_avx2(PairTable* table);
void fill_pairs_avx512(PairTable* table);

/// That of the instruction set in use.
const PairTable& pair_table();

}  // namespace terrella::cpu
