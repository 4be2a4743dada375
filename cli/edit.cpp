// cli/edit.cpp: `terrella edit`, changes of a survey that are kept with it and can be taken back.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "datasets/file/read_file.h"
#include "datasets/hdf5/edited_survey.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/read.h"
#include "datasets/survey/mask.h"
#include "elec/analysis/analysis.h"
#include "elec/analysis/coherence_flags.h"
#include "viz/profile.h"

namespace terrella::cli {
namespace {

using Json = nlohmann::ordered_json;
using datasets::Edit;
using datasets::EditedSurvey;

struct Options {
  std::vector<std::string> files, drop, sites, components, mask_flags;
  std::vector<double> keep_periods, periods, interpolate;
  std::string output, reason, merge;
  double merge_distance = 100, coherence = 0.5, largest_gap = 0.5;
  double floor = NAN, tipper_floor = NAN, rotate = NAN, decimate = NAN;  // NaN: not asked for
  bool floor_of_own = false, mask = false, unmask = false, static_shift = false, rotate_to_strike = false;
  bool undo = false, log = false, json = false, force = false, dry_run = false;
};

std::pair<double, double> range_of(const std::vector<double>& values, const char* flag) {
  if (values.size() != 2 || !(values[0] >= 0) || !(values[1] > values[0]))
    throw UsageError(
        fmt::format("edit: {} needs two periods in s, the shortest and the longest: {} 1,100", flag, flag));
  return {values[0], values[1]};
}

datasets::Selection selection_of(const Options& o) {
  datasets::Selection selection{.sites = o.sites, .components = o.components};
  if (!o.periods.empty()) std::tie(selection.from, selection.to) = range_of(o.periods, "--periods");
  return selection;
}

/// What --sites, --periods and --components mean to an edit.
struct Selectable {
  bool asked;
  const char* flag;
  bool sites = false, periods = false, components = false;
};

/// --sites, --periods and --components must mean something to each edit that is asked for, and to one at least: an edit
/// that goes on to change all sites is not what was meant.
void check_selection(const Options& o) {
  const Selectable edits[] = {{!o.merge.empty(), "--merge"},
                              {!o.drop.empty(), "--drop"},
                              {!o.keep_periods.empty(), "--keep-periods"},
                              {o.mask, "--mask", true, true, true},
                              {o.unmask, "--unmask", true, true, true},
                              {!o.mask_flags.empty(), "--mask-flags", true, true, true},
                              {o.static_shift, "--static-shift", true, true},
                              {!std::isnan(o.floor), "--floor"},
                              {!std::isnan(o.tipper_floor), "--tipper-floor"},
                              {!std::isnan(o.rotate), "--rotate"},
                              {o.rotate_to_strike, "--rotate-to-strike", false, true},
                              {!std::isnan(o.decimate), "--decimate"},
                              {!o.interpolate.empty(), "--interpolate"}};
  const auto check = [&](bool given, const char* flag, bool Selectable::*means) {
    if (!given) return;
    std::string with;
    bool used = false;
    for (const Selectable& edit : edits) {
      if (edit.*means) with += std::string(with.empty() ? "" : ", ") + edit.flag;
      used = used || (edit.asked && edit.*means);
    }
    for (const Selectable& edit : edits)
      if (edit.asked && !(edit.*means))
        throw UsageError(
            fmt::format("edit: {} says nothing to {}; it goes with {}: edit in two steps", flag, edit.flag, with));
    if (!used) throw UsageError(fmt::format("edit: {} goes with {}; none of them is asked for", flag, with));
  };
  check(!o.sites.empty(), "--sites", &Selectable::sites);
  check(!o.periods.empty(), "--periods", &Selectable::periods);
  check(!o.components.empty(), "--components", &Selectable::components);
}

void check_floors(const Options& o) {
  const auto check = [](double floor, const char* flag) {
    if (floor <= 0) throw UsageError(fmt::format("edit: {} {} is not positive", flag, floor));
  };
  check(o.floor, "--floor");
  check(o.tipper_floor, "--tipper-floor");
}

/// Edits that follow from an analysis name sites one by one, so that each name must be that of one.
void check_names(const datasets::Survey& survey, const datasets::Selection& wanted, const char* flag) {
  std::set<std::string> names;
  for (const datasets::Site& site : survey.sites)
    if (datasets::selects_site(wanted, site) && !names.insert(site.name).second)
      throw UsageError(
          fmt::format("edit: {}: two sites are named '{}', and this edit would change both; merge them first, with "
                      "--merge name, or "
                      "give them names of their own",
                      flag, plain(site.name)));
}

/// Masks of what the analysis flags by the rules that are wanted, one edit a site, rule and component.
std::vector<Edit> masks_of_flags(const datasets::Survey& survey, const Options& o) {
  elec::AnalysisOptions options;
  if (o.floor > 0) options.error_floor = o.floor;
  options.decompose = false;
  for (const std::string& rule : o.mask_flags)
    if (rule != "outlier" && rule != "d-plus" && rule != "phase-quadrant" && rule != "coherence")
      throw UsageError(
          fmt::format("edit: --mask-flags: '{}' is none of outlier, d-plus, phase-quadrant, coherence", rule));
  const datasets::Selection wanted = selection_of(o);
  datasets::check(wanted, survey);
  check_names(survey, wanted, "--mask-flags");
  const unsigned components = datasets::selected_components(wanted);
  elec::Analysis analysis = elec::analyze(survey, {}, {}, options);
  const elec::CoherenceFlags coherences = elec::coherence_flags(survey, o.coherence);
  analysis.flags.insert(analysis.flags.end(), coherences.flags.begin(), coherences.flags.end());
  std::vector<Edit> edits;
  for (const elec::Flag& flag : analysis.flags) {
    const datasets::Site& site = survey.sites[flag.site];
    if (std::find(o.mask_flags.begin(), o.mask_flags.end(), flag.rule) == o.mask_flags.end() ||
        !datasets::selects_site(wanted, site) || !datasets::selects_period(wanted, flag.period) ||
        (components & datasets::selected_components({.components = {flag.component}})) == 0)
      continue;
    const std::string reason = "flagged " + flag.rule + (o.reason.empty() ? "" : "; " + o.reason);
    const std::string name = datasets::literal(site.name);
    if (!edits.empty()) {  // flags of a site and component stand together
      auto& last = std::get<datasets::MaskEdit>(edits.back().change).selection;
      if (last.sites[0] == name && last.components[0] == flag.component && edits.back().reason == reason) {
        last.periods.push_back(flag.period);
        continue;
      }
    }
    edits.push_back(
        {datasets::MaskEdit{{.sites = {name}, .periods = {flag.period}, .components = {flag.component}}, true},
         reason});
  }
  return edits;
}

Edit static_shift_of(const datasets::Survey& survey, const Options& o) {
  std::vector<double> latitude, longitude;
  for (const auto& site : survey.sites) latitude.push_back(site.latitude), longitude.push_back(site.longitude);
  const viz::Profile profile = viz::profile_of(latitude, longitude);
  if (profile.local.north.empty())
    throw UsageError("edit: --static-shift compares neighbours, and some sites have no coordinates");
  datasets::StaticShiftEdit edit;
  elec::StaticShiftOptions options;
  if (!o.periods.empty()) std::tie(options.shortest_period, options.longest_period) = range_of(o.periods, "--periods");
  const datasets::Selection wanted{.sites = o.sites};
  datasets::check(wanted, survey);
  check_names(survey, wanted, "--static-shift");
  const auto shifts = elec::estimate_static_shift(survey, profile.local.north, profile.local.east, options);
  for (std::size_t s = 0; s < shifts.size(); ++s) {
    if (!datasets::selects_site(wanted, survey.sites[s])) continue;
    edit.sites.push_back(shifts[s].site);
    edit.xy.push_back(shifts[s].xy.factor);
    edit.yx.push_back(shifts[s].yx.factor);
  }
  return {edit, "median of neighbours" + (o.reason.empty() ? "" : "; " + o.reason)};
}

Edit rotation_to_strike(const datasets::Survey& survey, const Options& o) {
  elec::StrikeOptions options;
  if (!o.periods.empty()) std::tie(options.shortest_period, options.longest_period) = range_of(o.periods, "--periods");
  const elec::Strike strike = elec::phase_tensor_strike(survey, options);
  if (strike.principal.data == 0 || strike.principal.chance >= 0.05)
    throw UsageError(
        "edit: --rotate-to-strike: the phase tensors prefer no direction; give --rotate DEGREES, or other "
        "--periods");
  const bool resolved = !std::isnan(strike.resolved);
  const double azimuth = resolved ? strike.resolved : strike.principal.angle;
  return {datasets::RotateEdit{std::round(10 * azimuth) / 10},
          fmt::format("strike by phase tensors, interval of 95 % {:.1f} .. {:.1f}, {}{}", strike.principal.low,
                      strike.principal.high, resolved ? "resolved by induction arrows" : "or at right angles",
                      o.reason.empty() ? "" : "; " + o.reason)};
}

/// Applies what was asked for, in the order of the help; each becomes one step.
EditedSurvey edited(EditedSurvey survey, const Options& o) {
  const auto add = [&](Edit edit) { survey = datasets::with_edit(std::move(survey), edit); };
  if (!o.merge.empty()) {
    datasets::MergeEdit edit;
    if (o.merge == "name_and_place")
      edit.options.same = datasets::SameSite::name_and_place;
    else if (o.merge == "name")
      edit.options.same = datasets::SameSite::name;
    else if (o.merge == "place")
      edit.options.same = datasets::SameSite::place;
    else
      throw UsageError(fmt::format("edit: --merge: '{}' is none of name_and_place, name, place", o.merge));
    edit.options.distance = o.merge_distance;
    add({edit, o.reason});
  }
  if (!o.drop.empty()) add({datasets::DropSitesEdit{o.drop}, o.reason});
  if (!o.keep_periods.empty()) {
    const auto [from, to] = range_of(o.keep_periods, "--keep-periods");
    add({datasets::KeepPeriodsEdit{from, to}, o.reason});
  }
  if (o.mask) add({datasets::MaskEdit{selection_of(o), true}, o.reason});
  if (o.unmask) add({datasets::MaskEdit{selection_of(o), false}, o.reason});
  if (!o.mask_flags.empty())
    for (Edit& edit : masks_of_flags(survey.survey, o)) add(std::move(edit));
  if (o.static_shift) add(static_shift_of(survey.survey, o));
  if (!std::isnan(o.floor) || !std::isnan(o.tipper_floor)) {
    datasets::FloorEdit edit;
    edit.floor.impedance.fill(std::isnan(o.floor) ? 0 : o.floor);
    edit.floor.tipper.fill(std::isnan(o.tipper_floor) ? 0 : o.tipper_floor);
    if (o.floor_of_own) edit.floor.reference = datasets::ErrorFloor::Reference::own;
    add({edit, o.reason});
  }
  if (std::isfinite(o.rotate)) add({datasets::RotateEdit{o.rotate}, o.reason});
  if (o.rotate_to_strike) add(rotation_to_strike(survey.survey, o));
  if (!std::isnan(o.decimate)) add({datasets::DecimateEdit{o.decimate}, o.reason});
  if (!o.interpolate.empty()) add({datasets::InterpolateEdit{o.interpolate, o.largest_gap}, o.reason});
  return survey;
}

bool is_edited_file(const std::vector<std::string>& files) {
  std::error_code error;
  return files.size() == 1 && std::filesystem::is_regular_file(files[0], error) &&
         datasets::is_survey_file(datasets::read_start(files[0], datasets::recognition_bytes));
}

int run(const Options& o) {
  check_selection(o);
  check_floors(o);
  const bool own = is_edited_file(o.files);
  const std::string output = o.output.empty() ? o.files[0] : o.output;
  if (o.output.empty() && !own && !o.log)
    throw UsageError("edit: -o is missing: only a survey file of Terrella is edited in place");
  if (!o.output.empty()) {
    const std::string extension = std::filesystem::path(output).extension().string();
    if (extension != ".h5" && extension != ".hdf5")
      throw UsageError(fmt::format("edit: {} must end with .h5; edits are kept in HDF5 files", output));
    std::vector<datasets::Unreadable> none;  // which read() will tell of
    check_outputs({output}, o.force, datasets::find_files(o.files, none));
  }
  EditedSurvey survey;
  if (own) {
    survey = datasets::read_edited(o.files[0]);
  } else {
    survey.original = datasets::read(o.files);
    survey.survey = survey.original;
  }
  const std::size_t before = survey.edits.size();
  if (o.undo) survey = datasets::without_last_edits(survey, 1);
  survey = edited(std::move(survey), o);
  const bool changed = o.undo || survey.edits.size() != before;
  if (!changed && !o.log && o.output.empty() && o.mask_flags.empty())
    throw UsageError("edit: nothing to do; terrella help edit lists the changes");
  if (!o.dry_run && (changed || !o.output.empty())) datasets::write_edited(survey, output);

  std::size_t masked = 0;
  for (const auto& site : survey.survey.sites) masked += datasets::masked_values(site);
  const std::size_t first = o.log || o.json ? 0 : std::min(before - (o.undo ? 1 : 0), survey.edits.size());
  Json steps = Json::array();
  for (std::size_t k = first; k < survey.edits.size(); ++k) {
    if (o.json)
      steps.push_back(Json::parse(datasets::to_text(survey.edits[k])));
    else
      print(fmt::format("{:>3}  {}\n", k + 1, plain(datasets::describe(survey.edits[k]))));
  }
  if (o.json)
    print_json({{"schema", "terrella/edit/1"},
                {"file", output},
                {"dry_run", o.dry_run},
                {"sites", survey.survey.sites.size()},
                {"original_sites", survey.original.sites.size()},
                {"masked", masked},
                {"edits", std::move(steps)}});
  say(fmt::format("{}: {} edits, {} sites, {} values masked{}", plain(output), survey.edits.size(),
                  survey.survey.sites.size(), masked, o.dry_run ? "; nothing written" : ""));
  return success;
}

}  // namespace

Action edit(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.positional("FILES...", o->files, "one survey file, edited in place, or with -o files of any kind");
  arguments.option("output", &o->output, "a .h5 file; the files that are read stay as they are", 'o');
  arguments.option("merge", &o->merge, "soundings of one site become one: same name_and_place, name or place");
  arguments.option("merge-distance", &o->merge_distance, "m, up to which places are the same");
  arguments.option("drop", &o->drop, "sites to leave out, names or globs");
  arguments.option("keep-periods", &o->keep_periods, "FROM,TO in s: only these");
  arguments.option("mask", &o->mask, "do not use what --sites --periods --components say, by default all");
  arguments.option("unmask", &o->unmask, "use it again");
  arguments.option("mask-flags", &o->mask_flags, "mask what analyze flags: outlier, d-plus, phase-quadrant, coherence");
  arguments.option("coherence", &o->coherence, "least coherence that --mask-flags coherence leaves");
  arguments.option("static-shift", &o->static_shift, "remove shifts from the median of neighbours, found at --periods");
  arguments.option("floor", &o->floor, "least error, part of sqrt|Zxy Zyx|");
  arguments.option("floor-of-own", &o->floor_of_own, "the floor is a part of each component's own size");
  arguments.option("tipper-floor", &o->tipper_floor, "least error of tippers");
  arguments.option("rotate", &o->rotate, "azimuth of x, degrees clockwise from north");
  arguments.option("rotate-to-strike", &o->rotate_to_strike, "x along strike by phase tensors at --periods");
  arguments.option("decimate", &o->decimate, "periods a decade");
  arguments.option("interpolate", &o->interpolate, "periods in s, commas between");
  arguments.option("largest-gap", &o->largest_gap, "decades, across which --interpolate goes");
  arguments.option("sites", &o->sites, "names or globs that --mask, --unmask, --mask-flags, --static-shift mean");
  arguments.option("periods", &o->periods, "FROM,TO in s that they and --rotate-to-strike mean");
  arguments.option("components", &o->components, "xx xy yx yy tx ty, commas between, that masks mean");
  arguments.option("reason", &o->reason, "why; kept with the edit");
  arguments.option("undo", &o->undo, "take the last edit back, before what else is asked for");
  arguments.option("log", &o->log, "list all edits");
  arguments.option("force", &o->force, "replace a file that exists");
  arguments.option("dry-run", &o->dry_run, "write nothing");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
