// core/backend/cpu/memory.h: host memory, 64-byte aligned; large blocks are kept for reuse, since fresh pages are slow.
#pragma once
#include "core/array.h"

namespace terrella::cpu {

/// Uninitialised memory. Throws ResourceError naming the size when there is none.
BufferPointer allocate(std::size_t bytes);

/// Uninitialised memory for numbers, as long as the object lives.
template <class T>
class Memory {
 public:
  explicit Memory(std::int64_t count) : buffer_(allocate(static_cast<std::size_t>(count) * sizeof(T))) {}
  T* data() const { return static_cast<T*>(buffer_->data); }

 private:
  BufferPointer buffer_;
};

/// Row-major array without values.
Array empty_array(DType dtype, const Shape& shape);

/// Memory for an output that brings none; what it brings is row-major.
inline void provide(Array& out) {
  if (!out.buffer) out = empty_array(out.dtype, out.shape);
}

struct MemoryStatistics {
  std::size_t in_use;  ///< bytes held by live buffers
  std::size_t peak;    ///< largest in_use since the start or reset_peak()
  std::size_t kept;    ///< bytes of freed large blocks held for reuse
};
MemoryStatistics memory_statistics();
void reset_peak();

}  // namespace terrella::cpu
