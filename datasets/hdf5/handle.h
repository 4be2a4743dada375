// datasets/hdf5/handle.h: owners of what libhdf5 lends. Free of hdf5.h, so that it stays out of everybody's build.
#pragma once
#include <cstdint>
#include <utility>

namespace terrella::datasets::hdf5 {

/// An identifier of libhdf5 (hid_t) and the function that gives it back.
class Handle {
 public:
  using Close = int (*)(std::int64_t);
  Handle() = default;
  Handle(std::int64_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0 && close_) close_(id_);
  }
  std::int64_t id() const { return id_; }

 private:
  std::int64_t id_ = -1;
  Close close_ = nullptr;
};

/// libhdf5 for this thread alone (Debian's is not thread-safe), without its printing of errors to stderr and without
/// its loading of filter plugins. Both settings are as before when it ends. Nests within a thread.
class Library {
 public:
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

 private:
  int (*print_)(std::int64_t, void*) = nullptr;
  void* print_data_ = nullptr;
  unsigned plugins_ = 0;
};

/// Has libhdf5 give back the memory that it keeps for reuse. Where it has written beyond its blocks before, the process
/// ends here instead of at its exit.
void give_memory_back();

}  // namespace terrella::datasets::hdf5
