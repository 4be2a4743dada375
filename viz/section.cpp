#include "viz/section.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/projection.h"

namespace terrella::viz {
namespace {

constexpr double nan = datasets::not_a_number;
constexpr double equal_spacing = 1000;  // m

void expect_size(const char* field, std::size_t size, std::size_t expected) {
  if (size != expected) fail("make_section: ", field, " has ", size, " values, expected ", expected);
}

void check(const inversion::Result& result) {
  const auto& model = result.model;
  if (model.sites == 0 || model.layers == 0)
    fail("make_section: the result has ", model.sites, " sites and ", model.layers,
         " layers; there is nothing to show");
  expect_size("survey.sites", result.survey.sites.size(), model.sites);
  expect_size("model.resistivity", model.resistivity.size(), model.sites * model.layers);
  expect_size("model.thickness", model.thickness.size(), model.sites * (model.layers - 1));
  if (!model.depth_of_investigation.empty())
    expect_size("model.depth_of_investigation", model.depth_of_investigation.size(), model.sites);
  if (!result.fits.empty()) expect_size("fits", result.fits.size(), model.sites);
  for (std::size_t i = 0; i < model.thickness.size(); ++i)
    if (!(model.thickness[i] > 0) || std::isinf(model.thickness[i]))
      fail("make_section: site '", result.survey.sites[i / (model.layers - 1)].name, "', layer ",
           i % (model.layers - 1), ": thickness ", model.thickness[i], " m is not positive");
}

std::vector<SectionSite> sites_of(const inversion::Result& result) {
  std::vector<SectionSite> sites(result.model.sites);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const datasets::Site& site = result.survey.sites[i];
    const auto& depth = result.model.depth_of_investigation;
    sites[i] = {.name = site.name,
                .index = i,
                .distance = equal_spacing * i,
                .offset = 0,
                .north = nan,
                .east = nan,
                .latitude = site.latitude,
                .longitude = site.longitude,
                .elevation = std::isfinite(site.elevation) ? site.elevation : 0,
                .depth_of_investigation = depth.empty() ? nan : depth[i],
                .rms = result.fits.empty() ? nan : result.fits[i].rms};
  }
  return sites;
}

bool has_place(const SectionSite& site) { return std::isfinite(site.latitude) && std::isfinite(site.longitude); }

/// Sorts the sites along their profile. False, and nothing done, where they define none.
bool place(Section& section) {
  const auto missing = std::count_if(section.sites.begin(), section.sites.end(), [](auto& s) { return !has_place(s); });
  if (missing > 0) {
    section.notes.push_back(text("equal spacing in file order: ", missing, " of ", section.columns(),
                                 missing == 1 ? " sites has no coordinates" : " sites have no coordinates"));
    return false;
  }
  std::vector<double> latitude, longitude;
  for (const SectionSite& site : section.sites) latitude.push_back(site.latitude), longitude.push_back(site.longitude);
  const LocalCoordinates local = project_locally(latitude, longitude);
  const ProfileLine line = fit_profile(local.north, local.east);
  const auto [first, last] = std::minmax_element(line.along.begin(), line.along.end());
  const double length = *last - *first;
  double across = 0;
  for (std::size_t i = 0; i < section.columns(); ++i) {
    section.sites[i].north = local.north[i];
    section.sites[i].east = local.east[i];
    across = std::max(across, std::abs(line.across[i]));
  }
  if (section.columns() == 1) return false;
  if (length < 0.01) {
    section.notes.push_back("equal spacing in file order: all sites have the same coordinates");
    return false;
  }
  for (std::size_t i = 0; i < section.columns(); ++i) {
    section.sites[i].distance = line.along[i] - *first;
    section.sites[i].offset = line.across[i];
  }
  std::stable_sort(section.sites.begin(), section.sites.end(),
                   [](const SectionSite& a, const SectionSite& b) { return a.distance < b.distance; });
  section.azimuth = line.azimuth;
  if (across > 0.1 * length)
    section.notes.push_back(text("sites stand up to ", std::round(across / 100) / 10, " km off a profile of ",
                                 std::round(length / 100) / 10, " km"));
  return true;
}

void set_distance_edges(Section& section) {
  const std::size_t n = section.columns();
  std::vector<double>& edges = section.distance_edges;
  if (n == 1) {
    edges = {-equal_spacing / 2, equal_spacing / 2};
    return;
  }
  std::vector<double> spacing;
  for (std::size_t i = 1; i < n; ++i) spacing.push_back(section.sites[i].distance - section.sites[i - 1].distance);
  std::vector<double> sorted;
  for (double s : spacing)
    if (s > 0.01) sorted.push_back(s);
  std::sort(sorted.begin(), sorted.end());
  const double same_place = 1e-3 * sorted[sorted.size() / 2];

  // Groups of sites at one place: [first, last] of each.
  std::vector<std::pair<std::size_t, std::size_t>> groups{{0, 0}};
  for (std::size_t i = 1; i < n; ++i) {
    if (section.sites[i].distance - section.sites[groups.back().first].distance <= same_place)
      groups.back().second = i;
    else
      groups.push_back({i, i});
  }
  const auto position = [&](std::size_t group) { return section.sites[groups[group].first].distance; };
  std::vector<double> bounds(groups.size() + 1);
  for (std::size_t g = 1; g < groups.size(); ++g) bounds[g] = (position(g - 1) + position(g)) / 2;
  bounds.front() = position(0) - (bounds[1] - position(0));
  bounds.back() = position(groups.size() - 1) + (position(groups.size() - 1) - bounds[groups.size() - 1]);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::size_t members = groups[g].second - groups[g].first + 1;
    for (std::size_t k = 0; k < members; ++k) edges.push_back(bounds[g] + (bounds[g + 1] - bounds[g]) * k / members);
  }
  edges.push_back(bounds.back());
  if (groups.size() < n)
    section.notes.push_back(text(n - groups.size(), n - groups.size() == 1 ? " site shares" : " sites share",
                                 " the place of another; columns there are divided equally"));
}

