#include "cli/configuration.h"

#include <fmt/format.h>

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "cli/nearest.h"
#include "datasets/file/read_file.h"

namespace terrella::cli {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;

/// Goes through a file and collects what is wrong in it, so that all is said at once.
class Reader {
 public:
  Reader(const std::string& path, const std::vector<Setting>& settings) : path_(path), settings_(settings) {}

  /// Keys of the table `top`, or of one in it, whose settings' keys begin with `prefix`.
  void read(const toml::table& table, std::string_view top, const std::string& prefix) {
    const auto belongs = [&](const Setting& s) { return s.configurable && s.table == top; };
    std::vector<std::string> known;  // the next words after the prefix
    for (const Setting& s : settings_)
      if (belongs(s) && s.key.starts_with(prefix))
        known.push_back(s.key.substr(prefix.size(), s.key.find('.', prefix.size()) - prefix.size()));
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const auto setting = std::find_if(settings_.begin(), settings_.end(),
                                        [&](const Setting& s) { return belongs(s) && s.key == key; });
      if (setting != settings_.end()) {
        if (!take(key, node, setting->given ? nullptr : &setting->target, setting->target))
          wrong(node, fmt::format("{} is {}; it must be {}", key, toml_kind(node), kind_of(setting->target)));
      } else if (std::find(known.begin(), known.end(), name.str()) != known.end()) {
        if (node.is_table())
          read(*node.as_table(), top, key + ".");
        else
          wrong(node, fmt::format("{} is {}; it must be a table", key, toml_kind(node)));
      } else {
        wrong(node, fmt::format("unknown key '{}'{}", key, did_you_mean(name.str(), known)));
      }
    }
  }

  void wrong(const toml::node& node, const std::string& what) {
    problems_.emplace_back(node.source().begin.line, fmt::format("{}:{}: {}", path_, node.source().begin.line, what));
  }

  void finish() {
    if (problems_.empty()) return;
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string all;
    for (const auto& problem : problems_) all += (all.empty() ? "" : "\n") + problem.second;
    throw UsageError(all);
  }

 private:
  static std::string toml_kind(const toml::node& node) {
    if (node.is_string()) return "a text";
    if (node.is_integer()) return fmt::format("{}", **node.as_integer());
    if (node.is_floating_point()) return fmt::format("{}", **node.as_floating_point());
    if (node.is_boolean()) return **node.as_boolean() ? "true" : "false";
    if (node.is_array()) return "a list";
    return node.is_table() ? "a table" : "a date or time";
  }

  /// False where the type is wrong. Without a place the value is only looked at: a flag has overruled it.
  bool take(const std::string& key, const toml::node& node, const Target* place, const Target& type) {
    std::string text;  // as on a command line
    if (std::holds_alternative<std::vector<double>*>(type) || std::holds_alternative<std::vector<std::string>*>(type)) {
      const bool numbers = std::holds_alternative<std::vector<double>*>(type);
      const toml::array* const list = node.as_array();
      if (!list) return false;
      std::vector<double> values;
      std::vector<std::string> texts;
      for (const toml::node& item : *list) {
        if (numbers ? !item.is_number() : !item.is_string()) return false;
        if (numbers)
          values.push_back(*item.value<double>());
        else
          texts.push_back(**item.as_string());
      }
      if (place && numbers) *std::get<std::vector<double>*>(*place) = values;
      if (place && !numbers) *std::get<std::vector<std::string>*>(*place) = texts;
      return true;
    }
    const bool whole = std::holds_alternative<int*>(type) || std::holds_alternative<std::uint64_t*>(type);
    if (std::holds_alternative<bool*>(type) && node.is_boolean())
      text = **node.as_boolean() ? "true" : "false";
    else if (whole && node.is_integer())
      text = fmt::format("{}", **node.as_integer());
    else if ((std::holds_alternative<double*>(type) || std::holds_alternative<AngleOrWord>(type)) && node.is_number())
      text = fmt::format("{}", *node.value<double>());
    else if ((std::holds_alternative<std::string*>(type) || std::holds_alternative<Choice>(type) ||
              std::holds_alternative<AngleOrWord>(type)) &&
             node.is_string())
      text = **node.as_string();
    else
      return false;
    if (!place) return true;
    try {
      assign(*place, text, key);
    } catch (const UsageError& error) { wrong(node, error.what()); }
    return true;
  }

