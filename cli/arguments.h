// cli/arguments.h: what a command accepts, declared once; the flags, the keys of the configuration, help and shell
// completion all come from it. A flag overrules the configuration, which overrules the default.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace terrella::cli {

/// A wrong command line or configuration: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One of several words.
struct Choice {
  std::vector<std::string> words;
  std::function<void(std::size_t)> set;
  std::size_t preset = 0;
  std::function<std::size_t()> now;  ///< which one was set
};

/// An angle, or a word that stands for one; the text of either.
struct AngleOrWord {
  std::string* text;
};

/// Where a value goes, which holds the default until then.
using Target = std::variant<bool*, int*, std::uint64_t*, double*, std::string*, std::vector<double>*,
                            std::vector<std::string>*, AngleOrWord, Choice>;

struct Setting {
  std::string key;  ///< of the configuration: "layers.count"; its flag is --layers-count
  char letter = 0;  ///< short flag, 0 for none
  Target target;
  std::string help;
  bool configurable = false;  ///< may stand in the configuration ...
  std::string table = {};     ///< ... in this table
  bool given = false;         ///< by a flag
  std::string flag() const;
};

/// Sets the target from a text as it stands on a command line; throws UsageError that names `what`.
void assign(const Target& target, std::string_view text, std::string_view what);

/// "number", "words", ..., for help and messages.
std::string kind_of(const Target& target);

class Arguments {
 public:
  /// What stands without a flag, at most `most` words.
  void positional(std::string name, std::vector<std::string>& words, std::string help, std::size_t least = 1,
                  std::size_t most = SIZE_MAX);
  /// A flag of the command line only.
  void option(std::string key, Target target, std::string help, char letter = 0);
  /// A flag that is a key of the configuration too.
  void setting(std::string key, Target target, std::string help);
  template <class E>
  void choice(std::string key, E& value, std::vector<std::string> words, std::string help) {
    setting(std::move(key),
            Choice{std::move(words), [&value](std::size_t i) { value = static_cast<E>(i); },
                   static_cast<std::size_t>(value), [&value] { return static_cast<std::size_t>(value); }},
            std::move(help));
  }
  /// --config FILE, whose table [table] holds the settings that are declared next.
  void configuration(std::string table);
  /// Settings that are declared next stand in this table of the same file.
  void next_table(std::string table);
  /// The same, where FILE stands without a flag: the one word that the command takes, or none.
  void configuration_word(std::string table);

  /// Reads words that follow the name of the command, then the configuration. Throws UsageError.
  void parse(const std::string& command, const std::vector<std::string>& words);

  bool help_wanted() const { return help_; }
  int verbosity() const { return verbose_ - quiet_; }
  std::string help_text() const;
  const std::vector<Setting>& settings() const { return settings_; }
  /// Path of the configuration, empty where none is given.
  const std::string& configuration_path() const { return config_; }

 private:
  struct Positional {
    std::string name, help;
    std::vector<std::string>* words = nullptr;
    std::size_t least = 0, most = 0;
  };
  Positional positional_;
  std::vector<Setting> settings_;
  std::string table_, config_;
  std::vector<std::string> config_word_;
  bool help_ = false;
  int verbose_ = 0, quiet_ = 0;
};

}  // namespace terrella::cli
