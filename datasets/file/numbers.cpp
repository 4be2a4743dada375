#include "datasets/file/numbers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads all of the token as from_chars does; an underflow is zero, an overflow infinite.
bool read_whole(std::string_view token, double& value) {
  if (token.starts_with('+')) token.remove_prefix(1);
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range) {
    const std::size_t exponent = token.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && token.substr(exponent).find('-') != std::string_view::npos;
    value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return true;
}

bool is_word_for_nan(std::string_view token) {
  if (token.starts_with('-') || token.starts_with('+')) token.remove_prefix(1);
  const std::string word = upper(token);
  return word == "NAN" || word == "INF" || word == "INFINITY" || word == "NULL" || word == "NA" || word == "N/A" ||
         word.find(".#") != std::string::npos || word.find_first_not_of('*') == std::string::npos;
}

}  // namespace

NumberKind parse_number(std::string_view token, double& value) {
  if (!token.empty() && token[0] != '-' && token[0] != '+' && token[0] != '.' && !is_digit(token[0]))
    return is_word_for_nan(token) ? (value = not_a_number, NumberKind::nan) : NumberKind::bad;
  if (token.find("+-") == 0 || token.find("++") == 0) return NumberKind::bad;
  NumberKind kind = NumberKind::plain;
  if (!read_whole(token, value)) {
    std::array<char, 64> buffer;
    if (token.size() + 2 > buffer.size()) return NumberKind::bad;
    std::size_t n = 0;
    bool comma = false, point = false, exponent = false;
    for (std::size_t i = 0; i < token.size(); ++i) {
      char c = token[i];
      if (c == ',' && !comma && !point) {
        comma = true;
        c = '.';
      } else if (c == '.') {
        if (comma) return NumberKind::bad;
        point = true;
      } else if (c == 'd' || c == 'D' || c == 'e' || c == 'E') {
        exponent = true;
        c = 'e';
      } else if ((c == '+' || c == '-') && i > 0 && !exponent && is_digit(token[i - 1])) {
        if (token.size() - i != 4) return NumberKind::bad;  // only a three-digit exponent loses its letter
        exponent = true;
        buffer[n++] = 'e';
      }
      buffer[n++] = c;
    }
    const std::string_view mended(buffer.data(), n);
    if (comma && (mended.ends_with('.') || !is_digit(mended[mended.find('.') + 1]))) return NumberKind::bad;
    if (!read_whole(mended, value))
      return is_word_for_nan(token) ? (value = not_a_number, NumberKind::nan) : NumberKind::bad;
    if (comma) kind = NumberKind::decimal_comma;
  }
  if (!std::isfinite(value)) {
    value = not_a_number;
    return NumberKind::nan;
  }
  return kind;
}

}  // namespace terrella::datasets
