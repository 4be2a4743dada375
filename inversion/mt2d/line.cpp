#include "inversion/mt2d/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>

#include "core/error.h"
#include "datasets/observations/profile.h"
#include "datasets/observations/survey.h"
#include "datasets/read.h"
#include "datasets/survey/periods.h"
#include "elec/strike/axes.h"
#include "inversion/mt2d/strike_choice.h"

namespace terrella::inversion {
namespace {

using datasets::Observation;
using datasets::Observations;
using datasets::ObservationSite;
using datasets::Quantity;
using datasets::Site;
using datasets::Survey;

constexpr double degree = std::numbers::pi / 180;
constexpr double together = 0.02;  // of the typical spacing: sites nearer to each other than that stand at one place
constexpr double far_off = 0.1;    // of the line's length: a site farther from it is told of

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  std::string all;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) all += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? fmt::format("{} and {} more", all, names.size() - most) : all;
}

std::string km(double metres) { return fmt::format("{:.3g} km", metres / 1000); }

std::string count(std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

void expect_places(const Survey& survey) {
  if (survey.sites.size() < 2) fail("line: ", count(survey.sites.size(), "site"), "; a line needs two at least");
  std::vector<std::string> nowhere;
  for (const Site& site : survey.sites)
    if (!std::isfinite(site.latitude) || !std::isfinite(site.longitude)) nowhere.push_back(site.name);
  if (!nowhere.empty())
    fail("line: ", count(nowhere.size(), "site"), " without coordinates: ", list(nowhere),
         "; give files that have them, or leave these sites out");
}

// A tipper that is 0 throughout was not measured: programs write such blocks where there was no vertical coil.
std::size_t drop_empty_tippers(Survey& survey) {
  std::size_t dropped = 0;
  for (Site& site : survey.sites) {
    const bool measured = std::any_of(site.tipper.begin(), site.tipper.end(), [](const datasets::Tipper& t) {
      return t[0] != 0.0 || t[1] != 0.0;  // NaN differs from 0, and is missing anyway
    });
    if (!site.has_tipper() || measured) continue;
    site.tipper.clear(), site.tipper_error.clear(), site.tipper_masked.clear();
    site.inverse_signal_power.clear(), site.residual_covariance.clear();
    ++dropped;
  }
  return dropped;
}

double longest_of(const LineOptions& o) {
  return o.longest_period > 0 ? o.longest_period : std::numeric_limits<double>::infinity();
}

struct Periods {
  double shortest = std::numeric_limits<double>::infinity(), longest = 0;
  std::set<double> all;
};
Periods periods_of(const Survey& survey) {
  Periods p;
  for (const Site& site : survey.sites) p.all.insert(site.period.begin(), site.period.end());
  if (!p.all.empty()) p.shortest = *p.all.begin(), p.longest = *p.all.rbegin();
  return p;
}

[[noreturn]] void no_periods(const LineOptions& o, double shortest, double longest) {
  fail("line: no data between shortest_period ", o.shortest_period, " and longest_period ", longest_of(o),
       " s; the data have ", fmt::format("{:.4g} to {:.4g} s", shortest, longest));
}

Survey in_band(const Survey& survey, const LineOptions& o, Line& line) {
  const Periods before = periods_of(survey);
  Survey kept = keep_periods(survey, o.shortest_period, longest_of(o));
  std::vector<std::string> without;
  std::erase_if(kept.sites, [&](const Site& site) {
    if (site.periods() > 0) return false;
    without.push_back(site.name);
    return true;
  });
  if (kept.sites.empty()) no_periods(o, before.shortest, before.longest);
  if (!without.empty()) line.warnings.push_back("left out, without a period in the band: " + list(without));
  return kept;
}

// Where sites stand: north and east of their middle, m.
struct Places {
  std::vector<double> north, east;
};
Places places_of(const Survey& survey) {
  Places p;
  const Site& first = survey.sites.front();
  for (const Site& site : survey.sites) {
    const auto at = datasets::local_coordinates(site.latitude, site.longitude, first.latitude, first.longitude);
    p.north.push_back(at[0]), p.east.push_back(at[1]);
  }
  const auto centre = [](std::vector<double>& x) {
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
    for (double& value : x) value -= mean;
  };
  centre(p.north), centre(p.east);
  return p;
}

// Finds the profile and leaves out what stands too far from it.
Survey along_profile(Survey survey, const LineOptions& o, Line& line) {
  const Places places = places_of(survey);
  const bool given = std::isfinite(o.profile);
  line.profile = given ? elec::wrapped(o.profile, 360) : datasets::profile_azimuth(survey);
  const double c = std::cos(line.profile * degree), s = std::sin(line.profile * degree);
  std::vector<double> along, off;
  for (std::size_t i = 0; i < survey.sites.size(); ++i) {
    along.push_back(c * places.north[i] + s * places.east[i]);
    off.push_back(std::abs(c * places.east[i] - s * places.north[i]));
  }
  const auto [first, last] = std::minmax_element(along.begin(), along.end());
  const double length = *last - *first, widest = *std::max_element(off.begin(), off.end());
  if (std::max(length, widest) < 1)
    fail("line: all ", survey.sites.size(), " sites stand in one place; a line needs two at least");
  std::vector<double> sorted = off;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const std::size_t farthest = static_cast<std::size_t>(std::max_element(off.begin(), off.end()) - off.begin());
  line.choices.push_back(fmt::format(
      "profile at azimuth {:.1f} degrees, {}; {} long, {} within {} of it, half of them within {}, {} the farthest",
      line.profile, given ? "as given" : "the best straight line through the sites", km(length),
      count(survey.sites.size(), "site"), km(widest), km(sorted[sorted.size() / 2]), survey.sites[farthest].name));
  if (widest * 2 > length)
    line.warnings.push_back(
        fmt::format("the sites fill an area, {} by {}, rather than a line; choose some, or give "
                    "largest_distance",
                    km(length), km(2 * widest)));
  std::vector<std::string> far, beyond;
  Survey kept = survey;
  kept.sites.clear();
  for (std::size_t i = 0; i < survey.sites.size(); ++i) {
    const std::string told = fmt::format("{} ({})", survey.sites[i].name, km(off[i]));
    if (o.largest_distance > 0 && off[i] > o.largest_distance) {
      beyond.push_back(told);
      continue;
    }
    if (off[i] > far_off * length) far.push_back(told);
    kept.sites.push_back(survey.sites[i]);
  }
  if (!beyond.empty())
    line.choices.push_back(
        fmt::format("left out, farther than {} from the profile: {}", km(o.largest_distance), list(beyond)));
  if (!far.empty() && widest * 2 <= length)
    line.warnings.push_back(
        fmt::format("farther from the profile than a tenth of its length: {}; largest_distance leaves out", list(far)));
  if (kept.sites.size() < 2)
    fail("line: ", count(kept.sites.size(), "site"), " within largest_distance ", o.largest_distance,
         " m of the profile; a line needs two at least");
  return kept;
}

std::vector<Quantity> wanted(const Survey& survey, const LineOptions& o) {
  std::vector<Quantity> quantities = datasets::two_dimensional_quantities(survey);
  if (o.data == LineData::impedance) {
    const bool z = std::find(quantities.begin(), quantities.end(), Quantity::phase_te) != quantities.end();
    const bool t = std::find(quantities.begin(), quantities.end(), Quantity::real_tzy) != quantities.end();
    quantities.clear();
    if (z) quantities = {Quantity::z_te, Quantity::z_tm};
    if (t) quantities.push_back(Quantity::tzy);
  }
  if (quantities.empty()) fail("line: no site has an impedance or a tipper");
  return quantities;
}

// Turning mixes components: where one of the four is missing nothing comes out.
void expect_turned(const Survey& survey, const Observations& data, const Line& line, std::vector<std::string>& warn) {
  std::vector<std::string> lost;
  for (const Site& site : survey.sites) {
    const auto at = std::find_if(data.sites.begin(), data.sites.end(),
                                 [&](const ObservationSite& s) { return s.name == site.name; });
    const auto number = static_cast<std::uint32_t>(at - data.sites.begin());
    if (std::none_of(data.rows.begin(), data.rows.end(), [&](const Observation& row) { return row.site == number; }))
      lost.push_back(site.name);
  }
  if (lost.empty()) return;
  const std::string why = fmt::format("no TE, TM or tipper along strike {:.1f} degrees: ", line.strike) + list(lost) +
                          " (components are missing or 0, which turning the axes needs; a strike along the axes of the "
                          "data needs none)";
  if (data.rows.empty()) fail("line: ", why);
  warn.push_back(why);
}

// Sites that stand so near to each other that a grid would have to be made for their distance.
void join_neighbours(Line& line) {
  auto& sites = line.data.sites;
  // The mean, unless a gap makes it many times what is usual.
  const double length = sites.back().y - sites.front().y, mean_gap = length / static_cast<double>(sites.size() - 1);
  std::vector<double> gaps;
  std::size_t widest = 1;
  for (std::size_t i = 1; i < sites.size(); ++i) {
    if (const double gap = sites[i].y - sites[i - 1].y; gap > 1) gaps.push_back(gap);
    if (sites[i].y - sites[i - 1].y > sites[widest].y - sites[widest - 1].y) widest = i;
  }
  std::sort(gaps.begin(), gaps.end());
  const double usual = gaps.empty() ? mean_gap : gaps[gaps.size() / 2];
  if (sites.size() > 2 && sites[widest].y - sites[widest - 1].y > 50 * usual)
    line.warnings.push_back(
        fmt::format("{} and {} are {} apart, {:.0f} times what is usual on the line; are their coordinates right?",
                    sites[widest - 1].name, sites[widest].name, km(sites[widest].y - sites[widest - 1].y),
                    (sites[widest].y - sites[widest - 1].y) / usual));
  const double least = together * std::min(mean_gap, 10 * usual);
  std::vector<std::string> joined;
  for (std::size_t i = 0; i < sites.size();) {
    std::size_t end = i + 1;
    while (end < sites.size() && sites[end].y - sites[end - 1].y < least) ++end;
    if (end - i > 1) {
      double mean = 0, depth = 0;
      for (std::size_t k = i; k < end; ++k)
        mean += sites[k].y / static_cast<double>(end - i), depth += sites[k].z / static_cast<double>(end - i);
      std::string names;
      for (std::size_t k = i; k < end; ++k) {
        names += (names.empty() ? "" : " and ") + sites[k].name;
        sites[k].y = mean, sites[k].z = depth;
      }
      joined.push_back(names);
    }
    i = end;
  }
  if (!joined.empty())
    line.choices.push_back(
        fmt::format("stand at one place of the line, being less than {:.0f} m apart on it: {}", least, list(joined)));
}

void project(const Survey& survey, const LineOptions& o, Line& line) {
  const double forward = elec::wrapped(line.strike + 90, 360);
  const bool towards = std::cos((forward - line.profile) * degree) >= 0;
  line.azimuth = towards ? forward : elec::wrapped(forward + 180, 360);
  const std::vector<Quantity> quantities = wanted(survey, o);
  line.data = datasets::profile_observations(survey, quantities, line.azimuth, datasets::WithoutError::kept);
  expect_turned(survey, line.data, line, line.warnings);
  const auto& sites = line.data.sites;
  const double stretch = 100 * (1 - std::abs(std::cos((line.azimuth - line.profile) * degree)));
  line.choices.push_back(
      fmt::format("axes turned to x along strike; sites projected along strike on a line at azimuth "
                  "{:.1f} degrees, {} long, {} to {}{}",
                  line.azimuth, km(sites.back().y), sites.front().name, sites.back().name,
                  stretch < 0.05 ? std::string() : fmt::format(" ({:.1f} % shorter than the profile)", stretch)));
  join_neighbours(line);
  const auto [low, high] = std::minmax_element(survey.sites.begin(), survey.sites.end(),
                                               [](const Site& a, const Site& b) { return a.elevation < b.elevation; });
  if (low->elevation == high->elevation) {
    line.choices.push_back(fmt::format("level ground: all sites are at {:g} m above sea level", low->elevation + 0.0));
    return;
  }
  line.choices.push_back(
      fmt::format("ground through the sites, {:.0f} to {:.0f} m above sea level", low->elevation, high->elevation));
  std::vector<std::string> at_sea;
  for (const Site& site : survey.sites)
    if (site.elevation == 0) at_sea.push_back(site.name);
  if (!at_sea.empty() && high->elevation > 50)
    line.warnings.push_back("elevation 0, which may stand for none: " + list(at_sea));
}

void raise_errors(const LineOptions& o, Line& line) {
  const auto has = [&](Quantity q) {
    return std::any_of(line.data.rows.begin(), line.data.rows.end(),
                       [&](const Observation& row) { return row.quantity == q; });
  };
  const auto raise = [&](std::vector<Quantity> quantities, double absolute, double relative) {
    std::erase_if(quantities, [&](Quantity q) { return !has(q); });
    if (quantities.empty() || !(absolute + relative > 0)) return;
    line.data = with_error_floor(line.data, {std::move(quantities), absolute, relative, false});
  };
  std::size_t without = 0, rows = 0;
  for (const Observation& row : line.data.rows)
    if (!row.masked) ++rows, without += !(row.error > 0);
  const Observations before = line.data;
  raise({Quantity::log10_rho_te, Quantity::log10_rho_tm}, 2 * o.impedance_floor / std::numbers::ln10, 0);
  raise({Quantity::phase_te, Quantity::phase_tm}, o.impedance_floor / degree, 0);
  raise({Quantity::z_te, Quantity::z_tm}, 0, o.impedance_floor);
  raise({Quantity::real_tzy, Quantity::imag_tzy, Quantity::tzy}, o.tipper_floor, 0);
  std::size_t raised = 0;
  for (std::size_t i = 0; i < before.rows.size(); ++i)
    raised += !before.rows[i].masked && line.data.rows[i].error > before.rows[i].error;
  const bool tipper = has(Quantity::real_tzy) || has(Quantity::tzy);
  if (o.impedance_floor == 0 && (!tipper || o.tipper_floor == 0))
    line.choices.push_back("errors as they stand");
  else
    line.choices.push_back(
        fmt::format("errors raised to {:g} % of |Z|{} at {:.0f} % of the data{}", 100 * o.impedance_floor,
                    tipper ? fmt::format(" and {:g} of the tipper", o.tipper_floor) : "",
                    rows == 0 ? 0.0 : 100.0 * static_cast<double>(raised) / static_cast<double>(rows),
                    without == 0 ? std::string() : fmt::format(", set at {} that had none", without)));
}

void describe_data(Line& line) {
  std::string names;
  for (const Quantity q : quantities_of(line.data)) {
    std::size_t n = 0;
    for (const Observation& row : line.data.rows) n += row.quantity == q && !row.masked;
    names += fmt::format("{}{} {}", names.empty() ? "" : ", ", n, datasets::info(q).name);
  }
  const auto masked = static_cast<std::size_t>(
      std::count_if(line.data.rows.begin(), line.data.rows.end(), [](const Observation& row) { return row.masked; }));
  if (masked == line.data.rows.size())
    fail("line: all ", masked, " data are masked; `terrella edit --unmask`, or other sites");
  line.choices.push_back(
      fmt::format("data: {}{}", names, masked == 0 ? std::string() : fmt::format("; {} masked", masked)));
}

// Phases that are not those of a 2D earth, as apparent resistivity with phase or as an impedance.
void treat_impossible_phases(const LineOptions& o, Line& line) {
  for (const datasets::Place mode : {datasets::Place::te, datasets::Place::tm}) {
    const char* const name = mode == datasets::Place::te ? "TE" : "TM";
    std::set<std::pair<std::uint32_t, double>> impossible;  // site and period
    std::map<std::string, std::size_t> sites;
    std::size_t all = 0;
    for (const Observation& row : line.data.rows) {
      const datasets::QuantityInfo& what = datasets::info(row.quantity);
      if (row.masked || what.place != mode) continue;
      double phase = row.value.real(), error = row.error;
      if (what.kind == datasets::QuantityKind::impedance) {
        phase = std::arg(mode == datasets::Place::tm ? -row.value : row.value) / degree;
        error /= std::abs(row.value) * degree;
      } else if (what.kind != datasets::QuantityKind::phase) {
        continue;
      }
      ++all;
      if (std::isnan(error)) error = 0;
      if (phase >= -error && phase <= 90 + error) continue;
      impossible.insert({row.site, row.period});
      ++sites[line.data.sites[row.site].name];
    }
    if (impossible.empty()) continue;
    std::vector<std::string> where;
    for (const auto& [site, n] : sites) where.push_back(fmt::format("{} {}", site, n));
    const std::string words = fmt::format(
        "{} of {} phases of {} outside 0 to 90 degrees by more than their error, which "
        "hardly any 2-D earth gives ({})",
        impossible.size(), all, name, list(where));
    if (!o.mask_impossible_phases) {
      line.warnings.push_back(words);
      continue;
    }
    for (Observation& row : line.data.rows)
      if (datasets::info(row.quantity).place == mode && impossible.contains({row.site, row.period})) row.masked = true;
    line.choices.push_back("masked with their resistivities: " + words);
  }
}

void expect_sites(const Observations& data) {
  std::vector<std::string> nowhere;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const ObservationSite& site : data.sites) {
    if (!std::isfinite(site.y)) nowhere.push_back(site.name);
    low = std::min(low, site.y), high = std::max(high, site.y);
  }
  if (!nowhere.empty()) fail("line: ", count(nowhere.size(), "site"), " without y: ", list(nowhere));
  if (data.sites.size() < 2) fail("line: ", count(data.sites.size(), "site"), "; a line needs two at least");
  if (high - low < 1) fail("line: all ", data.sites.size(), " sites stand in one place; a line needs two at least");
}

}  // namespace

