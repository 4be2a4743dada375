// datasets/arrays/elements.h: how files of others store the elements of arrays, and what these become in a tensor.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/dtype.h"

namespace terrella::datasets {

/// An element as it stands in a file.
enum class Element : std::uint8_t { boolean, i8, u8, i16, u16, i32, u32, i64, u64, f16, bf16, f32, f64, c64, c128 };

struct StoredElement {
  Element element = Element::f64;
  bool swapped = false;  ///< bytes stand in the other order than this machine's
  bool operator==(const StoredElement&) const = default;
};

/// Bytes of one element in the file.
std::size_t size_of(Element element);
/// "u16"
std::string_view name_of(Element element);

/// The dtype that holds every value: i8, u8, i16, u16 become i32; u32 and u64 become i64; f16 and bf16 become f32.
DType dtype_of(Element element);
/// Whether stored bytes are those of the tensor, so that they need no conversion.
bool is_plain(StoredElement stored);

/// IEEE half precision and the upper half of a float, every value of which float holds.
float from_half(std::uint16_t half);
float from_brain(std::uint16_t upper);

/// Converts `count` elements from `stored` bytes to the dtype_of(element) at `into`; both may be the same memory where
/// is_plain(). Returns what is wrong with the values, empty where nothing is: a truth value that is neither 0 nor 1, a
/// u64 beyond i64.
std::string convert_elements(StoredElement type, const void* stored, std::size_t count, void* into);

}  // namespace terrella::datasets
