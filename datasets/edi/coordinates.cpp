#include "datasets/edi/coordinates.h"

#include <cmath>

#include "datasets/file/numbers.h"
#include "datasets/file/text.h"

namespace terrella::datasets::edi {

std::optional<double> parse_degrees(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  double sign = 1;
  bool hemisphere = false;
  switch (text.back()) {
    case 'S':
    case 's':
    case 'W':
    case 'w':
      sign = -1;
      [[fallthrough]];
    case 'N':
    case 'n':
    case 'E':
    case 'e':
      hemisphere = true;
      text = trim(text.substr(0, text.size() - 1));
      break;
    default:
      break;
  }
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (hemisphere) return std::nullopt;  // "-34 S" contradicts or repeats itself; nobody can tell which
    if (text[0] == '-') sign = -1;
    text = trim(text.substr(1));
  }
  double parts[3] = {0, 0, 0};
  int n = 0;
  while (!text.empty()) {
    if (n == 3) return std::nullopt;
    const std::size_t stop = std::min(text.find_first_of(": \t"), text.size());
    const std::string_view token = text.substr(0, stop);
    if (token.empty() || token[0] == '-' || token[0] == '+') return std::nullopt;
    const NumberKind kind = parse_number(token, parts[n]);
    if (kind == NumberKind::bad || kind == NumberKind::nan) return std::nullopt;
    ++n;
    if (stop == text.size()) break;
    const bool colon = text[stop] == ':';
    text = trim(text.substr(stop));
    if (colon) {
      text = trim(text.substr(1));
      if (text.empty()) return std::nullopt;
    } else if (text.starts_with(':')) {
      text = trim(text.substr(1));
    }
  }
  if (n == 0 || parts[1] >= 60 || parts[2] > 60) return std::nullopt;
  for (int i = 0; i + 1 < n; ++i)
    if (parts[i] != std::floor(parts[i])) return std::nullopt;  // only the last part has a fraction
  return sign * (parts[0] + parts[1] / 60 + parts[2] / 3600);
}

}  // namespace terrella::datasets::edi
