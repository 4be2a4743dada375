// core/backend/cpu/tape_pairs.h: which steps of a tape run as one loop.
#pragma once
#include <cstdint>
#include <vector>

#include "core/backend/cpu/tape_program.h"

namespace terrella::cpu {

/// Joins a cheap step of real numbers with the one that made its operand where nothing else needs that; the same bits.
/// steps: those of the tile, in order; uses: how often a value is an operand or leaves.
void join_pairs(const Tape& tape, const std::vector<TapeValue>& values, const std::vector<int>& uses,
                std::vector<TapeStep>& steps);

}  // namespace terrella::cpu
