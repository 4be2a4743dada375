// core/recycled.h: small blocks that a thread has freed, kept for what it asks for next.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace terrella {

/// Blocks of `bytes` with `alignment`, at most `most` kept by each thread: a few instructions instead of malloc's
/// hundreds when nodes live and die by the thousand. A block may be given back by another thread than took it. Under
/// sanitizers nothing is kept, so that they see every use after the end.
template <std::size_t bytes, std::size_t alignment, std::uint32_t most>
class Recycled {
  static_assert(bytes >= sizeof(void*) && bytes % alignment == 0);

 public:
  /// Null where there is no memory.
  static void* take() noexcept {
    if (void* block = kept.first) {
      kept.first = *static_cast<void**>(block);
      --kept.count;
      return block;
    }
    return std::aligned_alloc(alignment, bytes);
  }
  static void give(void* block) noexcept {
    if (kept.count >= limit()) return std::free(block);
    static thread_local const Clear clear;  // made by the first block that is kept
    *static_cast<void**>(block) = kept.first;
    kept.first = block;
    ++kept.count;
  }

 private:
  struct Kept {  // trivial: alive until the thread's very end
    void* first;
    std::uint32_t count;
    bool closed;
  };
  struct Clear {
    Clear() noexcept {}
    ~Clear() {
      kept.closed = true;
      while (void* block = kept.first) {
        kept.first = *static_cast<void**>(block);
        std::free(block);
      }
      kept.count = 0;
    }
  };
  static std::uint32_t limit() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    return kept.closed ? 0 : most;
#endif
  }
  static inline thread_local Kept kept{nullptr, 0, false};
};

}  // namespace terrella
