// datasets/file/entries.h: "Key: value" lines, as many programs write their settings.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/lines.h"

namespace terrella::datasets {

struct Entry {
  std::string key;    ///< as it stood, without the colon; bytes that are no UTF-8 as '?'
  std::string value;  ///< as it stood, without blanks on both sides
  std::int64_t line = 0;
};

/// What stands before and after the first colon; none where the line has none.
std::optional<Entry> entry_of(const Line& line);

/// Whether the key is that one: case and the number of blanks do not count.
bool is_key(std::string_view key, std::string_view name);

/// The first entry of that key, or nullptr.
const Entry* find_entry(const std::vector<Entry>& entries, std::string_view key);

/// "Key: " filled with blanks up to the column where values stand, and the value.
std::string entry_text(std::string_view key, std::string_view value, std::size_t column);

}  // namespace terrella::datasets
