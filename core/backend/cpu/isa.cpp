#include "core/backend/cpu/isa.h"

#include <cstdlib>
#include <string>

#include "core/error.h"

namespace terrella::cpu {
namespace {

Isa detect() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return Isa::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return Isa::avx2;
  return Isa::baseline;
}

Isa choose() {
  const Isa best = detect();
  const char* wish = std::getenv("TERRELLA_ISA");
  if (!wish || !*wish) return best;
  for (const Isa candidate : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (std::string(wish) != name(candidate)) continue;
    if (candidate > best) fail("TERRELLA_ISA=", wish, ": this machine has ", name(best), " at best");
    return candidate;
  }
  fail("TERRELLA_ISA=", wish, ": unknown; use baseline, avx2 or avx512");
}

}  // namespace

Isa isa() {
  static const Isa chosen = choose();
  return chosen;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return "baseline";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
  }
  return "unknown";
}

}  // namespace terrella::cpu
