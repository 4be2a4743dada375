// core/backend/cpu/product.h: products of matrices of which the right one stays in the caches.
#pragma once
#include <cstdint>

#include "core/dtype.h"

namespace terrella::cpu {

/// Where packing as OpenBLAS does it costs more than it brings: 110 instead of 65 GFLOP/s a core for [4096, 64] by
/// [64, 64] in f32. Real numbers, and not with vectors of 16 bytes.
bool is_small_product(DType dtype, std::int64_t k, std::int64_t n);

/// Whether a tile of a large product is as quick that way: where rows of both are contiguous. It packs less than
/// OpenBLAS, which does so for every tile again.
bool is_rows_product(DType dtype, std::int64_t column_x, std::int64_t column_y);

/// out [m, n] = x [m, k] y [k, n], see ProductKernel. A row of out does not depend on which rows are computed with it.
void small_product(DType dtype, const void* x, std::int64_t row_x, std::int64_t column_x, const void* y,
                   std::int64_t row_y, std::int64_t column_y, void* out, std::int64_t row_out, std::int64_t m,
                   std::int64_t k, std::int64_t n);

}  // namespace terrella::cpu
