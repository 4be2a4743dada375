// cli/completion.cpp: `terrella completion bash`: commands, flags and words, from the table of commands.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>

#include "cli/command.h"
#include "cli/output.h"

namespace terrella::cli {
namespace {

std::string bash_script() {
  std::map<std::string, std::set<std::string>> seconds;  // words that follow the first one
  std::string flags, words;
  for (const Command& command : commands()) {
    const std::string name = command.name;
    const std::size_t blank = std::min(name.find(' '), name.size());
    auto& second = seconds[name.substr(0, blank)];
    if (blank < name.size()) second.insert(name.substr(blank + 1));
    Arguments arguments;
    const Action owner = command.declare(arguments);  // holds the values that the settings point to
    std::string all = "--help --verbose --quiet";
    for (const Setting& s : arguments.settings()) {
      all += " " + s.flag();
      if (s.letter) all += fmt::format(" -{}", s.letter);
      if (const auto* const choice = std::get_if<Choice>(&s.target))
        words += fmt::format("    '{} {}') words='{}' ;;\n", name, s.flag(), fmt::join(choice->words, " "));
    }
    flags += fmt::format("    '{}') flags='{}' ;;\n", name, all);
  }
  std::string first, second = "      completion) words='bash' ;;\n", groups;
  for (const auto& [word, more] : seconds) {
    first += (first.empty() ? "" : " ") + word;
    if (more.empty()) continue;
    second += fmt::format("      {}) words='{}' ;;\n", word, fmt::join(more, " "));
    groups += (groups.empty() ? "" : " | ") + word;
  }
  second += fmt::format("      help) words='{}' ;;\n", first);
  return fmt::format(R"bash(# Completion of terrella in bash: eval "$(terrella completion bash)"
_terrella() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words='' flags='' command
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W '{} --version --help' -- "$current")
    return
  fi
  if [[ $COMP_CWORD -eq 2 && $current != -* ]]; then
    case ${{COMP_WORDS[1]}} in
{}    esac
    if [[ -n $words ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
      return
    fi
  fi
  command=${{COMP_WORDS[1]}}
  case $command in
    {}) command+=" ${{COMP_WORDS[2]}}" ;;
  esac
  case "$command $previous" in
{}  esac
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  case $command in
{}  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -o filenames -o bashdefault -F _terrella terrella
)bash",
                     first, second, groups, words, flags);
}

}  // namespace

Action completion(Arguments& arguments) {
  auto shell = std::make_shared<std::vector<std::string>>();
  arguments.positional("SHELL", *shell, "bash", 1, 1);
  return [shell] {
    if (shell->front() != "bash") throw UsageError("completion: only bash is known");
    print(bash_script());
    return success;
  };
}

}  // namespace terrella::cli
