#include "cli/check_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/talk.h"

namespace terrella::cli {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::size_t files = 0, read = 0, mended = 0, refused = 0, sites = 0;
};
struct Refusal {
  std::size_t files = 0;
  const datasets::Unreadable* first = nullptr;
};
struct Mending {
  std::size_t files = 0, places = 0;
  const Outcome* first = nullptr;
};

// The message without what differs between files of one fault.
std::string kind_of(std::string_view message) {
  std::string out;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    const auto is_letter = [](char x) { return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z'); };
    // The digit of a name such as HDF5 is none of a number.
    const bool digit = c >= '0' && c <= '9' && !(i > 0 && is_letter(message[i - 1]));
    if (c == '\'') {
      const std::size_t end = message.find('\'', i + 1);
      if (end != std::string_view::npos) {
        out += "'...'";
        i = end;
        continue;
      }
    }
    if (!digit)
      out += c;
    else if (!out.ends_with('#'))
      out += '#';
  }
  return out;
}

struct Summary {
  std::map<std::pair<std::string, std::string>, Row> rows;  // folder, format
  std::map<std::string, Refusal> refusals;
  std::map<std::string, Mending> mendings;
  Row all;
};

Summary count(const std::vector<Outcome>& outcomes) {
  Summary summary;
  for (const Outcome& outcome : outcomes) {
    Row& row = summary.rows[{fs::path(outcome.path).parent_path().string(), outcome.format}];
    for (Row* r : {&row, &summary.all}) {
      ++r->files;
      r->sites += outcome.sites;
      ++(!outcome.refusal.empty() ? r->refused : outcome.repairs.empty() ? r->read : r->mended);
    }
    for (const datasets::Unreadable& refused : outcome.refusal) {
      Refusal& refusal = summary.refusals[kind_of(refused.message)];
      if (refusal.files++ == 0) refusal.first = &refused;
    }
    std::map<std::string, std::size_t> rules;
    for (const datasets::Repair& repair : outcome.repairs) ++rules[repair.rule];
    for (const auto& [rule, places] : rules) {
      Mending& mending = summary.mendings[rule];
      if (mending.files++ == 0) mending.first = &outcome;
      mending.places += places;
    }
  }
  return summary;
}

std::string place_of(const datasets::Unreadable& refused) {
  return refused.line > 0 ? fmt::format("{}:{}", refused.path, refused.line) : refused.path;
}

}  // namespace

std::string summary_text(const std::vector<Outcome>& outcomes) {
  const Summary summary = count(outcomes);
  std::size_t width = 6;
  for (const auto& [key, row] : summary.rows) width = std::max(width, plain(key.first).size());
  std::string out;
  const auto line = [&](const std::string& folder, const std::string& format, const auto&... counts) {
    out += fmt::format("{:<{}}  {:<12}", folder, width, format);
    ((out += fmt::format(" {:>7}", counts)), ...);
    out += '\n';
  };
  line("folder", "format", "files", "read", "mended", "refused", "sites");
  for (const auto& [key, row] : summary.rows)
    line(plain(key.first), key.second, row.files, row.read, row.mended, row.refused, row.sites);
  const Row& all = summary.all;
  line("all", "", all.files, all.read, all.mended, all.refused, all.sites);
  if (!summary.refusals.empty()) out += "\nfiles  refused, because\n";
  for (const auto& [kind, refusal] : summary.refusals)
    out += fmt::format("{:>5}  {} ({})\n", refusal.files, plain(kind), plain(place_of(*refusal.first)));
  if (!summary.mendings.empty()) out += "\nfiles places  mended by the rule\n";
  for (const auto& [rule, mending] : summary.mendings)
    out += fmt::format("{:>5} {:>6}  {} ({})\n", mending.files, mending.places, rule, plain(mending.first->path));
  return out;
}

nlohmann::ordered_json summary_json(const std::vector<Outcome>& outcomes) {
  using Json = nlohmann::ordered_json;
  const Summary summary = count(outcomes);
  const auto counts = [](const Row& row) {
    return Json{{"files", row.files},
                {"read", row.read},
                {"mended", row.mended},
                {"refused", row.refused},
                {"sites", row.sites}};
  };
  Json rows = Json::array(), refusals = Json::array(), mendings = Json::array();
  for (const auto& [key, row] : summary.rows) {
    Json entry{{"folder", key.first}, {"format", key.second}};
    entry.update(counts(row));
    rows.push_back(std::move(entry));
  }
  for (const auto& [kind, refusal] : summary.refusals)
    refusals.push_back(
        {{"message", kind}, {"files", refusal.files}, {"first", refusal.first->path}, {"line", refusal.first->line}});
  for (const auto& [rule, mending] : summary.mendings)
    mendings.push_back(
        {{"rule", rule}, {"files", mending.files}, {"places", mending.places}, {"first", mending.first->path}});
  return {{"schema", "terrella/check-summary/1"},
          {"folders", std::move(rows)},
          {"refusals", std::move(refusals)},
          {"repairs", std::move(mendings)},
          {"all", counts(summary.all)}};
}

}  // namespace terrella::cli
