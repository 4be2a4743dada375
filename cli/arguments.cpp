#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "cli/configuration.h"
#include "cli/nearest.h"
#include "core/error.h"

namespace terrella::cli {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

template <class T>
T number(std::string_view text, std::string_view what, const char* expected) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  bool bad = error != std::errc{} || stop != end;
  if constexpr (std::is_floating_point_v<T>) bad = bad || !std::isfinite(value);
  if (bad) throw UsageError(fmt::format("{}: '{}' is no {}", what, text, expected));
  return value;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    parts.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

}  // namespace

std::string Setting::flag() const {
  std::string name = "--" + key;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '_' || c == '.'; }, '-');
  return name;
}

void assign(const Target& target, std::string_view text, std::string_view what) {
  std::visit(Overloaded{
                 [&](bool* value) {
                   if (text != "true" && text != "false")
                     throw UsageError(fmt::format("{}: '{}' is neither true nor false", what, text));
                   *value = text == "true";
                 },
                 [&](int* value) { *value = number<int>(text, what, "whole number"); },
                 [&](std::uint64_t* value) { *value = number<std::uint64_t>(text, what, "whole number from 0"); },
                 [&](double* value) { *value = number<double>(text, what, "number"); },
                 [&](std::string* value) { *value = text; },
                 [&](std::vector<double>* value) {
                   value->clear();
                   for (std::string_view part : split(text)) value->push_back(number<double>(part, what, "number"));
                 },
                 [&](std::vector<std::string>* value) {
                   value->clear();
                   for (std::string_view part : split(text)) value->emplace_back(part);
                 },
                 [&](const AngleOrWord& value) { *value.text = text; },
                 [&](const Choice& choice) {
                   const auto word = std::find(choice.words.begin(), choice.words.end(), text);
                   if (word == choice.words.end())
                     throw UsageError(fmt::format("{}: '{}' is unknown{}; give one of {}", what, text,
                                                  did_you_mean(text, choice.words), fmt::join(choice.words, ", ")));
                   choice.set(static_cast<std::size_t>(word - choice.words.begin()));
                 },
             },
             target);
}

std::string kind_of(const Target& target) {
  return std::visit(Overloaded{
                        [](bool*) { return std::string("true or false"); },
                        [](int*) { return std::string("a whole number"); },
                        [](std::uint64_t*) { return std::string("a whole number from 0"); },
                        [](double*) { return std::string("a number"); },
                        [](std::string*) { return std::string("a text"); },
                        [](std::vector<double>*) { return std::string("a list of numbers"); },
                        [](std::vector<std::string>*) { return std::string("a list of texts"); },
                        [](const AngleOrWord&) { return std::string("an angle or a word"); },
                        [](const Choice& c) { return fmt::format("one of {}", fmt::join(c.words, ", ")); },
                    },
                    target);
}

void Arguments::positional(std::string name, std::vector<std::string>& words, std::string help, std::size_t least,
                           std::size_t most) {
  positional_ = {std::move(name), std::move(help), &words, least, most};
}

void Arguments::option(std::string key, Target target, std::string help, char letter) {
  settings_.push_back({std::move(key), letter, std::move(target), std::move(help)});
}

void Arguments::setting(std::string key, Target target, std::string help) {
  settings_.push_back({std::move(key), 0, std::move(target), std::move(help), true, table_});
}

void Arguments::configuration(std::string table) {
  table_ = std::move(table);
  option("config", &config_, "");  // its help says which tables, once all are declared
}

void Arguments::next_table(std::string table) { table_ = std::move(table); }

void Arguments::configuration_word(std::string table) {
  table_ = std::move(table);
  positional("FILE.toml", config_word_, fmt::format("whose table [{}] holds what the flags can say", table_), 0, 1);
}

