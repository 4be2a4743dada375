// datasets/file/bytes.h: numbers within a binary file in memory, in either byte order; what lies beyond its end is a
// FormatError.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "datasets/file/report.h"

namespace terrella::datasets {

/// The value with its bytes in the opposite order.
template <class T>
T byte_swapped(T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  unsigned char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

/// Bytes that outlive this view, whose numbers stand in one byte order.
class Bytes {
 public:
  Bytes(std::string_view bytes, std::endian order, const Report& report)
      : bytes_(bytes), swapped_(order != std::endian::native), report_(report) {}

  std::uint64_t size() const { return bytes_.size(); }

  /// `size` bytes from `offset` on; a FormatError that names `what` where the file is shorter.
  std::string_view part(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset)
      report_.error(0, what, " should stand in bytes ", offset, " .. ", offset + size, ", but the file ends at byte ",
                    bytes_.size(), "; it is cut off or damaged");
    return bytes_.substr(offset, size);
  }

  /// The number at `offset`.
  template <class T>
  T at(std::uint64_t offset, std::string_view what) const {
    T value;
    std::memcpy(&value, part(offset, sizeof(T), what).data(), sizeof(T));
    return swapped_ ? byte_swapped(value) : value;
  }

 private:
  std::string_view bytes_;
  bool swapped_;
  const Report& report_;
};

}  // namespace terrella::datasets
