// tests/datasets/corruption.h: small correct files, spoiled in one place each, and what must become of them.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "datasets/survey/survey.h"

struct Corruption {
  const char* name;
  const char* find;       ///< in the seed, its first place; must be there
  const char* replace;    ///< by what
  const char* expected;   ///< "repair RULE", "fine" (no repair beyond those of the seed), or a part of the message
  std::int64_t line = 0;  ///< of the FormatError, where it is looked at
};

inline std::string spoiled(std::string text, const Corruption& c) {
  const std::size_t at = text.find(c.find);
  EXPECT_NE(at, std::string::npos) << c.name << ": '" << c.find << "' is not in the seed";
  return at == std::string::npos ? text : text.replace(at, std::string(c.find).size(), c.replace);
}

/// parse(text) gives a Survey. Repairs of the seed itself do not count.
template <class Parse>
void expect_outcomes(const std::string& seed, const std::vector<Corruption>& cases, const Parse& parse) {
  const auto rules_of = [](const terrella::datasets::Survey& survey) {
    std::vector<std::string> rules;
    for (const auto& site : survey.sites)
      for (const auto& repair : site.provenance.repairs) rules.push_back(repair.rule);
    return rules;
  };
  const std::size_t of_seed = rules_of(parse(seed)).size();
  for (const Corruption& c : cases) {
    const std::string text = spoiled(seed, c), expected = c.expected;
    std::string outcome;
    std::int64_t line = 0;
    try {
      const auto rules = rules_of(parse(text));
      outcome = rules.size() > of_seed ? "" : "fine";
      for (const std::string& rule : rules) outcome += " repair " + rule + " ";
    } catch (const terrella::FormatError& error) {
      outcome = error.what();
      line = error.line();
    }
    const bool clean = expected == "fine";
    EXPECT_TRUE(clean ? outcome.starts_with("fine") : (outcome + " ").find(expected) != std::string::npos)
        << c.name << ": expected '" << expected << "', got '" << outcome << "'";
    if (c.line > 0) { EXPECT_EQ(line, c.line) << c.name << ": " << outcome; }
  }
}

/// Every prefix and every file without one of its lines is read or refused, nothing else; returns how many are read.
template <class Parse>
std::size_t expect_no_crash_when_cut(const std::string& seed, const Parse& parse) {
  std::size_t read = 0;
  const auto attempt = [&](const std::string& text) {
    try {
      validate(parse(text));
      ++read;
    } catch (const terrella::FormatError&) {}
  };
  for (std::size_t length = 0; length < seed.size(); length += 7) attempt(seed.substr(0, length));
  for (std::size_t start = 0; start < seed.size();) {
    const std::size_t stop = std::min(seed.find('\n', start), seed.size() - 1) + 1;
    attempt(seed.substr(0, start) + seed.substr(stop));
    attempt(seed.substr(0, stop) + seed.substr(start));  // the line twice
    start = stop;
  }
  return read;
}
