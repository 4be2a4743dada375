#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/error.h"
#include "inversion/mt2d/option_table.h"

namespace terrella::inversion {

CutLine cut_of(std::string_view text) {
  std::vector<double> numbers;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != std::string_view::npos) {
    const std::string_view word = text.substr(at, text.find_first_of(" \t", at) - at);
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value))
      fail("cuts: '", word, "' is no number; a cut is 'y z y z ...', m");
    numbers.push_back(value);
    at += word.size();
  }
  if (numbers.size() < 4 || numbers.size() % 2 != 0)
    fail("cuts: '", text, "' has ", numbers.size(), " numbers; a cut is 'y z y z ...', m, of two points at least");
  CutLine cut;
  for (std::size_t i = 0; i < numbers.size(); i += 2) cut.y.push_back(numbers[i]), cut.z.push_back(numbers[i + 1]);
  return cut;
}

std::string text_of(const CutLine& cut) {
  std::string text;
  for (std::size_t i = 0; i < cut.y.size(); ++i) text += fmt::format("{}{} {}", i == 0 ? "" : " ", cut.y[i], cut.z[i]);
  return text;
}

}  // namespace terrella::inversion
