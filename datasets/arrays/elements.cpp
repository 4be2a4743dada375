#include "datasets/arrays/elements.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"

namespace terrella::datasets {
namespace {

static_assert(std::endian::native == std::endian::little, "memory and most files share their layout");

struct Row {
  std::string_view name;
  std::size_t bytes;
  DType dtype;
};
constexpr Row rows[] = {{"bool", 1, DType::boolean}, {"i8", 1, DType::i32},   {"u8", 1, DType::i32},
                        {"i16", 2, DType::i32},      {"u16", 2, DType::i32},  {"i32", 4, DType::i32},
                        {"u32", 4, DType::i64},      {"i64", 8, DType::i64},  {"u64", 8, DType::i64},
                        {"f16", 2, DType::f32},      {"bf16", 2, DType::f32}, {"f32", 4, DType::f32},
                        {"f64", 8, DType::f64},      {"c64", 8, DType::c64},  {"c128", 16, DType::c128}};
const Row& row(Element element) { return rows[static_cast<std::size_t>(element)]; }

/// Loads a number of another byte order, or of this one, from anywhere.
template <class Word>
Word load(const char* from, bool swapped) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  if (!swapped) return word;
  if constexpr (sizeof(Word) == 2) return __builtin_bswap16(word);
  if constexpr (sizeof(Word) == 4) return __builtin_bswap32(word);
  if constexpr (sizeof(Word) == 8) return __builtin_bswap64(word);
  return word;
}

template <class Word, class To, class Convert>
void widen(const char* from, bool swapped, std::size_t count, void* into, const Convert& convert) {
  auto* const values = static_cast<To*>(into);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<To>(convert(load<Word>(from + i * sizeof(Word), swapped)));
}

template <class Word>
void swap_words(const char* from, std::size_t count, void* into) {
  auto* const words = static_cast<char*>(into);
  for (std::size_t i = 0; i < count; ++i) {
    const Word word = load<Word>(from + i * sizeof(Word), true);
    std::memcpy(words + i * sizeof(Word), &word, sizeof word);
  }
}

}  // namespace

std::size_t size_of(Element element) { return row(element).bytes; }
std::string_view name_of(Element element) { return row(element).name; }
DType dtype_of(Element element) { return row(element).dtype; }

bool is_plain(StoredElement stored) {
  if (stored.element == Element::boolean || stored.element == Element::u64) return false;  // values need a look
  return !stored.swapped && size_of(stored.element) == terrella::size_of(dtype_of(stored.element));
}

float from_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16, exponent = (half >> 10) & 31u,
                      mantissa = half & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  const float tiny = std::ldexp(static_cast<float>(mantissa), -24);
  return sign ? -tiny : tiny;
}

float from_brain(std::uint16_t upper) { return std::bit_cast<float>(std::uint32_t{upper} << 16); }

std::string convert_elements(StoredElement type, const void* stored, std::size_t count, void* into) {
  const auto* const from = static_cast<const char*>(stored);
  const bool swapped = type.swapped;
  const auto same = [](auto word) { return word; };
  switch (type.element) {
    case Element::boolean:
      for (std::size_t i = 0; i < count; ++i)
        if (from[i] != 0 && from[i] != 1)
          return text("the truth value at position ", i, " is ", int{static_cast<unsigned char>(from[i])});
      if (count > 0) std::memmove(into, from, count);
      return {};
    case Element::i8:
      widen<std::uint8_t, std::int32_t>(from, false, count, into, [](auto w) { return static_cast<std::int8_t>(w); });
      return {};
    case Element::u8:
      widen<std::uint8_t, std::int32_t>(from, false, count, into, same);
      return {};
    case Element::i16:
      widen<std::uint16_t, std::int32_t>(from, swapped, count, into,
                                         [](auto w) { return static_cast<std::int16_t>(w); });
      return {};
    case Element::u16:
      widen<std::uint16_t, std::int32_t>(from, swapped, count, into, same);
      return {};
    case Element::u32:
      widen<std::uint32_t, std::int64_t>(from, swapped, count, into, same);
      return {};
    case Element::u64:
      for (std::size_t i = 0; i < count; ++i) {
        const auto word = load<std::uint64_t>(from + 8 * i, swapped);
        if (word > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          return text("the unsigned number ", word, " at position ", i, " is beyond int64");
        static_cast<std::int64_t*>(into)[i] = static_cast<std::int64_t>(word);
      }
      return {};
    case Element::f16:
      widen<std::uint16_t, float>(from, swapped, count, into, from_half);
      return {};
    case Element::bf16:
      widen<std::uint16_t, float>(from, swapped, count, into, from_brain);
      return {};
    case Element::i32:
    case Element::f32:
    case Element::c64:
    case Element::i64:
    case Element::f64:
    case Element::c128:
      break;
  }
  const std::size_t bytes = count * size_of(type.element);
  const bool words_of_4 = type.element == Element::i32 || type.element == Element::f32 || type.element == Element::c64;
  if (bytes == 0) return {};
  if (!swapped)
    std::memmove(into, from, bytes);
  else if (words_of_4)
    swap_words<std::uint32_t>(from, bytes / 4, into);
  else
    swap_words<std::uint64_t>(from, bytes / 8, into);
  return {};
}

}  // namespace terrella::datasets