  const std::string& path_;
  const std::vector<Setting>& settings_;
  std::vector<std::pair<std::uint32_t, std::string>> problems_;
};

/// The parser bounds how deep values nest, but not how many words a dotted key has, each of which becomes a table in
/// the one before: enough of them overflow the stack. Here all dots of a file count that are not the point of a number.
void refuse_deep_keys(const std::string& bytes, const std::string& path) {
  constexpr std::size_t most = 1000;
  const auto digit = [&](std::size_t i) { return i < bytes.size() && bytes[i] >= '0' && bytes[i] <= '9'; };
  std::size_t line = 1, dots = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    line += bytes[i] == '\n';
    if (bytes[i] != '.') continue;
    std::size_t first = i;  // of the digits before the dot
    while (first > 0 && digit(first - 1)) --first;
    const bool point = first < i && digit(i + 1) && (first == 0 || bytes[first - 1] != '.');
    if (!point && ++dots > most) throw UsageError(fmt::format("{}:{}: a key of too many words", path, line));
  }
}

}  // namespace

std::string to_toml(const std::string& table, const std::vector<Setting>& settings) {
  const auto number = [](double value) {
    const std::string digits = fmt::format("{}", value);
    return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
  };
  const auto quoted = [](const std::string& value) {
    std::ostringstream out;
    out << toml::value<std::string>(value);
    return out.str();
  };
  std::string all = fmt::format("[{}]\n", table);
  for (const Setting& s : settings) {
    if (!s.configurable) continue;
    std::string value;
    if (const auto* const p = std::get_if<bool*>(&s.target)) value = **p ? "true" : "false";
    if (const auto* const p = std::get_if<int*>(&s.target)) value = fmt::format("{}", **p);
    if (const auto* const p = std::get_if<std::uint64_t*>(&s.target)) value = fmt::format("{}", **p);
    if (const auto* const p = std::get_if<double*>(&s.target)) value = number(**p);
    if (const auto* const p = std::get_if<std::string*>(&s.target)) value = quoted(**p);
    if (const auto* const p = std::get_if<std::vector<double>*>(&s.target)) {
      for (const double x : **p) value += (value.empty() ? "" : ", ") + number(x);
      value = "[" + value + "]";
    }
    if (const auto* const p = std::get_if<Choice>(&s.target)) value = quoted(p->words.at(p->now()));
    if (value.empty()) throw std::logic_error("to_toml: setting " + s.key + " has no text");
    all += fmt::format("{} = {}\n", s.key, value);
  }
  return all;
}

std::string toml_version() { return fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH); }

void read_configuration(const std::string& path, const std::vector<Setting>& settings) {
  read_configuration_text(datasets::read_file(path, most_bytes), path, settings);
}

void read_configuration_text(const std::string& bytes, const std::string& path, const std::vector<Setting>& settings) {
  refuse_deep_keys(bytes, path);
  toml::table file;
  try {
    file = toml::parse(bytes, path);
  } catch (const toml::parse_error& error) {
    throw UsageError(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  Reader reader(path, settings);
  std::string tables;
  for (const Setting& s : settings)
    if (const std::string words = fmt::format("[{}]", s.table); s.configurable && tables.find(words) == tables.npos)
      tables += (tables.empty() ? "" : " and ") + words;
  for (const auto& [name, node] : file) {
    const auto belongs = [&](const Setting& s) { return s.configurable && s.table == name.str(); };
    if (std::none_of(settings.begin(), settings.end(), belongs))
      reader.wrong(node, fmt::format("unknown table or key '{}'; settings stand in {}", name.str(), tables));
    else if (!node.is_table())
      reader.wrong(node, fmt::format("{} must be a table: [{}]", name.str(), name.str()));
    else
      reader.read(*node.as_table(), name.str(), "");
  }
  reader.finish();
}

}  // namespace terrella::cli
