#include "core/backend/cpu/memory.h"

#include <sys/mman.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <list>
#include <mutex>
#include <new>
#include <unordered_map>

#include "core/error.h"
#include "core/recycled.h"

namespace terrella::cpu {
namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t header = 64;       // the Buffer stands before its data, in one allocation
constexpr std::size_t large = 4 * 1024;  // from here on blocks are kept
constexpr std::size_t small = 256;       // up to here, header included, blocks are kept by each thread
using SmallBlocks = Recycled<small, alignment, 8192>;
constexpr std::size_t addressable = std::size_t{1}
                                    << 47;  // of a process on x86-64; the allocator is not asked for more
constexpr std::size_t keep_at_most = std::size_t{1} << 30;
static_assert(sizeof(Buffer) <= header);

std::atomic<std::size_t> in_use{0}, peak{0};

void count(std::size_t bytes) {
  const std::size_t now = in_use.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::size_t seen = peak.load(std::memory_order_relaxed);
  while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {}
}

/// Sizes in eighths of a power of two, so that a block serves requests at most 12.5 % smaller.
std::size_t size_class(std::size_t bytes) {
  const std::size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

/// Freed blocks, by age and by size.
class LargeBlocks {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto same = by_size_.find(bytes);
    if (same == by_size_.end() || same->second.empty()) return nullptr;
    const auto newest = same->second.back();  // the likeliest to be in a cache still
    same->second.pop_back();
    void* block = newest->memory;
    by_age_.erase(newest);
    kept_ -= bytes;
    return block;
  }
  void give(void* memory, std::size_t bytes) {
    if (bytes > keep_at_most) return std::free(memory);
    const std::lock_guard lock(mutex_);
    while (kept_ + bytes > keep_at_most) {
      const Block oldest = by_age_.front();
      std::free(oldest.memory);
      kept_ -= oldest.bytes;
      by_size_.at(oldest.bytes).pop_front();
      by_age_.pop_front();
    }
    by_size_[bytes].push_back(by_age_.insert(by_age_.end(), {memory, bytes}));
    kept_ += bytes;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    for (const Block& block : by_age_) std::free(block.memory);
    by_age_.clear();
    by_size_.clear();
    kept_ = 0;
  }
  std::size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  struct Block {
    void* memory;
    std::size_t bytes;
  };
  std::mutex mutex_;
  std::list<Block> by_age_;                                                          // oldest first
  std::unordered_map<std::size_t, std::deque<std::list<Block>::iterator>> by_size_;  // likewise
  std::size_t kept_ = 0;
};

LargeBlocks& large_blocks() {
  static auto* blocks = new LargeBlocks;  // never destroyed: tensors of static storage may outlive it
  return *blocks;
}

/// Asks for large pages within a fresh block: one fault instead of 512, which costs less than the first use of so much.
void ask_for_large_pages(void* block, std::size_t bytes) {
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
  const auto begin = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page,
             end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // advice: may be refused
}

ResourceError out_of_memory(std::size_t bytes) {
  return ResourceError(text("out of memory: ", bytes, " bytes more were asked for while ", in_use.load(),
                            " are in use; use smaller tensors or a smaller batch"));
}

void release(Buffer* buffer) {
  const std::size_t bytes = buffer->bytes;
  in_use.fetch_sub(bytes, std::memory_order_relaxed);
  buffer->~Buffer();
  void* block = buffer;
  if (bytes + header >= large) {
    large_blocks().give(block, size_class(bytes + header));
  } else if (bytes + header <= small) {
    SmallBlocks::give(block);
  } else {
    std::free(block);
  }
}

}  // namespace

BufferPointer allocate(std::size_t bytes) {
  std::size_t total = bytes + header;
  void* block = nullptr;
  if (total >= large) {
    total = size_class(total);
    block = large_blocks().take(total);
  } else if (total <= small) {
    block = SmallBlocks::take();
  }
  if (!block) {
    if (total > addressable) throw out_of_memory(bytes);
    total = (total + alignment - 1) / alignment * alignment;
    block = std::aligned_alloc(alignment, total);
    if (!block) {
      large_blocks().clear();
      block = std::aligned_alloc(alignment, total);
    }
    if (!block) throw out_of_memory(bytes);
    ask_for_large_pages(block, total);
  }
  auto* buffer = new (block) Buffer;
  buffer->data = static_cast<char*>(block) + header;
  buffer->bytes = bytes;
  buffer->release = release;
  count(bytes);
  return BufferPointer(buffer);
}

Array empty_array(DType dtype, const Shape& shape) {
  Array a;
  a.buffer = allocate(static_cast<std::size_t>(shape.size()) * size_of(dtype));
  a.dtype = dtype;
  a.shape = shape;
  a.strides = row_major_strides(shape);
  return a;
}

MemoryStatistics memory_statistics() { return {in_use.load(), peak.load(), large_blocks().kept()}; }
void reset_peak() { peak.store(in_use.load()); }

}  // namespace terrella::cpu
