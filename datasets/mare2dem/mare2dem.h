// datasets/mare2dem/mare2dem.h: models of MARE2DEM: polygons (.poly, the format of Shewchuk's Triangle) and the
// resistivities of the regions that they bound (.resistivity). Data and responses are EMData files
// (datasets/emdata/emdata.h).
//
//   read_mare2dem_model("Demo.10.resistivity")    the regions and, from the folder, the polygons
//   resistivity_at(model, points)                 what holds a point
//   section_of(model, mesh)                       the same at the middles of the cells of another mesh
//
// Points are (y, z): along the profile, and down.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/emdata/emdata.h"
#include "datasets/file/entries.h"
#include "datasets/geometry/regions.h"
#include "datasets/model/model.h"

namespace terrella::datasets {

// --- polygons
// ---------------------------------------------------------------------------------------------------------

PolygonMap read_poly(const std::string& path);
PolygonMap parse_poly(std::string_view bytes, const std::string& path);
bool looks_like_poly(std::string_view first_bytes);
/// Ten digits a coordinate; numbers from 1.
std::string poly_text(const PolygonMap& map);
std::string inspect_poly(const std::string& path);  ///< "4045 vertices, 11863 segments, 7819 regions"
void write_poly(const PolygonMap& map, const std::string& path);

// --- regions
// ----------------------------------------------------------------------------------------------------------

/// One region: as many numbers of a kind as its anisotropy has components, which are x, y, z (triaxial), across and
/// along the axis (tix, tiy, tiz) or the only one.
struct Mare2demRegion {
  std::vector<double> resistivity;        ///< ohm m, positive
  std::vector<std::int64_t> parameter;    ///< number of the free parameter; 0: fixed
  std::vector<double> lower, upper;       ///< ohm m; 0: the global ones
  std::vector<double> prejudice, weight;  ///< ohm m and weight; 0: none
  std::vector<double> ratio;              ///< anisotropy ratios as they stood; may be empty
  bool operator==(const Mare2demRegion&) const = default;
};

struct Mare2demResistivity {
  std::string version;         ///< "mare2dem_1.1"
  std::vector<Entry> entries;  ///< settings in order, without Format, Anisotropy and Number of regions
  std::string anisotropy;      ///< "isotropic", "triaxial", "tix", "tiy", "tiz"
  std::vector<Mare2demRegion> regions;
  std::string path;
  std::vector<Repair> repairs;
};

/// Numbers of a kind in a region of that anisotropy: 1, 2 or 3; 0 for a word that is unknown.
std::size_t components_of(std::string_view anisotropy);

Mare2demResistivity read_mare2dem_resistivity(const std::string& path);
Mare2demResistivity parse_mare2dem_resistivity(std::string_view bytes, const std::string& path);
bool looks_like_mare2dem_resistivity(std::string_view first_bytes);
std::string mare2dem_resistivity_text(const Mare2demResistivity& resistivity);
std::string inspect_mare2dem_resistivity(const std::string& path);  ///< "7819 regions (isotropic), 7817 free"
void write_mare2dem_resistivity(const Mare2demResistivity& resistivity, const std::string& path);

// --- the model
// --------------------------------------------------------------------------------------------------------

struct Mare2demModel {
  PolygonMap map;
  Mare2demResistivity resistivity;
};

/// Reads a .resistivity file and the .poly file that it names, which must lie in the same folder; throws FormatError
/// where they do not fit.
Mare2demModel read_mare2dem_model(const std::string& path);

/// Resistivity (ohm m) of the regions that hold the points; NaN outside. `component` counts from 0 in a region's
/// numbers. Throws std::invalid_argument for a component that the anisotropy lacks and for points that are not finite.
std::vector<double> resistivity_at(const Mare2demModel& model, std::span<const PlanePoint> points,
                                   std::size_t component = 0);

/// The model on a mesh: each cell has the resistivity at its middle. One whose region is no free parameter is fixed,
/// and air from 1e9 ohm m on. Throws MeshError where a cell lies outside of the polygons.
ResistivityModel section_of(const Mare2demModel& model, const Mesh2D& mesh, std::size_t component = 0);

/// Text of a data file of a survey along its best line (datasets/observations/profile.h).
std::string mare2dem_survey_text(const Survey& survey);

}  // namespace terrella::datasets
