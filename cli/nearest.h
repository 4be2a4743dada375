// cli/nearest.h: the word that a misspelt one was meant to be.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace terrella::cli {

/// Fewest insertions, deletions and replacements that turn `a` into `b`. Levenshtein (1966).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'word'?" with the nearest of the words, or nothing where none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& words);

}  // namespace terrella::cli
