// core/backend/cpu/isa_table.h: fills a table of kernels for the instruction set in use.
#pragma once
#include "core/backend/cpu/isa.h"

namespace terrella::cpu {

template <class Table>
Table table_for_isa(void (*baseline)(Table*), void (*avx2)(Table*), void (*avx512)(Table*)) {
  Table table{};
  const auto fill = isa() == Isa::avx512 ? avx512 : isa() == Isa::avx2 ? avx2 : baseline;
  fill(&table);
  return table;
}

}  // namespace terrella::cpu
