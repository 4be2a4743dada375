// core/bytes.h: numbers, texts and arrays one behind the other in memory, for processes of one program to tell each
// other. No format: both sides are of one build, and read in the order in which was written.
#pragma once
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"

namespace terrella {

using Bytes = std::vector<std::byte>;

class BytesWriter {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T> BytesWriter& put(const T& value) { return add(&value, sizeof value); }
  template <class T>
  BytesWriter& put_all(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(values.size());
    return add(values.data(), values.size() * sizeof(T));
  }
  BytesWriter& put_all(const std::string& text) {
    put(text.size());
    return add(text.data(), text.size());
  }
  Bytes take() { return std::move(bytes_); }

 private:
  BytesWriter& add(const void* data, std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
    return *this;
  }
  Bytes bytes_;
};

/// One behind the other.
inline Bytes end_to_end(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// Holds no bytes of its own.
class BytesReader {
 public:
  explicit BytesReader(const Bytes& bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}
  bool empty() const { return at_ == end_; }
  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    take(&value, sizeof value);
    return value;
  }
  template <class T>
  std::vector<T> get_all() {
    std::vector<T> values(counted(sizeof(T)));
    take(values.data(), values.size() * sizeof(T));
    return values;
  }
  std::string get_text() {
    std::string text(counted(1), '\0');
    take(text.data(), text.size());
    return text;
  }

 private:
  std::size_t counted(std::size_t each) {
    const auto count = get<std::size_t>();
    if (count > static_cast<std::size_t>(end_ - at_) / each) too_short();
    return count;
  }
  void take(void* to, std::size_t size) {
    if (size > static_cast<std::size_t>(end_ - at_)) too_short();
    if (size > 0) std::memcpy(to, at_, size);
    at_ += size;
  }
  [[noreturn]] static void too_short() {
    throw Error("processes of mpirun: a message is cut short; do all run one build?");
  }
  const std::byte *at_, *end_;
};

}  // namespace terrella
