#include "datasets/file/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

namespace terrella::datasets {
namespace {

// How many of the `count` digits at `digits` are needed: zeros at the end are not, beyond the first `least`.
std::size_t needed(const char* digits, std::size_t count, std::size_t least) {
  while (count > least && digits[count - 1] == '0') --count;
  return count;
}

}  // namespace

void append_scientific(std::string& text, double value, int least) {
  std::array<char, 40> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific, 12);
  const std::string_view all(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t point = all.find('.'), exponent = all.find('e');
  if (!all.starts_with('-')) text += ' ';
  text += ' ';
  if (point == std::string_view::npos || exponent == std::string_view::npos) {
    text += all;
    return;
  }
  const std::size_t digits = needed(all.data() + point + 1, exponent - point - 1, static_cast<std::size_t>(least));
  text.append(all.substr(0, point + 1 + digits)).append(all.substr(exponent));
}

void append_fixed(std::string& text, double value, int least, int most) {
  if (!(std::abs(value) < 1e15)) return append_scientific(text, value);
  std::array<char, 48> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, most);
  std::string_view all(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t point = all.find('.');
  if (point != std::string_view::npos) {
    const std::size_t digits = needed(all.data() + point + 1, all.size() - point - 1, static_cast<std::size_t>(least));
    all = all.substr(0, point + 1 + digits);
    if (all.ends_with('.')) all.remove_suffix(1);
  }
  text += ' ';
  text += all;
}

}  // namespace terrella::datasets
