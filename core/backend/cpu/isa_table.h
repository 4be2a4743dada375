// core/backend/cpu/isa_table.h: fills a table of kernels for the instruction set in use, and picks those of a dtype.
#pragma once
#include "core/backend/cpu/isa.h"
#include "core/dtype.h"

namespace terrella::cpu {

template <class Table>
Table table_for_isa(void (*baseline)(Table*), void (*avx2)(Table*), void (*avx512)(Table*)) {
  Table table{};
  const auto fill = isa() == Isa::avx512 ? avx512 : isa() == Isa::avx2 ? avx2 : baseline;
  fill(&table);
  return table;
}

/// The kernels of a floating dtype, of a table that has them for all four.
template <class Table>
const auto& kernels_of(const Table& table, DType dtype) {
  switch (dtype) {
    case DType::f32:
      return table.f32;
    case DType::f64:
      return table.f64;
    case DType::c64:
      return table.c64;
    default:
      return table.c128;
  }
}

}  // namespace terrella::cpu
