#include "datasets/survey/merge.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "datasets/file/text.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/rows.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

bool same_site(const Site& a, const Site& b, const MergeOptions& o) {
  const bool names = upper(trim(a.name)) == upper(trim(b.name));
  const double distance = distance_between(a, b);
  switch (o.same) {
    case SameSite::name:
      return names;
    case SameSite::place:
      return distance <= o.distance;
    case SameSite::name_and_place:
      return names && !(distance > o.distance);
  }
  return false;
}

/// How good a value is: smaller counts more.
struct Rank {
  bool missing = true, masked = false, no_error = true;
  double error = 0;
  bool operator<(const Rank& o) const {
    return std::tie(missing, masked, no_error, error) < std::tie(o.missing, o.masked, o.no_error, o.error);
  }
};

template <class Values, class Errors, class Masks>
Rank rank_of(const Values& values, const Errors& errors, const Masks& masks, std::size_t row, std::size_t k) {
  Rank rank;
  if (row >= values.size()) return rank;
  rank.missing = !std::isfinite(values[row][k].real()) || !std::isfinite(values[row][k].imag());
  rank.masked = row < masks.size() && masks[row][k];
  rank.error = row < errors.size() ? errors[row][k] : not_a_number;
  rank.no_error = !(rank.error > 0);
  if (rank.no_error) rank.error = 0;
  return rank;
}

/// Rows of the parts at each period of the union; SIZE_MAX where a part has none.
struct Union {
  std::vector<double> period;
  std::vector<std::vector<std::size_t>> rows;  // [period][part]
};

Union union_of(const std::vector<const Site*>& parts, double tolerance) {
  struct Entry {
    double period;
    std::size_t part, row;
  };
  std::vector<Entry> entries;
  for (std::size_t p = 0; p < parts.size(); ++p)
    for (std::size_t i = 0; i < parts[p]->period.size(); ++i) entries.push_back({parts[p]->period[i], p, i});
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.period < b.period; });
  Union all;
  double first = 0;
  for (const Entry& e : entries) {
    const bool joins =
        !all.period.empty() && e.period <= first * (1 + tolerance) && all.rows.back()[e.part] == SIZE_MAX;
    if (!joins) {
      first = e.period;
      all.period.push_back(e.period);
      all.rows.emplace_back(parts.size(), SIZE_MAX);
    }
    all.rows.back()[e.part] = e.row;
    if (e.part == 0) all.period.back() = e.period;  // the first sounding names it, where that keeps the order
  }
  for (std::size_t i = 1; i < all.period.size(); ++i)
    if (all.period[i] <= all.period[i - 1]) all.period[i] = std::nextafter(all.period[i - 1], 1e300);
  return all;
}

template <auto values, auto errors, auto masks>
void take_best(Site& result, const std::vector<const Site*>& parts, const Union& all) {
  if (std::all_of(parts.begin(), parts.end(), [](const Site* s) { return (s->*values).empty(); })) return;
  using Row = typename std::decay_t<decltype(result.*values)>::value_type;
  bool any_mask = false;
  for (const auto& rows : all.rows) {
    Row value;
    typename std::decay_t<decltype(result.*errors)>::value_type error;
    typename std::decay_t<decltype(result.*masks)>::value_type mask{};
    for (std::size_t k = 0; k < value.size(); ++k) {
      value[k] = {not_a_number, not_a_number};
      error[k] = not_a_number;
      Rank best;
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const Rank rank = rank_of(parts[p]->*values, parts[p]->*errors, parts[p]->*masks, rows[p], k);
        if (rank.missing || !(rank < best)) continue;
        best = rank;
        value[k] = (parts[p]->*values)[rows[p]][k];
        error[k] = (parts[p]->*errors)[rows[p]][k];
        mask[k] = rank.masked;
      }
      any_mask = any_mask || mask[k];
    }
    (result.*values).push_back(value);
    (result.*errors).push_back(error);
    (result.*masks).push_back(mask);
  }
  if (!any_mask) (result.*masks).clear();
}

}  // namespace

double distance_between(const Site& a, const Site& b) {
  constexpr double radius = 6371008.8, degree = pi / 180;  // m, mean radius of the earth
  const double s = std::sin((b.latitude - a.latitude) / 2 * degree),
               t = std::sin((b.longitude - a.longitude) / 2 * degree);
  const double h = s * s + std::cos(a.latitude * degree) * std::cos(b.latitude * degree) * t * t;
  return 2 * radius * std::asin(std::sqrt(h > 1 ? 1 : h));  // NaN stays NaN
}

Survey merge_sites(const Survey& survey, const MergeOptions& o) {
  if (!(o.distance >= 0) || !(o.same_period >= 0 && o.same_period < 0.5))
    fail("merge_sites: distance ", o.distance, " m, same period within ", o.same_period);
  Survey result{survey.name, {}};
  std::vector<bool> taken(survey.sites.size(), false);
  for (std::size_t i = 0; i < survey.sites.size(); ++i) {
    if (taken[i]) continue;
    std::vector<Site> turned = {survey.sites[i]};
    for (std::size_t j = i + 1; j < survey.sites.size(); ++j) {
      if (taken[j] || !same_site(survey.sites[i], survey.sites[j], o)) continue;
      taken[j] = true;
      turned.push_back(rotate_to(survey.sites[j], survey.sites[i].rotation));
    }
    if (turned.size() == 1) {
      result.sites.push_back(survey.sites[i]);
      continue;
    }
    std::vector<const Site*> parts;
    for (const Site& site : turned) parts.push_back(&site);
    const Union all = union_of(parts, o.same_period);
    Site site = turned[0];
    clear_rows(site);  // covariances, too: components come from different soundings
    site.period = all.period;
    take_best<&Site::z, &Site::z_error, &Site::z_masked>(site, parts, all);
    take_best<&Site::tipper, &Site::tipper_error, &Site::tipper_masked>(site, parts, all);
    std::string paths;
    for (std::size_t p = 1; p < turned.size(); ++p) {
      const Provenance& other = turned[p].provenance;
      paths += (paths.empty() ? "" : ", ") + (other.path.empty() ? "a site of no file" : other.path);
      for (const Repair& repair : other.repairs)
        site.provenance.repairs.push_back({repair.line, repair.rule, other.path + ": " + repair.detail});
      for (const std::string& entry : other.history) site.provenance.history.push_back(other.path + ": " + entry);
    }
    site.provenance.history.push_back(text("merge ", turned.size(), " soundings of the same ",
                                           o.same == SameSite::place  ? "place"
                                           : o.same == SameSite::name ? "name"
                                                                      : "name and place",
                                           " (within ", o.distance,
                                           " m): component by component the smaller error; from ", paths));
    result.sites.push_back(std::move(site));
  }
  return result;
}

}  // namespace terrella::datasets
