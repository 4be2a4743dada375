// core/jit/memory_plan.h: where the values of a program stand while it runs.
#pragma once
#include "core/jit/pack.h"
#include "core/jit/program.h"

namespace terrella::compiler {

struct MemoryPlan {
  std::vector<std::int32_t> step_of;  ///< of each instruction; a group is one step
  std::vector<std::int32_t> slot_of;  ///< of each value, -1 where it has memory of its own
  std::vector<Slot> slots;
  std::vector<std::vector<Value>> released;  ///< values let go after each step
  std::vector<std::vector<bool>> ends;  ///< of each operand of a tape or of an operation that may write over it: memory
                                        ///< of its own that only this one reads now and nobody later
  std::int64_t arena = 0;               ///< bytes
  std::int64_t peak = 0;                ///< bytes, arguments and constants not counted
};

/// Values live from the step that makes them to the last that reads them or what shares their memory. Those made by
/// tapes and by operations that write where they are told stand in one arena; results stand outside.
MemoryPlan plan_memory(const Program& program);

}  // namespace terrella::compiler
