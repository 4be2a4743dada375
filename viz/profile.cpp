#include "viz/profile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"

namespace terrella::viz {
namespace {

/// First sites of the groups that stand at one place, and n behind them.
std::vector<std::size_t> places(std::span<const double> distance) {
  std::vector<double> spacing;
  for (std::size_t i = 1; i < distance.size(); ++i)
    if (const double s = distance[i] - distance[i - 1]; s > 0.01) spacing.push_back(s);
  std::sort(spacing.begin(), spacing.end());
  const double same_place = spacing.empty() ? 0 : 1e-3 * spacing[spacing.size() / 2];
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < distance.size(); ++i)
    if (first.empty() || distance[i] - distance[first.back()] > same_place) first.push_back(i);
  first.push_back(distance.size());
  return first;
}

}  // namespace

Profile profile_of(std::span<const double> latitude, std::span<const double> longitude, double azimuth) {
  const std::size_t n = latitude.size();
  if (std::isinf(azimuth)) fail("profile_of: azimuth ", azimuth);
  if (longitude.size() != n) fail("profile_of: ", n, " latitudes and ", longitude.size(), " longitudes");
  Profile profile{.order = std::vector<std::size_t>(n),
                  .distance = std::vector<double>(n),
                  .offset = std::vector<double>(n),
                  .azimuth = std::numeric_limits<double>::quiet_NaN(),
                  .local = {}};
  std::iota(profile.order.begin(), profile.order.end(), std::size_t{0});
  for (std::size_t i = 0; i < n; ++i) profile.distance[i] = equal_spacing * static_cast<double>(i);
  const auto known = [](double x) { return std::isfinite(x); };
  if (n == 0 || !std::all_of(latitude.begin(), latitude.end(), known) ||
      !std::all_of(longitude.begin(), longitude.end(), known))
    return profile;

  profile.local = project_locally(latitude, longitude);
  const ProfileLine line = std::isnan(azimuth) ? fit_profile(profile.local.north, profile.local.east)
                                               : line_at(azimuth, profile.local.north, profile.local.east);
  const auto [first, last] = std::minmax_element(line.along.begin(), line.along.end());
  if (*last - *first < 0.01) return profile;
  profile.placed = true;
  profile.azimuth = line.azimuth;
  std::stable_sort(profile.order.begin(), profile.order.end(),
                   [&](std::size_t a, std::size_t b) { return line.along[a] < line.along[b]; });
  for (std::size_t i = 0; i < n; ++i) {
    profile.distance[i] = line.along[profile.order[i]] - *first;
    profile.offset[i] = line.across[profile.order[i]];
  }
  return profile;
}

std::vector<double> column_edges(std::span<const double> distance) {
  if (distance.empty()) return {};
  for (std::size_t i = 0; i < distance.size(); ++i)
    if (!std::isfinite(distance[i]) || (i > 0 && distance[i] < distance[i - 1]))
      fail("column_edges: distance ", i, " is ", distance[i], " m; distances must be finite and ascend");
  const std::vector<std::size_t> first = places(distance);
  const std::size_t groups = first.size() - 1;
  if (groups == 1) {  // one place: a column of one spacing around it
    std::vector<double> edges;
    for (std::size_t k = 0; k <= distance.size(); ++k)
      edges.push_back(distance[0] +
                      equal_spacing * (static_cast<double>(k) / static_cast<double>(distance.size()) - 0.5));
    return edges;
  }
  const auto position = [&](std::size_t group) { return distance[first[group]]; };
  std::vector<double> bounds(groups + 1);
  for (std::size_t g = 1; g < groups; ++g) bounds[g] = (position(g - 1) + position(g)) / 2;
  bounds.front() = 2 * position(0) - bounds[1];
  bounds.back() = 2 * position(groups - 1) - bounds[groups - 1];
  std::vector<double> edges;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t members = first[g + 1] - first[g];
    for (std::size_t k = 0; k < members; ++k) edges.push_back(bounds[g] + (bounds[g + 1] - bounds[g]) * k / members);
  }
  edges.push_back(bounds.back());
  return edges;
}

std::size_t sharing_places(std::span<const double> distance) {
  return distance.empty() ? 0 : distance.size() - (places(distance).size() - 1);
}

}  // namespace terrella::viz
