// core/interrupt.h: how long work is stopped from outside: Ctrl-C in Python or in a program.
#pragma once
#include <atomic>
#include <exception>

namespace terrella {

/// What stops long work derives from this, here or in another process (core/ranks.h): no error, nobody is to mend it.
class Interruption : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// What check_interrupt() calls; null for nothing. It throws to stop the work, on any thread.
inline std::atomic<void (*)()> interrupt_check{nullptr};

/// While one is alive, work on its thread is not stopped: for what must be finished, such as writing a checkpoint.
class Uninterrupted {
 public:
  Uninterrupted() { ++depth; }
  ~Uninterrupted() { --depth; }
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
  static bool here() { return depth > 0; }

 private:
  inline static thread_local int depth = 0;
};

/// Called between nodes of a graph and between the tiles of long operations, where a throw leaves nothing half done:
/// the graph stays usable.
inline void check_interrupt() {
  void (*const check)() = interrupt_check.load(std::memory_order_relaxed);
  if (check && !Uninterrupted::here()) check();
}

}  // namespace terrella
