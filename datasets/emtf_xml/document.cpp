#include "datasets/emtf_xml/document.h"

#include <algorithm>

#include "datasets/file/lines.h"

namespace terrella::datasets::emtf_xml {
namespace {

constexpr std::size_t largest_file = std::size_t{8} << 20;  // bytes; real files have 100 kB
constexpr int deepest = 32;

struct DepthWalker : pugi::xml_tree_walker {
  pugi::xml_node too_deep;
  bool for_each(pugi::xml_node& node) override {
    if (depth() > deepest) too_deep = node;
    return !too_deep;
  }
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// What <?xml ... encoding="..."?> says, in upper case; empty where it says nothing.
std::string declared_encoding(std::string_view text) {
  const std::string start = upper(trim(text).substr(0, 200));
  const std::size_t stop = start.find("?>"), word = start.find("ENCODING");
  if (!start.starts_with("<?XML") || stop == std::string::npos || word > stop) return {};
  const std::size_t open = start.find_first_of("\"'", word);
  if (open > stop) return {};
  return start.substr(open + 1, start.find(start[open], open + 1) - open - 1);
}

// The text as UTF-8 where it says itself that it is Latin-1, or what Windows takes for it. What says nothing, or UTF-8,
// is left as it stands.
std::string decoded(std::string text, Report& report) {
  const std::string encoding = declared_encoding(text);
  const bool latin_1 = encoding == "ISO-8859-1" || encoding == "LATIN1" || encoding == "WINDOWS-1252";
  if (!latin_1 || is_utf8(text)) return text;
  report.repair(1, "foreign-encoding", "encoding='" + encoding + "': read as Latin-1");
  return utf8_of_latin_1(text);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Document::Document(std::string_view bytes, Report& report)
    : text_(decoded(datasets::text_of(bytes, largest_file, report), report)) {
  const pugi::xml_parse_result result =
      document_.load_buffer(text_.data(), text_.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  for (const pugi::xml_node& node : document_.children())
    if (node.type() == pugi::node_doctype)
      report.error(line(node), "has a DOCTYPE, which is refused: remove it and expand its entities");
  if (!result) report.error(line_at(result.offset), "is no well-formed XML: ", result.description());
  if (!root()) report.error(0, "is no well-formed XML: it has no element");
  DepthWalker walker;
  document_.traverse(walker);
  if (walker.too_deep) report.error(line(walker.too_deep), "elements are nested deeper than ", deepest);
}

std::int64_t Document::line(const pugi::xml_node& node) const { return line_at(node.offset_debug()); }

std::int64_t Document::line_at(std::ptrdiff_t offset) const {
  const auto stop = std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(text_.size()));
  return 1 + std::count(text_.begin(), text_.begin() + stop, '\n');
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& candidate : node.children())
    if (candidate.type() == pugi::node_element && same_name(candidate.name(), name)) return candidate;
  return {};
}

pugi::xml_node descendant(pugi::xml_node node, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) node = child(node, name);
  return node;
}

std::string_view text_of_element(const pugi::xml_node& node) { return trim(node.child_value()); }

}  // namespace terrella::datasets::emtf_xml
