#include "datasets/edi/document.h"

#include <algorithm>
#include <charconv>

#include "datasets/file/lines.h"

namespace terrella::datasets::edi {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;  // bytes; real files have some 100 kB
constexpr std::size_t most_blocks = 100000;

constexpr std::string_view blank = " \t\r\f\v";

// The length of the keyword that a '>' line starts with: up to a blank or the "//" of the count.
std::size_t keyword_length(std::string_view line) {
  std::size_t start = line.starts_with('=') ? 1 : 0;
  if (start == 1) start = std::min(line.find_first_not_of(blank, start), line.size());
  return std::min({line.find_first_of(blank, start), line.find("//"), line.size()});
}

// That keyword in upper case, "= MTSECT" without its blanks.
std::string keyword_of(std::string_view line) {
  std::string keyword = upper(line.substr(0, keyword_length(line)));
  std::erase_if(keyword, [](char c) { return blank.find(c) != std::string_view::npos; });
  return keyword;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// In the free text of >INFO a '>' starts a block only where one of these follows; the rest is the author's prose.
bool ends_info(std::string_view keyword) { return keyword.starts_with('=') || keyword == "END" || is_read(keyword); }

// Splits "KEYWORD options // count" behind the '>'.
Block header_line(std::string_view line, std::int64_t number, const Report& report) {
  Block block;
  block.line = number;
  block.keyword = keyword_of(line);
  if (block.keyword.empty() || block.keyword == "=")
    report.error(number, "'>' without a keyword: '", std::string(line.substr(0, 40)), "'");
  line.remove_prefix(keyword_length(line));
  block.options = trim(line);
  const std::size_t slashes = line.rfind("//");
  if (slashes == std::string_view::npos) return block;
  const std::string_view count = trim(line.substr(slashes + 2));
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(count.data(), count.data() + count.size(), value);
  if (error != std::errc() || stop != count.data() + count.size() || value < 0)
    report.error(number, ">", block.keyword, ": '", std::string(count.substr(0, 40)), "' after // is not a count");
  block.count = value;
  block.options = trim(line.substr(0, slashes));
  return block;
}

}  // namespace

bool is_read(std::string_view keyword) {
  const auto tensor_element = [&](std::size_t at) {
    return is_one_of(keyword.substr(at, 2), {"XX", "XY", "YX", "YY"});
  };
  if (keyword.starts_with('Z') && tensor_element(1)) return is_one_of(keyword.substr(3), {"R", "I", ".VAR", ".COV"});
  if ((keyword.starts_with("RHO") || keyword.starts_with("PHS")) && tensor_element(3))
    return is_one_of(keyword.substr(5), {"", ".ERR", ".VAR"});
  if (is_one_of(keyword.substr(0, 2), {"TX", "TY"}))
    return is_one_of(keyword.substr(2), {"R.EXP", "I.EXP", "VAR.EXP", "R", "I", ".VAR", "VAR", ".VAR.EXP"});
  return is_one_of(keyword, {"HEAD", "INFO", "=DEFINEMEAS", "=MTSECT", "=SPECTRASECT", "=EMAPSECT", "HMEAS", "EMEAS",
                             "FREQ", "SPECTRA", "ZROT", "TROT", "TROT.EXP", "RHOROT"});
}

Document::Document(std::string_view bytes, Report& report) : text_(text_of(bytes, largest_file, report)) {
  const std::string_view all = text_;
  std::int64_t number = 0;
  std::size_t start = 0;       // of the current line
  std::size_t body_start = 0;  // of the current block
  bool in_info = false;
  while (start < all.size() && !ended_) {
    const std::size_t stop = std::min(all.find('\n', start), all.size());
    const std::string_view line = trim(all.substr(start, stop - start));
    const std::size_t next = stop + 1;
    ++number;
    const bool comment = line.starts_with('!') || (line.starts_with('>') && trim(line.substr(1)).starts_with('!'));
    if (line.starts_with('>') && !comment) {
      const std::string_view after = trim(line.substr(1));
      const bool known = !in_info || ends_info(keyword_of(after));
      if (known) {
        Block block = header_line(after, number, report);
        if (blocks_.empty() && block.keyword != "HEAD")
          report.error(number, "begins with >", block.keyword,
                       " instead of >HEAD; not an EDI file, or its start is lost");
        if (!blocks_.empty()) blocks_.back().body = all.substr(body_start, start - body_start);
        body_start = std::min(next, all.size());
        if (block.keyword == "END") {
          ended_ = true;
        } else {
          if (blocks_.size() >= most_blocks) report.error(number, "more than ", most_blocks, " blocks");
          in_info = block.keyword == "INFO";
          blocks_.push_back(std::move(block));
        }
      }
    } else if (blocks_.empty() && !line.empty() && !comment) {
      report.error(number, "text before >HEAD: '", std::string(line.substr(0, 40)), "'; not an EDI file");
    }
    start = next;
  }
  if (blocks_.empty()) report.error(0, "holds no >HEAD; not an EDI file");
  if (!ended_) {
    blocks_.back().body = all.substr(body_start);
    if (const char last = all.back(); last != '\n' && last != '\r' && last != ' ')
      report.error(number, "ends in the middle of a line, without >END: the file is truncated");
    report.repair(number, "missing-end", "the file ends without >END");
  } else if (body_start < all.size()) {
    if (const auto more = all.find_first_not_of(" \t\r\f\v\n", body_start); more != std::string_view::npos)
      report.repair(number + 1 +
                        std::count(all.begin() + static_cast<std::ptrdiff_t>(body_start),
                                   all.begin() + static_cast<std::ptrdiff_t>(more), '\n'),
                    "text-after-end", std::to_string(all.size() - more) + " bytes after >END not read");
  }
}

const Block* Document::find(std::string_view keyword, const Report& report) const {
  const Block* found = nullptr;
  for (const Block& block : blocks_) {
    if (block.keyword != keyword) continue;
    if (found)
      report.error(block.line, ">", block.keyword, " stands twice (first on line ", found->line,
                   "); one sounding a file is read, split the file");
    found = &block;
  }
  return found;
}

}  // namespace terrella::datasets::edi
