// cli/analyze.cpp: `terrella analyze`, what the data of a survey say about themselves and about the earth.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "datasets/file/atomic_file.h"
#include "datasets/read.h"
#include "elec/analysis/analysis.h"
#include "elec/analysis/coherence_flags.h"
#include "viz/analysis_csv.h"
#include "viz/profile.h"
#include "viz/pseudosection.h"
#include "viz/response_sheet.h"
#include "viz/station_map.h"
#include "viz/strike_rose.h"

namespace terrella::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> files;
  std::string output;
  elec::AnalysisOptions analysis;
  double shortest = 0, longest = 0, azimuth = NAN, coherence = 0.5;
  bool json = false, force = false, dry_run = false, no_pictures = false;
};

Json json_of(const elec::MeanDirection& m) {
  return {{"angle", json_number(m.angle)},
          {"low", json_number(m.low)},
          {"high", json_number(m.high)},
          {"length", json_number(m.length)},
          {"scatter", json_number(m.scatter)},
          {"chance", json_number(m.chance)},
          {"data", m.data}};
}

Json json_of(const elec::Strike& s) {
  return {{"principal", json_of(s.principal)}, {"or", json_number(elec::wrapped(s.principal.angle + 90, 180))},
          {"by_arrows", json_of(s.by_arrows)}, {"resolved", json_number(s.resolved)},
          {"too_skewed", s.too_skewed},        {"too_uncertain", s.too_uncertain}};
}

Json json_of(const elec::GroomBaileyFit& f) {
  Json sites = Json::array();
  for (const auto& site : f.sites)
    sites.push_back({{"site", site.name},
                     {"twist", json_number(site.twist.value)},
                     {"twist_half_interval", json_number(site.twist.half)},
                     {"shear", json_number(site.shear.value)},
                     {"shear_half_interval", json_number(site.shear.half)},
                     {"periods", site.rows},
                     {"chi_squared", json_number(site.chi_squared)}});
  return {{"strike", json_number(f.strike.value)},
          {"half_interval", json_number(f.strike.half)},
          {"or", json_number(elec::wrapped(f.strike.value + 90, 180))},
          {"chi_squared", json_number(f.chi_squared)},
          {"data", f.data},
          {"freedom", f.freedom},
          {"rms", json_number(f.rms())},
          {"converged", f.converged},
          {"sites", std::move(sites)}};
}

/// How often each class occurs, by each family of criteria.
Json dimensions_of(const elec::Analysis& a) {
  std::map<std::string, std::map<std::string, int>> counts;
  for (const auto& site : a.sites) {
    for (auto d : site.dimensions.bahr) ++counts["bahr"][name_of(d)];
    for (auto d : site.dimensions.wal) ++counts["wal"][name_of(d)];
    for (auto d : site.dimensions.phase_tensor) ++counts["phase_tensor"][name_of(d)];
  }
  return counts;
}

Json summary_of(const datasets::Survey& survey, const elec::Analysis& a, const Options& o,
                const std::vector<std::string>& files) {
  Json bands = Json::array(), sites = Json::array();
  for (const auto& band : a.strike_by_decade) {
    Json row = {{"from", band.from}, {"to", band.to}};
    row.update(json_of(band.strike));
    bands.push_back(std::move(row));
  }
  std::map<std::string, int> rules;
  for (const auto& flag : a.flags) ++rules[flag.rule];
  for (std::size_t s = 0; s < a.sites.size(); ++s) {
    Json layered = Json::array();
    for (const auto& t : a.sites[s].layered)
      layered.push_back({{"mode", name_of(t.mode)},
                         {"chi_squared", json_number(t.best.chi_squared)},
                         {"data", t.best.data},
                         {"rms", json_number(t.best.rms())},
                         {"exists", t.best.exists},
                         {"phase_difference", json_number(t.phase_difference)},
                         {"phase_difference_rms", json_number(t.phase_rms)}});
    sites.push_back({{"name", survey.sites[s].name}, {"layered", std::move(layered)}});
  }
  return {{"schema", "terrella/analyze/1"},
          {"name", survey.name},
          {"error_floor", o.analysis.error_floor},
          {"strike", json_of(a.strike)},
          {"strike_by_decade", std::move(bands)},
          {"decomposition", a.decomposition ? json_of(*a.decomposition) : Json(nullptr)},
          {"dimensions", dimensions_of(a)},
          {"flags", rules},
          {"sites", std::move(sites)},
          {"notes", a.notes},
          {"files", files}};
}

