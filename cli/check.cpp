// cli/check.cpp: `terrella check`, every file read or refused, with what was mended in it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/check_summary.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/quality.h"
#include "cli/talk.h"
#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/read.h"

namespace terrella::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> files;
  bool json = false, summary = false;
};

Json describe(const datasets::Site& site) {
  const Quality q = quality_of(site);
  Json repairs = Json::array();
  for (const datasets::Repair& r : site.provenance.repairs)
    repairs.push_back({{"line", r.line}, {"rule", r.rule}, {"detail", r.detail}});
  return {{"name", site.name},
          {"format", site.provenance.format},
          {"program", site.provenance.program},
          {"periods", site.periods()},
          {"shortest_period", site.period.empty() ? Json(nullptr) : json_number(site.period.front())},
          {"longest_period", site.period.empty() ? Json(nullptr) : json_number(site.period.back())},
          {"components", components_of(site)},
          {"values", q.values},
          {"missing", q.missing},
          {"without_error", q.without_error},
          {"median_relative_error", json_number(q.median_error)},
          {"phases_out_of_quadrant", q.phases_out_of_quadrant},
          {"repairs", std::move(repairs)}};
}

void print_site(const std::string& file, const datasets::Site& site) {
  const Quality q = quality_of(site);
  std::string facts = site.period.empty() ? "no periods"
                                          : fmt::format("{} periods {:.3g} to {:.3g} s", site.periods(),
                                                        site.period.front(), site.period.back());
  facts += ", " + components_of(site);
  if (q.missing) facts += fmt::format(", {} of {} values missing", q.missing, q.values);
  if (q.without_error) facts += fmt::format(", {} without error", q.without_error);
  if (std::isfinite(q.median_error)) facts += fmt::format(", error {:.2g} %", 100 * q.median_error);
  if (q.phases_out_of_quadrant)
    facts += fmt::format(", {} of {} phases out of quadrant", q.phases_out_of_quadrant, q.phases);
  print(fmt::format("read     {}: {}: {}\n", plain(file), plain(site.name), facts));
  std::map<std::string, std::size_t> rules;
  for (const datasets::Repair& r : site.provenance.repairs) ++rules[r.rule];
  for (const auto& [rule, count] : rules) {
    const auto first = std::find_if(site.provenance.repairs.begin(), site.provenance.repairs.end(),
                                    [&](const auto& r) { return r.rule == rule; });
    const std::string more = count > 1 ? fmt::format(" (and {} more)", count - 1) : "";
    print(fmt::format("  mended {}{}: {}: {}{}\n", plain(file), first->line > 0 ? fmt::format(":{}", first->line) : "",
                      rule, plain(first->detail), more));
  }
}

/// What a file of a format without soundings holds; empty where the file is of another kind or cannot be opened.
std::string inspected(const std::string& file, std::vector<datasets::Unreadable>& refused) {
  const datasets::Format* format = nullptr;
  try {
    format = datasets::format_of_file(file);
  } catch (const FormatError&) { return {}; }  // which reading will say again
  if (!format || (format->read && !format->observations) || !(format->inspect || format->observations)) return {};
  try {
    if (format->observations) {  // data of which no sounding can be made, such as phase tensors, are whole all the same
      const datasets::Observations observations = format->observations(file);
      if (!datasets::survey_of(observations).survey.sites.empty()) return {};
      return fmt::format("{}: {} observations of {} sites, none of them impedance or tipper", format->title,
                         observations.rows.size(), observations.sites.size());
    }
    return fmt::format("{}: {}", format->title, format->inspect(file));
  } catch (const FormatError& error) { refused.push_back(datasets::unreadable(error)); }
  return format->title;
}

int summarize(const Options& o) {
  std::vector<datasets::Unreadable> missing;
  std::vector<Outcome> outcomes;
  for (const std::string& file : datasets::find_all_files(o.files, missing)) {
    Outcome& outcome = outcomes.emplace_back(Outcome{file, "unknown", 0, {}, {}});
    try {
      if (const datasets::Format* const format = datasets::format_of_file(file)) outcome.format = format->name;
    } catch (const FormatError&) {}  // which reading will say again
    if (!inspected(file, outcome.refusal).empty()) continue;
    datasets::Reading reading = datasets::read_readable({file});
    outcome.refusal = std::move(reading.unreadable);
    outcome.sites = reading.survey.sites.size();
    for (const datasets::Site& site : reading.survey.sites)
      outcome.repairs.insert(outcome.repairs.end(), site.provenance.repairs.begin(), site.provenance.repairs.end());
  }
  for (const datasets::Unreadable& u : missing) outcomes.push_back({u.path, "unknown", 0, {}, {u}});
  if (o.json)
    print_json(summary_json(outcomes));
  else
    print(summary_text(outcomes));
  const bool refused =
      std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& x) { return !x.refusal.empty(); });
  return refused ? bad_input : success;
}

int run(const Options& o) {
  if (o.summary) return summarize(o);
  std::vector<datasets::Unreadable> refused;
  const std::vector<std::string> files = datasets::find_files(o.files, refused);
  Json list = Json::array();
  std::size_t sites = 0, repairs = 0, mended = 0, without_error = 0;
  for (const std::string& file : files) {
    const std::size_t refused_before = refused.size();
    if (const std::string what = inspected(file, refused); !what.empty()) {
      if (refused.size() > refused_before) continue;
      if (o.json)
        list.push_back({{"path", file}, {"read", true}, {"sites", Json::array()}, {"holds", what}});
      else
        print(fmt::format("read     {}: {}\n", plain(file), plain(what)));
      continue;
    }
    const datasets::Reading reading = datasets::read_readable({file});
    refused.insert(refused.end(), reading.unreadable.begin(), reading.unreadable.end());
    if (!o.json && reading.unreadable.empty() && reading.survey.sites.empty())
      print(fmt::format("read     {}: no sites\n", plain(file)));
    Json described = Json::array();
    for (const datasets::Site& site : reading.survey.sites) {
      ++sites;
      repairs += site.provenance.repairs.size();
      mended += !site.provenance.repairs.empty();
      const Quality q = quality_of(site);
      without_error += q.without_error > 0 && q.without_error + q.missing == q.values;
      if (o.json)
        described.push_back(describe(site));
      else
        print_site(file, site);
    }
    if (o.json && reading.unreadable.empty())
      list.push_back({{"path", file}, {"read", true}, {"sites", std::move(described)}});
  }
  for (const datasets::Unreadable& u : refused) {
    if (o.json)
      list.push_back({{"path", u.path}, {"read", false}, {"line", u.line}, {"message", u.message}});
    else
      print(fmt::format("refused  {}{}: {}\n", plain(u.path), u.line > 0 ? fmt::format(":{}", u.line) : "",
                        plain(u.message)));
  }
  if (o.json)
    print_json({{"schema", "terrella/check/1"},
                {"files", std::move(list)},
                {"sites", sites},
                {"refused", refused.size()},
                {"repairs", repairs}});
  say(fmt::format("{} sites read, {} of them mended in {} places; {} refused", sites, mended, repairs, refused.size()));
  if (without_error)
    say(fmt::format("{} sites have no errors at all: an inversion needs --error-floor", without_error));
  return refused.empty() ? success : bad_input;
}

}  // namespace

Action check(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "files of any known format, folders, globs");
  arguments.option("summary", &o->summary, "count outcomes by folder and format, of subfolders and unknown files too");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
