#include "core/backend/cpu/product.h"

#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/product_kernels.h"

namespace terrella::cpu {

bool is_small_product(DType dtype, std::int64_t k, std::int64_t n) {
  constexpr std::int64_t cache = std::int64_t{256} * 1024;
  return isa() != Isa::baseline && (dtype == DType::f32 || dtype == DType::f64) &&
         k * n * static_cast<std::int64_t>(size_of(dtype)) <= cache;
}

bool is_rows_product(DType dtype, std::int64_t column_x, std::int64_t column_y) {
  return isa() != Isa::baseline && (dtype == DType::f32 || dtype == DType::f64) && column_x == 1 && column_y == 1;
}

void small_product(DType dtype, const void* x, std::int64_t row_x, std::int64_t column_x, const void* y,
                   std::int64_t row_y, std::int64_t column_y, void* out, std::int64_t row_out, std::int64_t m,
                   std::int64_t k, std::int64_t n) {
  static const ProductTable table = table_for_isa(fill_product_baseline, fill_product_avx2, fill_product_avx512);
  alignas(64) static thread_local char scratch[product_scratch];
  const ProductKernel kernel = dtype == DType::f32 ? table.f32 : table.f64;
  kernel(x, row_x, column_x, y, row_y, column_y, out, row_out, m, k, n, scratch);
}

}  // namespace terrella::cpu