/// Whole degrees without a minus before 0.
double whole(double degrees) { return std::round(degrees) + 0.0; }

std::string words_of(const elec::Strike& s) {
  const auto& m = s.principal;
  if (m.data == 0) return "no phase tensor that is neither too skewed nor too uncertain";
  if (m.chance >= 0.05)
    return fmt::format("no preferred direction among {} phase tensors (chance {:.2g})", m.data, m.chance);
  std::string words =
      fmt::format("{:.0f} or {:.0f} degrees, -+ {:.0f} ({} phase tensors, {} too skewed)", whole(m.angle),
                  whole(elec::wrapped(m.angle + 90, 180)), (m.high - m.low) / 2, m.data, s.too_skewed);
  if (!std::isnan(s.resolved)) words += fmt::format("; by induction arrows {:.0f}", s.resolved);
  return words;
}

std::string words_of(const elec::Angle& strike) {
  if (!(strike.half < 45)) return "undetermined";  // the interval holds every direction
  return fmt::format("{:.1f} or {:.1f} degrees, -+ {:.1f}", strike.value, elec::wrapped(strike.value + 90, 180),
                     strike.half);
}

void tell(const datasets::Survey& survey, const elec::Analysis& a) {
  print(fmt::format("{} sites\n", survey.sites.size()));
  for (const auto& band : a.strike_by_decade)
    print(fmt::format("strike {:>7.3g} to {:<7.3g} s: {}\n", band.from, band.to, words_of(band.strike)));
  print(fmt::format("strike of all periods: {}\n", words_of(a.strike)));
  if (a.decomposition)
    print(fmt::format("decomposition of all: strike {}, RMS {:.2f}\n", words_of(a.decomposition->strike),
                      a.decomposition->rms()));
  const Json counts = dimensions_of(a);
  for (const auto& [family, classes] : counts.items()) {
    std::string words;
    for (const auto& [name, count] : classes.items())
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, count.get<int>());
    print(fmt::format("dimensions by {}: {}\n",
                      family == "bahr"  ? "Bahr"
                      : family == "wal" ? "WAL"
                                        : "phase tensor",
                      words));
  }
  std::map<std::string, std::pair<int, int>> exist;
  for (const auto& site : a.sites)
    for (const auto& t : site.layered) ++exist[name_of(t.mode)].second, exist[name_of(t.mode)].first += t.best.exists;
  for (const auto& [mode, count] : exist)
    print(fmt::format("layered earth fits {} of {} sites in {}\n", count.first, count.second, mode));
  std::map<std::string, int> rules;
  for (const auto& flag : a.flags) ++rules[flag.rule];
  for (const auto& [rule, count] : rules) print(fmt::format("flagged {}: {} values\n", rule, count));
  for (const std::string& note : a.notes) say(plain(note));
}

std::string numbered(const std::string& stem, std::size_t sheet) {
  return sheet == 0 ? stem + ".png" : fmt::format("{}-{}.png", stem, sheet + 1);
}

