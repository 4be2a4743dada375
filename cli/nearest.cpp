#include "cli/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace terrella::cli {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j)
      diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, diagonal + (a[i] != b[j])}));
  }
  return row.back();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& words) {
  if (words.empty() || word.size() > 200) return "";
  const auto distance = [&](const std::string& other) { return edit_distance(word, other); };
  const std::string& nearest = *std::min_element(
      words.begin(), words.end(), [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (distance(nearest) > std::max<std::size_t>(2, std::max(word.size(), nearest.size()) / 2)) return "";
  return "; did you mean '" + nearest + "'?";
}

}  // namespace terrella::cli