Line line_of(const Survey& given, const LineOptions& o) {
  validate(o);
  datasets::validate(given);
  expect_places(given);
  Line line;
  line.config = to_toml(o);
  Survey survey = given;
  const std::size_t empty = drop_empty_tippers(survey);
  wanted(survey, o);
  survey = along_profile(in_band(survey, o, line), o, line);
  describe_dimensions(survey, o, line);
  choose_strike(survey, o, line);
  const Periods before = periods_of(survey);
  if (o.periods_per_decade > 0) survey = decimate(std::move(survey), o.periods_per_decade);
  const Periods after = periods_of(survey);
  line.choices.push_back(
      fmt::format("{} periods from {:.4g} to {:.4g} s{}", after.all.size(), after.shortest, after.longest,
                  after.all.size() < before.all.size()
                      ? fmt::format(", of {}, at most {:g} a decade at a site", before.all.size(), o.periods_per_decade)
                      : std::string()));
  if (empty > 0) line.choices.push_back(fmt::format("tipper of {} left out: it is 0 throughout", count(empty, "site")));
  project(survey, o, line);
  raise_errors(o, line);
  treat_impossible_phases(o, line);
  describe_data(line);
  return line;
}

bool is_line(const Observations& observations) {
  return !observations.rows.empty() &&
         std::all_of(observations.rows.begin(), observations.rows.end(), [](const Observation& row) {
           return datasets::is_two_dimensional(datasets::info(row.quantity).place);
         });
}

