// core/jit/pack.h: places in one arena for values of known lifetimes.
#pragma once
#include <cstdint>
#include <span>

namespace terrella::compiler {

/// A place in the arena, used by one value, or by several where one is written over another.
struct Slot {
  std::int64_t bytes = 0;
  std::int32_t first = 0, last = 0;  ///< steps between which it is held, both included
  std::int64_t offset = 0;           ///< in the arena, a multiple of 64 where all bytes are
};

/// Sets the offsets, so that slots held at the same time stand apart. Returns the bytes of the arena.
///
/// First in the order of time, forwards and backwards, each into the smallest gap that is free then: n log n. Where
/// neither needs as few bytes as are held at once, also the largest first, each into the smallest gap while it lives:
/// n^2, for 16 384 slots at most. The least is taken.
std::int64_t pack(std::span<Slot> slots);

/// Bytes held at once, at most: what no arena can be smaller than.
std::int64_t most_held(std::span<const Slot> slots);

}  // namespace terrella::compiler
