#include "viz/mt2d/vtk.h"

#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "inversion/mt2d/ensemble.h"
#include "viz/mt2d/section_view.h"
#include "viz/renderer.h"

namespace terrella::viz {
namespace {

using inversion::Result2d;
using inversion::SectionModel;

std::string base_of(const std::string& stem) {
  const std::string base = stem.ends_with(".vtu") ? stem.substr(0, stem.size() - 4) : stem;
  if (base.empty() || base.back() == '/') fail("write_vtk: '", stem, "' names no file");
  return base;
}

std::size_t iterations(const Result2d& result) { return result.models.size() / elements(result.model); }

/// "-007.vtu"
std::string ending(std::size_t iteration) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "-%03zu.vtu", iteration);
  return buffer;
}

std::vector<double> log10_of(const std::vector<double>& resistivity) {
  std::vector<double> values;
  for (double rho : resistivity) values.push_back(std::log10(rho));
  return values;
}

VtkMesh geometry(const SectionModel& m) {
  VtkMesh mesh;
  const auto lines = static_cast<std::int64_t>(m.columns + 1);
  for (std::size_t j = 0; j <= m.rows; ++j)
    for (std::size_t i = 0; i <= m.columns; ++i) {
      const double point[] = {m.y[i], 0, 0.0 - m.z[j * (m.columns + 1) + i]};
      mesh.points.insert(mesh.points.end(), point, point + 3);
    }
  for (std::size_t j = 0; j < m.rows; ++j)
    for (std::size_t i = 0; i < m.columns; ++i) {  // anticlockwise from the lower left, seen with z upwards
      const std::int64_t upper = static_cast<std::int64_t>(j) * lines + static_cast<std::int64_t>(i);
      for (std::int64_t corner : {upper + lines, upper + lines + 1, upper + 1, upper}) mesh.corners.push_back(corner);
    }
  return mesh;
}

}  // namespace

VtkMeshes vtk_meshes(const Result2d& result) {
  const SectionView view = section_view(result);
  const SectionModel& m = result.model;
  VtkMeshes files;
  VtkMesh& section = files.meshes.emplace_back(geometry(m));
  section.file = "section.vtu";
  section.arrays = {{"log10_resistivity", log10_of(m.resistivity)}, {"resistivity", m.resistivity}};
  const auto optional = [&](const char* name, const std::vector<double>& values) {
    if (!values.empty()) section.arrays.push_back({name, values});
  };
  optional("resistivity_y", m.resistivity_y);
  optional("resistivity_z", m.resistivity_z);
  optional("log10_resistivity_error", m.log10_resistivity_error);
  optional("sensitivity", m.sensitivity);
  std::vector<double> cell(m.cell.begin(), m.cell.end()), within;
  for (std::size_t row = 0; row < m.rows; ++row)
    for (std::size_t column = 0; column < m.columns; ++column)
      within.push_back(within_depth_of_investigation(m, row, column));
  section.arrays.push_back({.name = "cell", .values = std::move(cell), .whole = true});
  section.arrays.push_back({.name = "within_depth_of_investigation", .values = std::move(within), .whole = true});
  if (result.ensemble.size() > elements(m)) {
    inversion::SectionSpread spread = inversion::ensemble_spread(result);
    section.arrays.push_back({"log10_resistivity_mean", std::move(spread.mean)});
    section.arrays.push_back({"log10_resistivity_deviation", std::move(spread.deviation)});
  }
  const auto size = static_cast<std::ptrdiff_t>(elements(m));
  for (std::size_t k = 0; k < iterations(result); ++k) {
    VtkMesh mesh = geometry(m);
    mesh.file = "section" + ending(k);
    const auto first = result.models.begin() + static_cast<std::ptrdiff_t>(k) * size;
    VtkArray logarithm{"log10_resistivity", {first, first + size}}, resistivity{"resistivity", {}};
    for (double value : logarithm.values) resistivity.values.push_back(std::pow(10, value));
    mesh.arrays = {std::move(logarithm), std::move(resistivity)};
    files.meshes.push_back(std::move(mesh));
  }

  VtkMesh sites;
  sites.file = "sites.vtp";
  const std::vector<double> rms = inversion::rms_of_sites(result);
  VtkArray fit{"rms", rms}, elevation{"elevation", {}}, latitude{"latitude", {}}, longitude{"longitude", {}};
  for (const datasets::ObservationSite& site : result.data.sites) {
    const double height = 0.0 - ground_at(m, site.y), point[] = {site.y, 0, height};
    sites.points.insert(sites.points.end(), point, point + 3);
    sites.names.push_back(site.name);
    elevation.values.push_back(height);
    latitude.values.push_back(site.latitude);
    longitude.values.push_back(site.longitude);
  }
  sites.arrays = {std::move(fit), std::move(elevation), std::move(latitude), std::move(longitude)};
  for (std::size_t mode = 0; mode < 2 && !result.static_shift.empty(); ++mode) {
    VtkArray shift{mode == 0 ? "static_shift_te" : "static_shift_tm", {}};
    for (std::size_t s = 0; s < result.data.sites.size(); ++s)
      shift.values.push_back(result.static_shift[2 * s + mode]);
    sites.arrays.push_back(std::move(shift));
  }
  files.meshes.push_back(std::move(sites));
  return files;
}

std::vector<std::string> vtk_paths(const Result2d& result, const std::string& stem) {
  const std::string base = base_of(stem);
  std::vector<std::string> paths = {base + ".vtu"};
  for (std::size_t k = 0; k < iterations(result); ++k) paths.push_back(base + ending(k));
  paths.push_back(base + "-sites.vtp");
  if (iterations(result) > 0) paths.push_back(base + ".pvd");
  return paths;
}

std::vector<std::string> write_vtk(const Result2d& result, const std::string& stem, double timeout_seconds) {
  const std::vector<std::string> paths = vtk_paths(result, stem);
  const VtkMeshes files = vtk_meshes(result);
  std::vector<std::string> names;
  for (const VtkMesh& mesh : files.meshes) names.push_back(mesh.file);
  const std::vector<std::string> bytes = render(to_json(Job(files)), names, false, timeout_seconds);
  for (std::size_t i = 0; i < bytes.size(); ++i) datasets::write_file(paths[i], bytes[i]);
  if (iterations(result) == 0) return paths;
  std::string base = base_of(stem);
  if (const auto slash = base.rfind('/'); slash != std::string::npos) base.erase(0, slash + 1);
  std::string escaped;  // a file name within an attribute
  for (char c : base) escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '"' ? "&quot;" : std::string(1, c);
  std::string pvd =
      "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n  "
      "<Collection>\n";
  for (std::size_t k = 0; k < iterations(result); ++k)
    pvd += text("    <DataSet timestep=\"", result.history[k].iteration, "\" part=\"0\" file=\"", escaped, ending(k),
                "\"/>\n");
  datasets::write_file(paths.back(), pvd + "  </Collection>\n</VTKFile>\n");
  return paths;
}

}  // namespace terrella::viz
