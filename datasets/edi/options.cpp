#include "datasets/edi/options.h"

#include "datasets/file/lines.h"

namespace terrella::datasets::edi {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// Where the key that ends before the '=' at `equals` begins; npos where no key stands there.
std::size_t key_start(std::string_view line, std::size_t equals) {
  std::size_t end = equals;
  while (end > 0 && is_blank(line[end - 1])) --end;
  std::size_t start = end;
  while (start > 0 && is_key_character(line[start - 1])) --start;
  if (start == end || (start > 0 && !is_blank(line[start - 1]))) return std::string_view::npos;
  return start;
}

}  // namespace

void append_options(std::string_view line, std::int64_t number, std::vector<Option>& options, Report& report) {
  std::size_t at = 0;
  std::size_t equals = line.find('=');
  std::size_t key = std::string_view::npos;
  while (equals != std::string_view::npos && (key = key_start(line.substr(at), equals - at)) == std::string_view::npos)
    equals = line.find('=', equals + 1);
  if (equals == std::string_view::npos) return;
  key += at;
  while (true) {
    const std::string_view name = trim(line.substr(key, equals - key));
    std::size_t start = equals + 1;
    while (start < line.size() && is_blank(line[start])) ++start;
    std::string_view value;
    std::size_t search = start;
    if (start < line.size() && line[start] == '"') {
      const std::size_t close = std::min(line.find('"', start + 1), line.size());
      value = line.substr(start + 1, close - start - 1);
      search = std::min(close + 1, line.size());
    }
    std::size_t next_equals = line.find('=', search);
    std::size_t next_key = std::string_view::npos;
    while (next_equals != std::string_view::npos &&
           (next_key = key_start(line.substr(search), next_equals - search)) == std::string_view::npos)
      next_equals = line.find('=', next_equals + 1);
    const std::size_t stop = next_equals == std::string_view::npos ? line.size() : search + next_key;
    if (search == start) value = line.substr(start, stop - start);
    options.push_back({upper(name), std::string(trim(utf8_of(value, number, report))), number});
    if (next_equals == std::string_view::npos) return;
    key = stop;
    equals = next_equals;
  }
}

std::vector<Option> options_of(const Block& block, Report& report) {
  std::vector<Option> options;
  append_options(block.options, block.line, options, report);
  for_each_line(block,
                [&](std::string_view line, std::int64_t number) { append_options(line, number, options, report); });
  return options;
}

const Option* find_option(const std::vector<Option>& options, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    for (auto option = options.rbegin(); option != options.rend(); ++option)
      if (option->key == key && !option->value.empty()) return &*option;
  return nullptr;
}

}  // namespace terrella::datasets::edi
