#include "datasets/topography/topography.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/file/read_file.h"
#include "datasets/file/report.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 30;
constexpr double largest_height = 1e6;

void check_ascending(const std::vector<double>& nodes, const char* name) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!std::isfinite(nodes[i])) fail("topography: ", name, " ", i, " is ", nodes[i]);
    if (i > 0 && !(nodes[i] > nodes[i - 1]))
      fail("topography: ", name, " ", i, " (", nodes[i], ") does not lie beyond the one before (", nodes[i - 1], ")");
  }
}

}  // namespace

void validate(const Topography& t) {
  const bool grid = t.kind == Topography::Kind::grid;
  if (t.x.empty() || t.y.empty()) fail("topography: there are no nodes");
  if (grid ? t.elevation.size() / t.x.size() != t.y.size() || t.elevation.size() % t.x.size() != 0
           : t.x.size() != t.y.size() || t.x.size() != t.elevation.size())
    fail("topography: ", t.x.size(), " x, ", t.y.size(), " y and ", t.elevation.size(), " heights do not fit");
  if (grid) {
    check_ascending(t.x, "x");
    check_ascending(t.y, "y");
  } else {
    for (std::size_t i = 0; i < t.x.size(); ++i)
      if (!std::isfinite(t.x[i]) || !std::isfinite(t.y[i]))
        fail("topography: point ", i, " lies at ", t.x[i], ", ", t.y[i]);
  }
  for (std::size_t i = 0; i < t.elevation.size(); ++i)
    if (std::abs(t.elevation[i]) > largest_height)
      fail("topography: height ", i, " is ", t.elevation[i], " m; is it the file's value for no data, not stated?");
}

bool is_no_data(double value, double no_data) {
  return value == no_data || (std::isfinite(no_data) && std::abs(value - no_data) <= 5e-6 * std::abs(no_data));
}

const std::vector<TopographyFormat>& topography_formats() {
  static const std::vector<TopographyFormat> table = {
      {"netcdf-3", looks_like_netcdf3, parse_netcdf3_grid},
      {"geotiff", looks_like_tiff, parse_geotiff},
      {"esri-ascii", looks_like_esri_ascii, parse_esri_ascii},
      {"xyz", looks_like_xyz, parse_xyz},
  };
  return table;
}

bool looks_like_topography(std::string_view first_bytes) {
  return std::any_of(topography_formats().begin(), topography_formats().end(),
                     [&](const TopographyFormat& format) { return format.recognizes(first_bytes); });
}

Topography parse_topography(std::string_view bytes, const std::string& path, const TopographyOptions& options) {
  for (const TopographyFormat& format : topography_formats()) {
    if (!format.recognizes(bytes.substr(0, 4096))) continue;
    Topography topography = format.parse(bytes, path, options);
    topography.path = path;
    topography.format = format.name;
    if (topography.crs.empty()) topography.crs = options.crs;
    try {
      validate(topography);
    } catch (const std::invalid_argument& error) { throw FormatError(path, 0, error.what()); }
    return topography;
  }
  if (bytes.starts_with("\x89HDF\r\n\x1a\n"))
    throw FormatError(path, 0,
                      "is an HDF5 file, perhaps netCDF-4; write it as netCDF-3 first: nccopy -k classic IN OUT");
  throw FormatError(path, 0, "is no topography that is known (ESRI ASCII grid, netCDF-3, GeoTIFF, XYZ text)");
}

std::string inspect_topography(const std::string& path) {
  const Topography t = read_topography(path);
  const auto range = [](const std::vector<double>& values) {
    double low = not_a_number, high = not_a_number;
    for (const double value : values) low = std::fmin(low, value), high = std::fmax(high, value);
    return text(low, " .. ", high);
  };
  const std::string size =
      t.kind == Topography::Kind::grid ? text(t.x.size(), " x ", t.y.size(), " nodes") : text(t.x.size(), " points");
  return text(size, ", ", range(t.x), ", ", range(t.y), ", ", range(t.elevation), " m");
}

Topography read_topography(const std::string& path, const TopographyOptions& options) {
  const std::string bytes = read_file(path, largest_file);
  TopographyOptions told = options;
  // The .prj of an ESRI grid stands in a file of the same name; it is part of the set, so it must be right if it is
  // there.
  if (looks_like_esri_ascii(std::string_view(bytes).substr(0, 4096))) {
    const std::size_t dot = path.find_last_of("./");
    const std::string prj = (dot != std::string::npos && path[dot] == '.' ? path.substr(0, dot) : path) + ".prj";
    std::error_code none;
    const std::string wkt(trim(std::filesystem::exists(prj, none) ? read_file(prj, 65536) : ""));
    if (!wkt.empty()) {
      try {
        crs_name(wkt);
      } catch (const std::invalid_argument& error) { throw FormatError(prj, 1, error.what()); }
      told.crs = wkt;
    }
  }
  return parse_topography(bytes, path, told);
}

}  // namespace terrella::datasets
