// datasets/survey/projection.h: positions from one coordinate reference system to another, by PROJ.
//
// A system is what PROJ understands: "EPSG:4326", "EPSG:32611", "+proj=utm +zone=11 +datum=WGS84", WKT, the text of an
// ESRI .prj file. x is always east or longitude and y north or latitude, whatever the order of axes in the authority's
// definition; geographic coordinates are in degrees, others in the system's own unit. All functions are safe to call
// from several threads; nothing is fetched from a network.
#pragma once
#include <span>
#include <string>
#include <vector>

namespace terrella::datasets {

/// A place on a map: east or longitude, north or latitude.
struct MapPoint {
  double x = 0;
  double y = 0;
  bool operator==(const MapPoint&) const = default;
};

/// Longitude and latitude on WGS 84, in degrees: what the coordinates of a Site are.
inline constexpr const char* wgs84 = "EPSG:4326";

/// True where x and y of that system are longitude and latitude. Throws std::invalid_argument for a text that PROJ
/// does not understand, with PROJ's reason.
bool is_geographic(const std::string& crs);

/// The name of a system for people, for example "WGS 84 / UTM zone 11N"; throws as is_geographic does.
std::string crs_name(const std::string& crs);

/// The system as WKT in ESRI's dialect, on one line, as .prj files hold it; throws as is_geographic does.
std::string esri_wkt(const std::string& crs);

/// The UTM zone on WGS 84 that holds a place, as "EPSG:326zz" (north) or "EPSG:327zz" (south), with the wider zones of
/// Norway and Svalbard. Throws std::invalid_argument beyond 84 degrees north and 80 south, where UTM is not defined.
std::string utm_crs(double longitude, double latitude);

/// The points in the system `to`. Throws std::invalid_argument for systems that PROJ does not understand or cannot
/// join, and for the first point that it cannot transform.
std::vector<MapPoint> transform(std::span<const MapPoint> points, const std::string& from, const std::string& to);
MapPoint transform(const MapPoint& point, const std::string& from, const std::string& to);

/// `count` points (2 or more) at equal distances on the shortest line from `start` to `end` on the ellipsoid WGS 84,
/// both ends included; longitudes and latitudes in degrees.
std::vector<MapPoint> geodesic_line(const MapPoint& start, const MapPoint& end, std::size_t count);

/// Length of that line in m.
double geodesic_distance(const MapPoint& start, const MapPoint& end);

}  // namespace terrella::datasets
