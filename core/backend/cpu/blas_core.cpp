#include "core/backend/cpu/blas_core.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/isa.h"

// Of builds with kernels for many processors; null in others.
extern "C" {
__attribute__((weak)) void gotoblas_dynamic_init();
__attribute__((weak)) void gotoblas_dynamic_quit();
}

namespace terrella::cpu {
namespace {

/// Whether the kernels in use are written for AVX2 or more.
bool has_modern_kernels() {
  constexpr std::string_view modern[] = {"Haswell", "Zen", "Excavator", "SkylakeX", "Cooperlake", "SapphireRapids"};
  return std::find(std::begin(modern), std::end(modern), openblas_get_corename()) != std::end(modern);
}

}  // namespace

void choose_blas_core() {
  constexpr const char* variable = "OPENBLAS_CORETYPE";
  if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit) return;
  if (isa() == Isa::baseline || std::getenv(variable) || has_modern_kernels()) return;
  setenv(variable, isa() == Isa::avx512 ? "SkylakeX" : "Haswell", 1);
  gotoblas_dynamic_quit();  // forgets its choice
  gotoblas_dynamic_init();
  unsetenv(variable);
}

}  // namespace terrella::cpu
