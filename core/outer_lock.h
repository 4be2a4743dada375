// core/outer_lock.h: a lock of the program around Terrella that must not be held while the core works or waits, such as
// Python's.
#pragma once
#include <atomic>

namespace terrella {

/// How evaluations let go of it.
struct OuterLock {
  void* (*let_go)();         ///< null where this thread does not hold it
  void (*take_back)(void*);  ///< what let_go() returned
};

/// That of this program; null for none. Operations may be built with the lock held.
inline std::atomic<const OuterLock*> outer_lock{nullptr};

/// Lets go of the outer lock while it lives.
class WithoutOuterLock {
 public:
  WithoutOuterLock() : lock_(outer_lock.load(std::memory_order_acquire)), held_(lock_ ? lock_->let_go() : nullptr) {}
  ~WithoutOuterLock() {
    if (held_) lock_->take_back(held_);
  }
  WithoutOuterLock(const WithoutOuterLock&) = delete;
  WithoutOuterLock& operator=(const WithoutOuterLock&) = delete;

 private:
  const OuterLock* lock_;
  void* held_;
};

}  // namespace terrella
