#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/mare2dem/mare2dem.h"
#include "datasets/observations/profile.h"

namespace terrella::datasets {
namespace {

constexpr double air = 1e9;  // ohm m; MARE2DEM's own models have 1e12 or 1e13

}  // namespace

Mare2demModel read_mare2dem_model(const std::string& path) {
  Mare2demModel model;
  model.resistivity = read_mare2dem_resistivity(path);
  const Entry* const entry = find_entry(model.resistivity.entries, "Model File");
  if (!entry || entry->value.empty()) throw FormatError(path, 0, "names no 'Model File'");
  // Only a name within the folder is followed: a path in a file of others must not lead elsewhere.
  const std::string name = entry->value.substr(entry->value.find_last_of("/\\") + 1);
  if (name.empty() || name == "." || name == "..")
    throw FormatError(path, entry->line, text("the model file '", printable(entry->value), "' is no file"));
  model.map = read_poly((std::filesystem::path(path).parent_path() / name).string());
  if (model.map.region.size() != model.resistivity.regions.size())
    throw FormatError(
        path, 0,
        text("has ", model.resistivity.regions.size(), " regions, ", model.map.path, " ", model.map.region.size()));
  return model;
}

namespace {

// The numbers of the regions that hold the points, -1 outside.
std::vector<std::int32_t> regions_of(const Mare2demModel& model, std::span<const PlanePoint> points,
                                     std::size_t component) {
  if (component >= std::max<std::size_t>(1, components_of(model.resistivity.anisotropy)))
    fail("resistivity_at: component ", component, " of a model that is ", model.resistivity.anisotropy);
  if (model.map.region.size() != model.resistivity.regions.size())
    fail("resistivity_at: ", model.map.region.size(), " polygons and ", model.resistivity.regions.size(),
         " resistivities");
  const RegionFinder finder(model.map);
  std::vector<std::int32_t> result;
  result.reserve(points.size());
  for (const PlanePoint& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y))
      fail("resistivity_at: point ", result.size(), " is not finite");
    result.push_back(finder.region_of(point));
  }
  return result;
}

}  // namespace

std::vector<double> resistivity_at(const Mare2demModel& model, std::span<const PlanePoint> points,
                                   std::size_t component) {
  std::vector<double> result;
  result.reserve(points.size());
  for (const std::int32_t region : regions_of(model, points, component))
    result.push_back(region < 0 ? not_a_number
                                : model.resistivity.regions[static_cast<std::size_t>(region)].resistivity[component]);
  return result;
}

ResistivityModel section_of(const Mare2demModel& model, const Mesh2D& mesh, std::size_t component) {
  validate(mesh);
  const std::vector<double> y = centres_of(mesh.y), z = centres_of(mesh.z);
  std::vector<PlanePoint> points;
  points.reserve(mesh.cells());
  for (const double depth : z)
    for (const double along : y) points.push_back({along, depth});
  ResistivityModel section;
  section.mesh = mesh;
  section.path = model.resistivity.path;
  section.format = "mare2dem";
  for (const std::int32_t number : regions_of(model, points, component)) {
    const PlanePoint& middle = points[section.resistivity.size()];
    if (number < 0)
      throw MeshError(
          text(model.map.path, ": no region holds the middle of the cell at y ", middle.x, " m, z ", middle.y, " m"));
    const Mare2demRegion& region = model.resistivity.regions[static_cast<std::size_t>(number)];
    section.resistivity.push_back(region.resistivity[component]);
    section.kind.push_back(region.parameter[component] != 0       ? Cell::free
                           : region.resistivity[component] >= air ? Cell::air
                                                                  : Cell::fixed);
  }
  if (std::all_of(section.kind.begin(), section.kind.end(), [](Cell kind) { return kind == Cell::free; }))
    section.kind.clear();
  for (const Entry& entry : model.resistivity.entries) section.entries[entry.key] = entry.value;
  return section;
}

std::string mare2dem_survey_text(const Survey& survey) {
  return mare2dem_data_text(
      observations_along_line(survey, two_dimensional_quantities(survey), "mare2dem_survey_text"));
}

}  // namespace terrella::datasets