std::optional<Observations> line_in(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    const datasets::Format* format = nullptr;
    try {
      format = datasets::format_of_file(file);
    } catch (const FormatError&) { continue; }  // which reading will say again
    if (!format || !format->observations) continue;
    Observations observations = datasets::observations_of_file(file);
    if (!is_line(observations)) continue;
    if (files.size() > 1)
      fail("line: ", file, " holds data that stand along a line already, and ", files.size() - 1,
           " more files are given; a line comes alone");
    return observations;
  }
  return std::nullopt;
}

Line line_of(const Observations& observations, const LineOptions& o) {
  validate(o);
  datasets::validate(observations);
  if (!is_line(observations))
    fail("line: these observations are not TE, TM and Tzy along a line; make a survey of them first");
  if (std::isfinite(o.profile) || o.strike_from != StrikeFrom::automatic || o.largest_distance > 0)
    fail("line: profile, strike and largest_distance are for soundings; these data stand along a line already");
  if (o.data == LineData::impedance)
    fail("line: these data are fitted as their file has them; data = 'impedance' is for soundings");
  expect_sites(observations);
  Line line;
  line.config = to_toml(o);
  const std::vector<double> all = periods_of(observations);
  datasets::ObservationSelection selection;
  selection.shortest_period = o.shortest_period, selection.longest_period = longest_of(o);
  if (std::none_of(all.begin(), all.end(), [&](double t) { return t >= o.shortest_period && t <= longest_of(o); }))
    no_periods(o, all.front(), all.back());
  line.data = select(observations, selection);
  if (o.periods_per_decade > 0) {
    Site grid;
    grid.period = periods_of(line.data);
    grid = datasets::decimate(std::move(grid), o.periods_per_decade);
    std::erase_if(line.data.rows, [&](const Observation& row) {
      return !std::binary_search(grid.period.begin(), grid.period.end(), row.period);
    });
  }
  expect_sites(line.data);
  std::size_t levelled = 0;
  for (ObservationSite& site : line.data.sites)
    if (std::isnan(site.z)) site.z = 0, ++levelled;
  const double orientation = observations.blocks.empty() ? 0 : observations.blocks.front().orientation;
  if (orientation != 0) {  // 0 is what files without one have too
    line.strike = elec::wrapped(orientation, 180);
    line.azimuth = elec::wrapped(orientation + 90, 360);
  }
  const auto [first, last] =
      std::minmax_element(line.data.sites.begin(), line.data.sites.end(),
                          [](const ObservationSite& a, const ObservationSite& b) { return a.y < b.y; });
  line.choices.push_back(
      fmt::format("{} along a line already, {} long{}", count(line.data.sites.size(), "site"), km(last->y - first->y),
                  std::isnan(line.strike) ? std::string() : fmt::format(", strike {:.1f} degrees", line.strike)));
  const std::vector<double> kept = periods_of(line.data);
  line.choices.push_back(fmt::format("{} periods from {:.4g} to {:.4g} s{}", kept.size(), kept.front(), kept.back(),
                                     kept.size() < all.size() ? fmt::format(", of {}", all.size()) : std::string()));
  if (levelled > 0) line.choices.push_back(fmt::format("{} without z stand at 0", count(levelled, "site")));
  line.choices.push_back("errors as they stand");
  describe_data(line);
  return line;
}

}  // namespace terrella::inversion
