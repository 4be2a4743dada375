#include "viz/section.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "viz/profile.h"

namespace terrella::viz {
namespace {

constexpr double nan = datasets::not_a_number;

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
  if (!model.sensitivity.empty())
    expect_size("model.sensitivity", model.sensitivity.size(), model.sites * model.layers);
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
                .distance = 0,
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

/// Sorts the sites along their profile, where they define one, and cuts the columns.
void place(Section& section) {
  std::vector<double> latitude, longitude;
  for (const SectionSite& site : section.sites) latitude.push_back(site.latitude), longitude.push_back(site.longitude);
  const Profile profile = profile_of(latitude, longitude);
  section.azimuth = profile.azimuth;
  section.distance_edges = column_edges(profile.distance);
  std::vector<SectionSite> sorted;
  double across = 0;
  for (std::size_t i = 0; i < section.columns(); ++i) {
    SectionSite site = section.sites[profile.order[i]];
    site.distance = profile.distance[i];
    site.offset = profile.offset[i];
    if (!profile.local.north.empty()) {
      site.north = profile.local.north[site.index];
      site.east = profile.local.east[site.index];
    }
    across = std::max(across, std::abs(site.offset));
    sorted.push_back(std::move(site));
  }
  section.sites = std::move(sorted);

  const auto missing = std::count_if(section.sites.begin(), section.sites.end(), [](auto& s) { return !has_place(s); });
  const double length = profile.distance.back();
  if (missing > 0)
    section.notes.push_back(text("equal spacing in file order: ", missing, " of ", section.columns(),
                                 missing == 1 ? " sites has no coordinates" : " sites have no coordinates"));
  else if (!profile.placed && section.columns() > 1)
    section.notes.push_back("equal spacing in file order: all sites have the same coordinates");
  else if (across > 0.1 * length)
    section.notes.push_back(text("sites stand up to ", std::round(across / 100) / 10, " km off a profile of ",
                                 std::round(length / 100) / 10, " km"));
  if (const std::size_t sharing = sharing_places(profile.distance))
    section.notes.push_back(text(sharing, sharing == 1 ? " site shares" : " sites share",
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

void set_cells(Section& section, const inversion::LayeredModel& model) {
  section.resistivity.assign(section.layers() * section.columns(), nan);
  if (!model.sensitivity.empty()) section.sensitivity = section.resistivity;
  for (std::size_t column = 0; column < section.columns(); ++column) {
    const std::size_t s = section.sites[column].index;
    double bottom = model.layers > 1 ? model.thickness[s * (model.layers - 1)] : 0;  // of the model's layer k
    std::size_t k = 0;
    for (std::size_t layer = 0; layer < section.layers(); ++layer) {
      const double middle = (section.depth_edges[layer] + section.depth_edges[layer + 1]) / 2;
      while (k + 1 < model.layers && middle > bottom)
        if (++k + 1 < model.layers) bottom += model.thickness[s * (model.layers - 1) + k];
      const std::size_t cell = layer * section.columns() + column;
      section.resistivity[cell] = model.resistivity[s * model.layers + k];
      if (!model.sensitivity.empty()) section.sensitivity[cell] = model.sensitivity[s * model.layers + k];
    }
  }
}

}  // namespace

Section make_section(const inversion::Result& result) {
  check(result);
  Section section;
  section.name = result.survey.name;
  section.sites = sites_of(result);
  place(section);
  for (const SectionSite& site : section.sites) section.mean_elevation += site.elevation / section.columns();
  set_depth_edges(section, result.model);
  set_cells(section, result.model);
  return section;
}

}  // namespace terrella::viz
