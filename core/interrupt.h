// core/interrupt.h: how long work is stopped from outside: Ctrl-C in Python or in a program.
#pragma once
#include <atomic>

namespace terrella {

/// What check_interrupt() calls; null for nothing. It throws to stop the work, on any thread.
inline std::atomic<void (*)()> interrupt_check{nullptr};

/// Called between nodes of a graph and between the tiles of long operations, where a throw leaves nothing half done:
/// the graph stays usable.
inline void check_interrupt() {
  if (void (*const check)() = interrupt_check.load(std::memory_order_relaxed)) check();
}

}  // namespace terrella
