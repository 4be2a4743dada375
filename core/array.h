// core/array.h: evaluated data. Backends and the evaluate() of operations work on these; users see Tensor.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/dtype.h"
#include "core/shape.h"

namespace terrella {

/// Device that holds data and runs operations.
enum class Device : std::uint8_t { cpu };

/// Reference-counted memory. Its maker says how it is freed.
struct Buffer {
  std::atomic<std::int32_t> references{1};
  Device device = Device::cpu;
  void* data = nullptr;
  std::size_t bytes = 0;
  void (*release)(Buffer*) = nullptr;  ///< frees data and the Buffer itself
  void* owner = nullptr;               ///< of memory that came from elsewhere
  std::atomic<bool> shown{false};      ///< its address has been told outside of the graph
};

class BufferPointer {
 public:
  BufferPointer() = default;
  explicit BufferPointer(Buffer* adopted) : buffer_(adopted) {}
  BufferPointer(const BufferPointer& o) : buffer_(o.buffer_) {
    if (buffer_) buffer_->references.fetch_add(1, std::memory_order_relaxed);
  }
  BufferPointer(BufferPointer&& o) noexcept : buffer_(std::exchange(o.buffer_, nullptr)) {}
  BufferPointer& operator=(BufferPointer o) noexcept {
    std::swap(buffer_, o.buffer_);
    return *this;
  }
  ~BufferPointer() {
    if (buffer_ && buffer_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) buffer_->release(buffer_);
  }
  Buffer* get() const { return buffer_; }
  Buffer* operator->() const { return buffer_; }
  explicit operator bool() const { return buffer_ != nullptr; }
  bool unique() const { return buffer_ && buffer_->references.load(std::memory_order_acquire) == 1; }
  /// Whether nobody but the holder can see the memory, now or by an address that was told before.
  bool expendable() const { return unique() && !buffer_->owner && !buffer_->shown.load(); }

 private:
  Buffer* buffer_ = nullptr;
};

/// A strided view of a buffer. Strides and offset count elements; strides may be 0 (broadcast) or negative (flip).
struct Array {
  BufferPointer buffer;
  DType dtype = DType::f64;
  Shape shape;
  Shape strides;
  std::int64_t offset = 0;

  std::int64_t size() const { return shape.size(); }
  template <class T>
  T* data() const {
    return static_cast<T*>(buffer->data) + offset;
  }
  void* bytes() const { return static_cast<char*>(buffer->data) + offset * static_cast<std::int64_t>(size_of(dtype)); }
  bool contiguous() const {
    std::int64_t step = 1;
    for (int i = shape.rank(); i-- > 0;) {
      if (shape[i] != 1 && strides[i] != step) return false;
      step *= shape[i];
    }
    return true;
  }
};

}  // namespace terrella
