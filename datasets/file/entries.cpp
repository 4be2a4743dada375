#include "datasets/file/entries.h"

#include <algorithm>

namespace terrella::datasets {

std::optional<Entry> entry_of(const Line& line) {
  const std::size_t colon = line.text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto said = [](std::string_view part) { return std::string(trim(printable(std::string(part)))); };
  return Entry{said(line.text.substr(0, colon)), said(line.text.substr(colon + 1)), line.number};
}

bool is_key(std::string_view key, std::string_view name) {
  const auto a = words_of(key), b = words_of(name);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](std::string_view x, std::string_view y) { return upper(x) == upper(y); });
}

const Entry* find_entry(const std::vector<Entry>& entries, std::string_view key) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return is_key(entry.key, key); });
  return found == entries.end() ? nullptr : &*found;
}

std::string entry_text(std::string_view key, std::string_view value, std::size_t column) {
  std::string text(key);
  text += ": ";
  if (text.size() < column) text.append(column - text.size(), ' ');
  text += value;
  return text + "\n";
}

}  // namespace terrella::datasets
