// datasets/topography/topography.h: heights of the ground as a value, whatever file they came from.
//
//   read_topography      ESRI ASCII grid (with the .prj beside it), netCDF-3 (GMT, COARDS), GeoTIFF, XYZ text;
//                        content decides, never the name
//   elevation_at         height at points: bilinear in a grid, linear in the Delaunay triangle of scattered points
//   elevation_profile    heights along a line
//   esri_ascii_text, xyz_text, write_topography
//
// x is east or longitude, y north or latitude, whatever the order in the file. `crs` says of which system they are; it
// is empty where no file says so, and then whatever needs it fails and asks for it.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/survey/projection.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

struct Topography {
  enum class Kind {
    grid,   ///< nodes at all pairs of x and y
    points  ///< scattered: one x, y and elevation each
  };
  Kind kind = Kind::grid;
  std::vector<double> x;          ///< grid [nx]: of the columns, ascending; points [n]
  std::vector<double> y;          ///< grid [ny]: of the rows, ascending (south to north); points [n]
  std::vector<double> elevation;  ///< m, up; NaN where there are no data. Grid [ny, nx], points [n]
  std::string crs;                ///< PROJ text, EPSG code or WKT; empty if unknown
  std::string path;               ///< as given to the reader
  std::string format;             ///< "esri-ascii", "netcdf-3", "geotiff", "xyz"
  std::vector<Repair> repairs;
};

/// Throws std::invalid_argument where sizes disagree, coordinates are not finite or do not ascend, or a height is
/// beyond a million metres, which only a value for "no data" is.
void validate(const Topography& topography);

/// Whether a stored value is the one that stands for no data. To six digits: one of them may be of single precision,
/// or be written with few digits. False where there is none (NaN).
bool is_no_data(double value, double no_data);

struct TopographyOptions {
  std::string crs = "";       ///< taken where the file states none; a file that states another one keeps its own
  std::string variable = "";  ///< of a netCDF file that holds several grids
};

/// Reads a file. Throws FormatError with path and, in text files, line.
Topography read_topography(const std::string& path, const TopographyOptions& options = {});

/// The same of bytes in memory; nothing beside `path` is looked at.
Topography parse_topography(std::string_view bytes, const std::string& path, const TopographyOptions& options = {});

/// Formats of topography by content, in the order in which they are tried. A new one adds its line here.
struct TopographyFormat {
  const char* name;
  bool (*recognizes)(std::string_view first_bytes);
  Topography (*parse)(std::string_view bytes, const std::string& path, const TopographyOptions& options);
};
const std::vector<TopographyFormat>& topography_formats();

/// "794 x 368 nodes, -116.98 .. -103.77, 40.82 .. 46.93, 400 .. 3900 m".
std::string inspect_topography(const std::string& path);

/// True where read_topography knows the format of these first bytes of a file.
bool looks_like_topography(std::string_view first_bytes);

// The formats themselves; parse_topography picks one of them.
bool looks_like_esri_ascii(std::string_view first_bytes);
bool looks_like_netcdf3(std::string_view first_bytes);
bool looks_like_tiff(std::string_view first_bytes);
bool looks_like_xyz(std::string_view first_bytes);
Topography parse_esri_ascii(std::string_view bytes, const std::string& path, const TopographyOptions& options);
Topography parse_netcdf3_grid(std::string_view bytes, const std::string& path, const TopographyOptions& options);
Topography parse_geotiff(std::string_view bytes, const std::string& path, const TopographyOptions& options);
Topography parse_xyz(std::string_view bytes, const std::string& path, const TopographyOptions& options);

/// Heights (m, up) at points of the system `crs` (empty: the topography's own), NaN outside and where a corner that
/// counts has no data. Longitudes that differ by whole turns are the same place.
/// Throws std::invalid_argument where a system is needed and unknown, or points are not finite.
std::vector<double> elevation_at(const Topography& topography, std::span<const MapPoint> points,
                                 const std::string& crs = "");

struct ElevationProfile {
  std::vector<double> distance;  ///< from the start, in the unit of the line's system; m on the ellipsoid if geographic
  std::vector<MapPoint> place;   ///< in the line's system
  std::vector<double> elevation;  ///< m, up; NaN outside
};

/// Heights at `count` (2 or more) places at equal distances from `start` to `end`, both of the system `crs` (empty: the
/// topography's own): along the straight line, or along the geodesic of WGS 84 where the system is geographic.
ElevationProfile elevation_profile(const Topography& topography, const MapPoint& start, const MapPoint& end,
                                   std::size_t count, const std::string& crs = "");

/// Text of an ESRI ASCII grid; NaN as -9999. Throws std::invalid_argument for scattered points and for grids whose
/// nodes are not equally spaced or whose cells are not square (to 1e-6 of a cell), which the format cannot hold.
std::string esri_ascii_text(const Topography& topography);

/// One "x y elevation" a line: places to the last bit, heights with 13 digits, NaN written as NaN.
std::string xyz_text(const Topography& topography);

/// Writes esri_ascii_text and, where the system is known, its ESRI WKT to the same name with ".prj"; or xyz_text.
/// Files appear whole or not at all.
void write_esri_ascii(const Topography& topography, const std::string& path);
void write_xyz(const Topography& topography, const std::string& path);

}  // namespace terrella::datasets
