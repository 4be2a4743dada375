#include "datasets/observations/observations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/error.h"

namespace terrella::datasets {

void validate(const Observations& observations) {
  for (const ObservationSite& site : observations.sites) {
    if (std::abs(site.latitude) > 90)
      fail("observations: site '", site.name, "': latitude ", site.latitude, " is beyond 90 degrees");
    if (std::abs(site.longitude) > 180)
      fail("observations: site '", site.name, "': longitude ", site.longitude, " is beyond 180 degrees");
    if (!std::isfinite(site.rotation) || !std::isfinite(site.tilt))
      fail("observations: site '", site.name, "': rotation and tilt must be finite");
  }
  for (std::size_t i = 0; i < observations.rows.size(); ++i) {
    const Observation& row = observations.rows[i];
    if (static_cast<std::size_t>(row.quantity) >= quantities().size())
      fail("observations: row ", i, ": no such quantity");
    const QuantityInfo& what = info(row.quantity);
    if (row.site >= observations.sites.size())
      fail("observations: row ", i, ": site ", row.site, " of ", observations.sites.size());
    if (row.block >= observations.blocks.size())
      fail("observations: row ", i, ": block ", row.block, " of ", observations.blocks.size());
    if (row.reference != Observation::no_site && row.reference >= observations.sites.size())
      fail("observations: row ", i, ": reference site ", row.reference, " of ", observations.sites.size());
    const auto at = [&] {
      return text("observations: row ", i, ": ", what.name, " of site '", observations.sites[row.site].name,
                  "', period ", row.period, " s: ");
    };
    if (what.kind == QuantityKind::interstation && row.reference == Observation::no_site)
      fail(at(), "has no reference site");
    if (!(row.period > 0) || !std::isfinite(row.period)) fail(at(), "the period is not positive");
    if (!std::isfinite(row.value.real()) || !std::isfinite(row.value.imag())) fail(at(), "the value is not finite");
    if (!what.is_complex && row.value.imag() != 0) fail(at(), "a real quantity has an imaginary part");
    if (row.error < 0 || row.error_imaginary < 0) fail(at(), "negative error");
    if (std::isinf(row.error) || std::isinf(row.error_imaginary)) fail(at(), "infinite error; mask the row instead");
  }
}

void expect_local_fields(const Observations& observations, const char* who) {
  for (const Observation& row : observations.rows)
    if (row.reference != Observation::no_site && row.reference != row.site &&
        info(row.quantity).kind != QuantityKind::interstation)
      fail(who, ": ", info(row.quantity).name, " of site '", observations.sites[row.site].name,
           "' has the magnetic field of '", observations.sites[row.reference].name, "', which the format cannot say");
}

std::vector<double> periods_of(const Observations& observations, bool masked) {
  std::vector<double> periods;
  periods.reserve(observations.rows.size());
  for (const Observation& row : observations.rows)
    if (masked || !row.masked) periods.push_back(row.period);
  std::sort(periods.begin(), periods.end());
  periods.erase(std::unique(periods.begin(), periods.end()), periods.end());
  return periods;
}

std::vector<Quantity> quantities_of(const Observations& observations) {
  std::vector<bool> there(quantities().size());
  for (const Observation& row : observations.rows) there[static_cast<std::size_t>(row.quantity)] = true;
  std::vector<Quantity> result;
  for (const QuantityInfo& entry : quantities())
    if (there[static_cast<std::size_t>(entry.quantity)]) result.push_back(entry.quantity);
  return result;
}

Observations select(const Observations& observations, const ObservationSelection& selection) {
  for (const std::string& name : selection.sites)
    if (std::none_of(observations.sites.begin(), observations.sites.end(),
                     [&](const ObservationSite& site) { return site.name == name; }))
      fail("select: there is no site '", name, "'");
  const auto wanted = [](const auto& list, const auto& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  std::vector<char> site_wanted;
  for (const ObservationSite& site : observations.sites) site_wanted.push_back(wanted(selection.sites, site.name));

  Observations result = observations;
  std::erase_if(result.rows, [&](const Observation& row) {
    return !site_wanted[row.site] || !wanted(selection.quantities, row.quantity) ||
           row.period < selection.shortest_period || row.period > selection.longest_period ||
           (row.masked && !selection.masked);
  });

  constexpr std::uint32_t unused = Observation::no_site;
  std::vector<std::uint32_t> new_site(result.sites.size(), unused), new_block(result.blocks.size(), unused);
  for (const Observation& row : result.rows) {
    new_site[row.site] = 0;
    if (row.reference != Observation::no_site) new_site[row.reference] = 0;
    new_block[row.block] = 0;
  }
  const auto keep_used = [](auto& values, std::vector<std::uint32_t>& number) {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (number[i] == unused) continue;
      number[i] = count;
      if (count != i) values[count] = std::move(values[i]);
      ++count;
    }
    values.resize(count);
  };
  keep_used(result.sites, new_site);
  keep_used(result.blocks, new_block);
  for (Observation& row : result.rows) {
    row.site = new_site[row.site];
    if (row.reference != Observation::no_site) row.reference = new_site[row.reference];
    row.block = static_cast<std::uint16_t>(new_block[row.block]);
  }
  result.provenance.history.push_back(
      text("selected ", result.rows.size(), " of ", observations.rows.size(), " observations"));
  return result;
}

Observations with_error_floor(const Observations& observations, const ObservationFloor& floor) {
  if (!(floor.absolute >= 0) || !(floor.relative >= 0) || !(floor.absolute + floor.relative > 0) ||
      !std::isfinite(floor.absolute + floor.relative))
    fail("with_error_floor: absolute ", floor.absolute, " and relative ", floor.relative,
         " must be finite, not negative, and one of them positive");
  using Key = std::tuple<std::uint32_t, double>;
  std::map<Key, std::array<double, 2>> off_diagonal;  // |Zxy|, |Zyx| of a site and period
  if (floor.geometric)
    for (const Observation& row : observations.rows)
      if (row.quantity == Quantity::zxy || row.quantity == Quantity::zyx)
        off_diagonal.try_emplace({row.site, row.period}, std::array<double, 2>{not_a_number, not_a_number})
            .first->second[row.quantity == Quantity::zyx] = std::abs(row.value);

  Observations result = observations;
  std::size_t raised = 0, missing = 0;
  for (Observation& row : result.rows) {
    if (std::find(floor.quantities.begin(), floor.quantities.end(), row.quantity) == floor.quantities.end()) continue;
    const QuantityInfo& what = info(row.quantity);
    double scale = std::abs(row.value);
    if (floor.geometric && what.kind == QuantityKind::impedance) {
      const auto found = off_diagonal.find({row.site, row.period});
      if (found != off_diagonal.end())
        if (const double mean = std::sqrt(found->second[0] * found->second[1]); std::isfinite(mean)) scale = mean;
    }
    const double least = std::max(floor.absolute, floor.relative * scale);
    if (!(least > 0)) continue;  // a value of 0 and a relative floor: nothing to go by
    missing += std::isnan(row.error);
    raised += row.error < least || row.error_imaginary < least;
    row.error = std::isnan(row.error) ? least : std::max(row.error, least);
    if (what.is_complex)
      row.error_imaginary = std::isnan(row.error_imaginary) ? least : std::max(row.error_imaginary, least);
    else
      row.error_imaginary = row.error;
  }
  std::string names;
  for (const Quantity quantity : floor.quantities) names += std::string(names.empty() ? "" : " ") + info(quantity).name;
  result.floors.push_back(floor);
  result.provenance.history.push_back(text(
      "error floor ", floor.relative, " relative", floor.geometric ? " (impedances: of sqrt|Zxy Zyx|)" : "", ", ",
      floor.absolute, " absolute, of ", names, ": ", raised, " errors raised, ", missing, " set where there was none"));
  return result;
}

}  // namespace terrella::datasets
