#include "datasets/observations/profile.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/error.h"
#include "datasets/observations/survey.h"

namespace terrella::datasets {

double profile_azimuth(const Survey& survey) {
  if (survey.sites.empty()) fail("profile_azimuth: there are no sites");
  const Site& first = survey.sites.front();
  std::vector<std::array<double, 2>> place;
  for (const Site& site : survey.sites) {
    if (!std::isfinite(site.latitude) || !std::isfinite(site.longitude))
      fail("profile_azimuth: site '", site.name, "' has no coordinates");
    place.push_back(local_coordinates(site.latitude, site.longitude, first.latitude, first.longitude));
  }
  const auto n = static_cast<double>(place.size());
  double north = 0, east = 0, nn = 0, ee = 0, ne = 0;
  for (const auto& p : place) north += p[0] / n, east += p[1] / n;
  for (const auto& p : place) {
    nn += (p[0] - north) * (p[0] - north);
    ee += (p[1] - east) * (p[1] - east);
    ne += (p[0] - north) * (p[1] - east);
  }
  if (!(nn + ee > 0)) return 0;
  const double azimuth = 0.5 * std::atan2(2 * ne, nn - ee) * 180 / std::numbers::pi;  // of the larger principal axis
  return azimuth <= -45 ? azimuth + 180 : azimuth;
}

Observations profile_observations(const Survey& survey, const std::vector<Quantity>& quantities, double azimuth,
                                  WithoutError without_error) {
  ObservationsOptions options;
  options.orientation = azimuth - 90;
  options.mask_without_error = without_error == WithoutError::masked;
  Observations observations = observations_of(survey, quantities, options);
  std::vector<std::uint32_t> order(observations.sites.size()), place(observations.sites.size());
  std::iota(order.begin(), order.end(), 0U);
  for (const ObservationSite& site : observations.sites)
    if (!std::isfinite(site.y)) fail("profile_observations: site '", site.name, "' has no coordinates");
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return observations.sites[a].y < observations.sites[b].y; });
  std::vector<ObservationSite> sites;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sites.push_back(observations.sites[order[i]]);
  }
  const double start = sites.empty() ? 0 : sites.front().y;
  for (ObservationSite& site : sites) site.y -= start;
  observations.sites = std::move(sites);
  for (Observation& row : observations.rows) row.site = place[row.site];
  std::stable_sort(observations.rows.begin(), observations.rows.end(),
                   [](const Observation& a, const Observation& b) { return a.site < b.site; });
  return observations;
}

Observations observations_along_line(const Survey& survey, const std::vector<Quantity>& quantities, const char* who) {
  Observations line = profile_observations(survey, quantities, profile_azimuth(survey));
  expect_rows_of_every_site(line, who);
  return line;
}

std::size_t mask_rows_without_error(Observations& observations) {
  const auto without = [](const Observation& row) { return std::isnan(row.error); };
  if (std::all_of(observations.rows.begin(), observations.rows.end(), without)) return 0;
  std::size_t count = 0;
  for (Observation& row : observations.rows)
    if (without(row)) {
      row.masked = true;
      ++count;
    }
  return count;
}

std::vector<Quantity> two_dimensional_quantities(const Survey& survey) {
  std::vector<Quantity> quantities;
  const auto any = [&](bool (Site::*has)() const) {
    return std::any_of(survey.sites.begin(), survey.sites.end(), [&](const Site& site) { return (site.*has)(); });
  };
  if (any(&Site::has_impedance))
    quantities = {Quantity::log10_rho_te, Quantity::phase_te, Quantity::log10_rho_tm, Quantity::phase_tm};
  if (any(&Site::has_tipper)) quantities.insert(quantities.end(), {Quantity::real_tzy, Quantity::imag_tzy});
  return quantities;
}

}  // namespace terrella::datasets
