#include "datasets/survey/projection.h"

#include <geodesic.h>
#include <proj.h>

#include <cmath>
#include <memory>

#include "core/error.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

struct Free {
  void operator()(PJ_CONTEXT* context) const { proj_context_destroy(context); }
  void operator()(PJ* object) const { proj_destroy(object); }
};
using Context = std::unique_ptr<PJ_CONTEXT, Free>;
using Object = std::unique_ptr<PJ, Free>;

// PROJ's objects belong to one thread at a time, so each call makes its own. Its messages go into `reason`, not to
// stderr.
Context make_context(std::string& reason) {
  Context context(proj_context_create());
  if (!context) throw ResourceError("PROJ gives no context: out of memory");
  proj_context_set_enable_network(context.get(), 0);
  proj_log_func(context.get(), &reason, [](void* data, int level, const char* message) {
    if (level == PJ_LOG_ERROR && message) *static_cast<std::string*>(data) = message;
  });
  proj_log_level(context.get(), PJ_LOG_ERROR);
  return context;
}

std::string shortened(const std::string& crs) { return printable(crs.size() > 80 ? crs.substr(0, 77) + "..." : crs); }

Object make_crs(PJ_CONTEXT* context, const std::string& crs, const std::string& reason) {
  if (crs.empty())
    fail("no coordinate reference system is given; state one, for example \"EPSG:4326\" for longitude and latitude");
  if (crs.find('\0') != std::string::npos || crs.size() > 65536)
    fail("'", shortened(crs), "' is no coordinate reference system");
  // A name alone ("Null island") makes PROJ search its whole data base, and a file name makes it open the file.
  const bool definition = crs.find('[') != std::string::npos || crs.find("+proj=") != std::string::npos ||
                          crs.find(':') != std::string::npos;
  Object object(definition && crs.find("+init") == std::string::npos && !crs.starts_with('@')
                    ? proj_create(context, crs.c_str())
                    : nullptr);
  if (object && proj_is_crs(object.get())) return object;
  // "+proj=utm ..." alone is an operation; as a system it says so.
  if (object && crs.find("+proj=") != std::string::npos && crs.find("+type=crs") == std::string::npos) {
    object.reset(proj_create(context, (crs + " +type=crs").c_str()));
    if (object && proj_is_crs(object.get())) return object;
  }
  fail("'", shortened(crs), "' is no coordinate reference system", reason.empty() ? "" : ": ", printable(reason),
       "; give an EPSG code such as \"EPSG:32611\", a PROJ string or WKT");
}

// A compound system (horizontal and vertical) is judged by its horizontal part.
PJ_TYPE type_of(PJ_CONTEXT* context, const PJ* crs) {
  const PJ_TYPE type = proj_get_type(crs);
  if (type == PJ_TYPE_COMPOUND_CRS) {
    const Object part(proj_crs_get_sub_crs(context, crs, 0));
    return part ? type_of(context, part.get()) : type;
  }
  if (type == PJ_TYPE_BOUND_CRS) {
    const Object source(proj_get_source_crs(context, crs));
    return source ? type_of(context, source.get()) : type;
  }
  return type;
}

geod_geodesic wgs84_ellipsoid() {
  geod_geodesic ellipsoid;
  geod_init(&ellipsoid, 6378137.0, 1 / 298.257223563);
  return ellipsoid;
}

}  // namespace

bool is_geographic(const std::string& crs) {
  std::string reason;
  const Context context = make_context(reason);
  const Object object = make_crs(context.get(), crs, reason);
  const PJ_TYPE type = type_of(context.get(), object.get());
  return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
}

std::string crs_name(const std::string& crs) {
  std::string reason;
  const Context context = make_context(reason);
  const Object object = make_crs(context.get(), crs, reason);
  const char* const name = proj_get_name(object.get());
  return name ? printable(name) : "";
}

