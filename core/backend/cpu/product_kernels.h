// core/backend/cpu/product_kernels.h: products of matrices so small that OpenBLAS would spend its time on packing them.
#pragma once

namespace terrella::cpu {

/// out [m, n] = x [m, k] y [k, n]. Element (i, p) of x stands at x[i row_x + p column_x], y likewise; rows of out are
/// contiguous, ld_out apart. `scratch` holds product_scratch bytes, aligned to 64. The order of summation depends on
/// the shapes alone.
using ProductKernel = void (*)(const void* x, long row_x, long column_x, const void* y, long row_y, long column_y,
                               void* out, long ld_out, long m, long k, long n, void* scratch);
inline constexpr long product_scratch = 256L * 1024;

struct ProductTable {
  ProductKernel f32, f64;
};

void fill_product_baseline(ProductTable* table);
void fill_product_avx2(ProductTable* table);
void fill_product_avx512(ProductTable* table);

}  // namespace terrella::cpu
