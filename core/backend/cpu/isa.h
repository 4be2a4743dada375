// core/backend/cpu/isa.h: which of the kernel builds this machine runs. Chosen once, at first use.
#pragma once
#include <cstdint>

namespace terrella::cpu {

enum class Isa : std::uint8_t { baseline, avx2, avx512 };

/// The best instruction set that this machine has, or the lesser one that the environment variable TERRELLA_ISA
/// (baseline, avx2, avx512) asks for. An unknown or unavailable name throws std::invalid_argument.
Isa isa();

/// "baseline", "avx2", "avx512".
const char* name(Isa isa);

}  // namespace terrella::cpu