std::string esri_wkt(const std::string& crs) {
  std::string reason;
  const Context context = make_context(reason);
  const Object object = make_crs(context.get(), crs, reason);
  const char* const options[] = {"MULTILINE=NO", nullptr};
  const char* const wkt = proj_as_wkt(context.get(), object.get(), PJ_WKT1_ESRI, options);
  if (!wkt) fail("'", shortened(crs), "' cannot be written as ESRI WKT", reason.empty() ? "" : ": ", printable(reason));
  return wkt;
}

std::string utm_crs(double longitude, double latitude) {
  if (!(latitude >= -80 && latitude <= 84) || !(std::abs(longitude) <= 360))
    fail("utm_crs: longitude ", longitude, ", latitude ", latitude,
         " has no UTM zone; it takes latitudes of -80 .. 84 degrees");
  const double wrapped = longitude - 360 * std::floor((longitude + 180) / 360);  // -180 .. 180
  int zone = std::min(static_cast<int>(std::floor((wrapped + 180) / 6)) + 1, 60);
  if (latitude >= 56 && latitude < 64 && wrapped >= 3 && wrapped < 12) zone = 32;  // south-west Norway
  if (latitude >= 72 && wrapped >= 0 && wrapped < 42)                              // Svalbard
    zone = wrapped < 9 ? 31 : wrapped < 21 ? 33 : wrapped < 33 ? 35 : 37;
  return text("EPSG:", (latitude >= 0 ? 32600 : 32700) + zone);
}

std::vector<MapPoint> transform(std::span<const MapPoint> points, const std::string& from, const std::string& to) {
  std::string reason;
  const Context context = make_context(reason);
  const Object source = make_crs(context.get(), from, reason);
  const Object target = make_crs(context.get(), to, reason);
  Object operation(proj_create_crs_to_crs_from_pj(context.get(), source.get(), target.get(), nullptr, nullptr));
  if (operation) operation.reset(proj_normalize_for_visualization(context.get(), operation.get()));
  if (!operation)
    fail("transform: no way from '", shortened(from), "' to '", shortened(to), "'", reason.empty() ? "" : ": ",
         printable(reason));
  std::vector<MapPoint> result(points.begin(), points.end());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const PJ_COORD at = proj_coord(result[i].x, result[i].y, 0, HUGE_VAL);
    proj_errno_reset(operation.get());
    const PJ_COORD there = proj_trans(operation.get(), PJ_FWD, at);
    if (!std::isfinite(there.xy.x) || !std::isfinite(there.xy.y)) {
      const int error = proj_errno(operation.get());
      fail("transform: point ", i, " (", at.xy.x, ", ", at.xy.y, ") of '", shortened(from), "' has no place in '",
           shortened(to), "'", error ? ": " : "",
           error ? printable(proj_context_errno_string(context.get(), error)) : std::string());
    }
    result[i] = {there.xy.x, there.xy.y};
  }
  return result;
}

MapPoint transform(const MapPoint& point, const std::string& from, const std::string& to) {
  return transform(std::span(&point, 1), from, to).front();
}

std::vector<MapPoint> geodesic_line(const MapPoint& start, const MapPoint& end, std::size_t count) {
  if (count < 2) fail("geodesic_line: ", count, " points make no line; ask for 2 or more");
  const geod_geodesic ellipsoid = wgs84_ellipsoid();
  geod_geodesicline line;
  geod_inverseline(&line, &ellipsoid, start.y, start.x, end.y, end.x, 0);
  std::vector<MapPoint> points(count);
  for (std::size_t i = 0; i < count; ++i)  // longitudes go on over the 180th meridian, without a jump
    geod_genposition(&line, GEOD_LONG_UNROLL, line.s13 * static_cast<double>(i) / static_cast<double>(count - 1),
                     &points[i].y, &points[i].x, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  points.front() = start;
  return points;
}

double geodesic_distance(const MapPoint& start, const MapPoint& end) {
  const geod_geodesic ellipsoid = wgs84_ellipsoid();
  double distance = 0;
  geod_inverse(&ellipsoid, start.y, start.x, end.y, end.x, &distance, nullptr, nullptr);
  return distance;
}

}  // namespace terrella::datasets
