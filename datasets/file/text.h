// datasets/file/text.h: texts that come from files of others.
#pragma once
#include <string>
#include <string_view>

namespace terrella::datasets {

/// True for well-formed UTF-8: no overlong forms, surrogates or values beyond U+10FFFF.
bool is_utf8(std::string_view text);

/// Latin-1 as UTF-8.
std::string utf8_of_latin_1(std::string_view text);

/// The text fit for a message: control characters become blanks, and bytes that are no UTF-8 become '?'.
std::string printable(std::string text);

/// The text with a-z as A-Z; other bytes stay.
std::string upper(std::string_view text);

/// The bytes without the mark that some editors put before UTF-8.
std::string_view without_byte_order_mark(std::string_view bytes);

/// The text without the blanks, tabs and line ends on both sides.
std::string_view trim(std::string_view text);

}  // namespace terrella::datasets