void set_depth_edges(Section& section, const inversion::LayeredModel& model) {
  std::vector<double> interfaces;
  for (std::size_t s = 0; s < model.sites; ++s) {
    double depth = 0;
    for (std::size_t k = 0; k + 1 < model.layers; ++k)
      interfaces.push_back(depth += model.thickness[s * (model.layers - 1) + k]);
  }
  std::sort(interfaces.begin(), interfaces.end());
  section.depth_edges = {0};
  for (double depth : interfaces)
    if (depth > section.depth_edges.back() * 1.002) section.depth_edges.push_back(depth);
  double bottom = 1.25 * section.depth_edges.back();
  for (const SectionSite& site : section.sites)
    if (std::isfinite(site.depth_of_investigation)) bottom = std::max(bottom, 1.5 * site.depth_of_investigation);
  section.depth_edges.push_back(bottom > 0 ? bottom : 1000.0);
}

void set_resistivity(Section& section, const inversion::LayeredModel& model) {
  section.resistivity.assign(section.layers() * section.columns(), nan);
  for (std::size_t column = 0; column < section.columns(); ++column) {
    const std::size_t s = section.sites[column].index;
    double bottom = model.layers > 1 ? model.thickness[s * (model.layers - 1)] : 0;  // of the model's layer k
    std::size_t k = 0;
    for (std::size_t layer = 0; layer < section.layers(); ++layer) {
      const double middle = (section.depth_edges[layer] + section.depth_edges[layer + 1]) / 2;
      while (k + 1 < model.layers && middle > bottom)
        if (++k + 1 < model.layers) bottom += model.thickness[s * (model.layers - 1) + k];
      section.resistivity[layer * section.columns() + column] = model.resistivity[s * model.layers + k];
    }
  }
}

}  // namespace

Section make_section(const inversion::Result& result) {
  check(result);
  Section section;
  section.name = result.survey.name;
  section.sites = sites_of(result);
  if (!place(section)) section.azimuth = nan;
  for (const SectionSite& site : section.sites) section.mean_elevation += site.elevation / section.columns();
  set_distance_edges(section);
  set_depth_edges(section, result.model);
  set_resistivity(section, result.model);
  return section;
}

}  // namespace terrella::viz
