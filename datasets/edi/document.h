// datasets/edi/document.h: an EDI file cut into blocks, each a '>' line and what follows it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/report.h"

namespace terrella::datasets::edi {

struct Block {
  std::string keyword;                ///< upper case without '>': "HEAD", "=MTSECT", "ZXXR"
  std::string_view options;           ///< rest of the '>' line, up to "//"
  std::optional<std::int64_t> count;  ///< the number after "//"
  std::string_view body;              ///< the lines that follow, comments included
  std::int64_t line = 0;              ///< of '>', from 1
};

/// Cuts bytes into blocks. Byte order mark, NUL bytes, lone carriage returns and a missing >END are mended and noted;
/// what cannot be an EDI file is a FormatError. Blocks view the document's own text.
class Document {
 public:
  Document(std::string_view bytes, Report& report);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const std::vector<Block>& blocks() const { return blocks_; }
  /// The block of that keyword, or nullptr; FormatError where there are two.
  const Block* find(std::string_view keyword, const Report& report) const;
  bool ended() const { return ended_; }  ///< by >END

 private:
  std::string text_;
  std::vector<Block> blocks_;
  bool ended_ = false;
};

/// Calls visit(line of text without comments, its number) for each line of a block's body that is no comment.
template <class Visit>
void for_each_line(const Block& block, const Visit& visit) {
  std::int64_t number = block.line;
  std::string_view rest = block.body;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '!' || line[first] == '>') continue;
    visit(line.substr(first), number);
  }
}

/// True for the blocks and sections that are read or that hold the axes of one that is.
bool is_read(std::string_view keyword);

}  // namespace terrella::datasets::edi