void Arguments::parse(const std::string& command, const std::vector<std::string>& words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.add_flag("-h,--help", help_);
  app.add_flag("-v,--verbose", verbose_);
  app.add_flag("-q,--quiet", quiet_);
  std::vector<std::string> texts(settings_.size()), free;
  std::vector<CLI::Option*> options;
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    Setting& s = settings_[i];
    const std::string names = (s.letter ? fmt::format("-{},", s.letter) : "") + s.flag();
    if (auto* const flag = std::get_if<bool*>(&s.target); flag && !s.configurable)
      options.push_back(app.add_flag(names, **flag));
    else
      options.push_back(app.add_option(names, texts[i])->allow_extra_args(false));
  }
  if (positional_.words) app.add_option("words", free);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::Error& error) { throw UsageError(fmt::format("{}: {}", command, error.what())); }
  if (help_) return;

  std::vector<std::string> flags = {"--help", "--verbose", "--quiet"};
  for (const Setting& s : settings_) flags.push_back(s.flag());
  for (const std::string& extra : app.remaining()) {
    if (!extra.starts_with("-")) throw UsageError(fmt::format("{}: '{}' is one argument too many", command, extra));
    throw UsageError(fmt::format("{}: unknown option '{}'{}", command, extra,
                                 did_you_mean(extra.substr(0, extra.find('=')), flags)));
  }
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    settings_[i].given = options[i]->count() > 0;
    if (settings_[i].given && options[i]->get_expected_max() > 0)
      assign(settings_[i].target, texts[i], settings_[i].flag());
  }
  if (positional_.words) {
    if (free.size() < positional_.least || free.size() > positional_.most)
      throw UsageError(fmt::format("{}: {} {} given; see: terrella help {}", command,
                                   free.size() < positional_.least ? "too few" : "too many", positional_.name,
                                   command));
    *positional_.words = std::move(free);
  }
  if (!config_word_.empty()) config_ = config_word_.front();
  if (config_.empty()) return;
  // All missing files are named at once: this one, and those that the command would look for next.
  std::error_code ignored;
  if (!std::filesystem::exists(config_, ignored)) {
    std::string missing = "no such file";
    if (positional_.words && config_word_.empty())
      for (const std::string& word : *positional_.words)
        if (word.find_first_of("*?[") == std::string::npos && !std::filesystem::exists(word, ignored))
          missing += fmt::format("\n{}: no such file or folder", word);
    throw FormatError(config_, 0, missing);
  }
  read_configuration(config_, settings_);
}

namespace {

/// "table [a] holds", "tables [a] and [b] hold".
std::string tables_of(const std::vector<Setting>& settings) {
  std::vector<std::string> tables;
  for (const Setting& s : settings)
    if (s.configurable && (tables.empty() || tables.back() != "[" + s.table + "]"))
      tables.push_back("[" + s.table + "]");
  return fmt::format("{} {} {}", tables.size() == 1 ? "table" : "tables", fmt::join(tables, " and "),
                     tables.size() == 1 ? "holds" : "hold");
}

}  // namespace

std::string Arguments::help_text() const {
  std::vector<std::pair<std::string, std::string>> lines;
  if (positional_.words) lines.emplace_back(positional_.name, positional_.help);
  for (const Setting& s : settings_) {
    const bool flag = std::holds_alternative<bool*>(s.target) && !s.configurable;
    std::string left = (s.letter ? fmt::format("-{}, ", s.letter) : "    ") + s.flag();
    std::string right = s.help;
    if (s.key == "config") right = fmt::format("TOML file whose {} what the flags can say", tables_of(settings_));
    if (!flag) left += s.key == "output" || s.key == "config" ? " FILE" : " X";
    std::visit(
        Overloaded{
            [&](bool* value) {
              if (!flag) right += fmt::format(" ({})", *value);
            },
            [&](int* value) { right += fmt::format(" ({})", *value); },
            [&](std::uint64_t* value) { right += fmt::format(" ({})", *value); },
            [&](double* value) {  // NaN stands for what is chosen where nothing is given
              if (!std::isnan(*value)) right += fmt::format(" ({})", *value);
            },
            [&](const Choice& c) { right += fmt::format(": {} ({})", fmt::join(c.words, ", "), c.words[c.preset]); },
            [&](const AngleOrWord& value) { right += fmt::format(" ({})", *value.text); }, [](const auto*) {}},
        s.target);
    lines.emplace_back(std::move(left), std::move(right));
  }
  lines.emplace_back("-v, --verbose", "more talk; -q, --quiet: less");
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.first.size());
  std::string out;
  for (const auto& [left, right] : lines) out += fmt::format("  {:<{}}  {}\n", left, width, right);
  return out;
}

}  // namespace terrella::cli