int run(Options o) {
  if (o.output.empty()) throw UsageError("analyze: -o is missing: the folder to write into");
  for (double t : {o.shortest, o.longest})
    if (t < 0) throw UsageError(fmt::format("analyze: period {} s is negative", t));
  auto& a = o.analysis;
  a.strike.shortest_period = a.groom_bailey.shortest_period = o.shortest;
  if (o.longest > 0) a.strike.longest_period = a.groom_bailey.longest_period = o.longest;
  const fs::path folder = o.output;
  const bool exists = folder_exists(o.output);

  const datasets::Survey survey = datasets::read(o.files);
  if (std::none_of(survey.sites.begin(), survey.sites.end(), [](const auto& site) { return site.has_impedance(); }))
    throw FormatError(fmt::format("{}", fmt::join(o.files, ", ")), 0,
                      fmt::format("none of {} sites has an impedance", survey.sites.size()));
  bool places = false;
  for (const auto& site : survey.sites) places = places || std::isfinite(site.latitude + site.longitude);
  std::vector<std::string> names = {
      "phase_tensors.csv", "dimensionality.csv", "resistivity.csv",  "layered.csv",
      "layered_fit.csv",   "strike.csv",         "groom_bailey.csv", "groom_bailey_profile.csv",
      "static_shifts.csv", "flags.csv",          "summary.json"};
  if (!o.no_pictures) {
    if (places) names.push_back("map.png");
    names.insert(names.end(), {"phase_tensors.png", "rho_phase.png", "strike.png"});
    for (std::size_t sheet = 0; sheet * 20 < survey.sites.size(); ++sheet)
      names.push_back(numbered("responses", sheet));
  }
  std::vector<std::string> paths;
  for (const std::string& name : names) paths.push_back((folder / name).string());
  if (exists) check_outputs(paths, o.force);
  if (o.dry_run) {
    for (const std::string& path : paths) print(plain(path) + "\n");
    say("nothing written");
    return success;
  }

  std::vector<double> latitude, longitude;
  for (const auto& site : survey.sites) latitude.push_back(site.latitude), longitude.push_back(site.longitude);
  const viz::Profile profile = viz::profile_of(latitude, longitude);
  elec::Analysis analysis;
  {
    const Interrupt interrupt;
    ProgressBar bar;
    try {
      analysis = elec::analyze(
          survey, profile.local.north, profile.local.east, a,
          [&](std::size_t done, std::size_t all, const std::string& what) { bar.update(done, all, plain(what)); });
    } catch (const Interrupted&) {
      complain("interrupted; nothing written");
      return interrupted;
    }
  }
  const elec::CoherenceFlags coherences = elec::coherence_flags(survey, o.coherence);
  analysis.flags.insert(analysis.flags.end(), coherences.flags.begin(), coherences.flags.end());
  if (coherences.sites_with > 0)
    detail(fmt::format("{} of {} files hold coherences", coherences.sites_with, survey.sites.size()));
  for (const std::string& note : coherences.notes) detail(plain(note));
  make_folder(o.output);
  for (const viz::NamedTable& table : viz::analysis_tables(survey, analysis))
    datasets::write_file((folder / table.name).string(), table.bytes);
  const Json summary = summary_of(survey, analysis, o, paths);
  datasets::write_file((folder / "summary.json").string(),
                       summary.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (!o.no_pictures) {
    const auto draw = [&](const viz::Figure& figure, const std::string& name) {
      viz::write_figure(figure, (folder / name).string());
    };
    if (places) draw(viz::station_map(survey), "map.png");
    draw(viz::phase_tensor_section(survey, analysis.sites, o.azimuth), "phase_tensors.png");
    draw(viz::rho_phase_sections(survey, analysis.sites, o.azimuth), "rho_phase.png");
    draw(viz::strike_rose(survey, analysis, a.strike), "strike.png");
    const auto sheets = viz::response_sheets(survey, analysis.sites);
    for (std::size_t sheet = 0; sheet < sheets.size(); ++sheet) draw(sheets[sheet], numbered("responses", sheet));
  }
  if (o.json) {
    print_json(summary);
  } else {
    tell(survey, analysis);
    for (const std::string& path : paths) print(plain(path) + "\n");
  }
  return success;
}

}  // namespace

Action analyze(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  auto& a = o->analysis;
  arguments.positional("FILES...", o->files, "EDI or HDF5 files, results, folders, globs");
  arguments.option("output", &o->output, "folder for tables, summary.json and pictures", 'o');
  arguments.configuration("analyze");
  arguments.setting("error_floor", &a.error_floor, "of sqrt|Zxy Zyx|, for the decomposition, D+ and outliers");
  arguments.setting("shortest_period", &o->shortest, "s, for strike and decomposition");
  arguments.setting("longest_period", &o->longest, "s, for strike and decomposition; 0: all");
  arguments.setting("largest_skew", &a.strike.largest_skew,
                    "degrees of |beta|, beyond which a phase tensor has no strike");
  arguments.setting("largest_error", &a.strike.largest_error, "degrees, of a strike that counts");
  arguments.setting("confidence", &a.groom_bailey.confidence, "of the intervals of the decomposition");
  arguments.setting("outlier", &a.outlier, "robust distance from neighbours that is flagged");
  arguments.setting("coherence", &o->coherence,
                    "least coherence of Ex with Hy and Ey with Hx, where EDI files have them");
  arguments.setting("profile_azimuth", &o->azimuth,
                    "degrees, of the profile in pictures; the line through the sites by default");
  arguments.option("no-pictures", &o->no_pictures, "tables and summary only");
  arguments.option("force", &o->force, "replace files that exist");
  arguments.option("dry-run", &o->dry_run, "write nothing, say what would be written");
  arguments.option("json", &o->json, "the summary as one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
