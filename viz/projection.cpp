#include "viz/projection.h"

#include <proj.h>

#include <cmath>
#include <memory>
#include <numbers>

#include "core/error.h"

namespace terrella::viz {
namespace {

constexpr double degree = std::numbers::pi / 180;

struct Destroy {
  void operator()(PJ_CONTEXT* context) const { proj_context_destroy(context); }
  void operator()(PJ* projection) const { proj_destroy(projection); }
};

}  // namespace

LocalCoordinates project_locally(std::span<const double> latitude, std::span<const double> longitude) {
  const std::size_t n = latitude.size();
  if (n == 0 || longitude.size() != n) fail("project_locally: ", n, " latitudes and ", longitude.size(), " longitudes");
  double x = 0, y = 0, z = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(latitude[i]) || !std::isfinite(longitude[i]))
      fail("project_locally: point ", i, " has latitude ", latitude[i], ", longitude ", longitude[i]);
    x += std::cos(latitude[i] * degree) * std::cos(longitude[i] * degree);
    y += std::cos(latitude[i] * degree) * std::sin(longitude[i] * degree);
    z += std::sin(latitude[i] * degree);
  }
  LocalCoordinates local;
  local.latitude = std::atan2(z, std::hypot(x, y)) / degree;
  local.longitude = std::atan2(y, x) / degree;

  const std::unique_ptr<PJ_CONTEXT, Destroy> context(proj_context_create());
  std::ostringstream definition;
  definition.precision(17);
  definition << "+proj=aeqd +ellps=WGS84 +units=m +lat_0=" << local.latitude << " +lon_0=" << local.longitude;
  const std::unique_ptr<PJ, Destroy> projection(proj_create(context.get(), definition.str().c_str()));
  if (!projection) throw Error("project_locally: PROJ does not accept '" + definition.str() + "'");
  for (std::size_t i = 0; i < n; ++i) {
    const PJ_COORD here = proj_coord(longitude[i] * degree, latitude[i] * degree, 0, 0);
    const PJ_COORD there = proj_trans(projection.get(), PJ_FWD, here);
    if (!std::isfinite(there.xy.x) || !std::isfinite(there.xy.y))
      fail("project_locally: point ", i, " (", latitude[i], ", ", longitude[i], ") is too far from the middle (",
           local.latitude, ", ", local.longitude, ") to share a plane with it");
    local.east.push_back(there.xy.x);
    local.north.push_back(there.xy.y);
  }
  return local;
}

ProfileLine fit_profile(std::span<const double> north, std::span<const double> east) {
  const std::size_t n = north.size();
  if (n == 0 || east.size() != n) fail("fit_profile: ", n, " north and ", east.size(), " east coordinates");
  double middle_north = 0, middle_east = 0;
  for (std::size_t i = 0; i < n; ++i) middle_north += north[i] / n, middle_east += east[i] / n;
  double nn = 0, ee = 0, ne = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double a = north[i] - middle_north, b = east[i] - middle_east;
    nn += a * a, ee += b * b, ne += a * b;
  }
  // The larger principal axis of the scatter; 2 theta because an axis has no direction.
  double azimuth = ProfileLine{}.azimuth;
  if (nn + ee > 0) azimuth = 0.5 * std::atan2(2 * ne, nn - ee) / degree;  // -90 .. 90
  return line_at(azimuth < -45 ? azimuth + 180 : azimuth, north, east);
}

ProfileLine line_at(double azimuth, std::span<const double> north, std::span<const double> east) {
  const std::size_t n = north.size();
  if (n == 0 || east.size() != n) fail("line_at: ", n, " north and ", east.size(), " east coordinates");
  double middle_north = 0, middle_east = 0;
  for (std::size_t i = 0; i < n; ++i) middle_north += north[i] / n, middle_east += east[i] / n;
  ProfileLine line;
  line.azimuth = azimuth;
  const double along_north = std::cos(line.azimuth * degree), along_east = std::sin(line.azimuth * degree);
  for (std::size_t i = 0; i < n; ++i) {
    const double a = north[i] - middle_north, b = east[i] - middle_east;
    line.along.push_back(a * along_north + b * along_east);
    line.across.push_back(b * along_north - a * along_east);
  }
  return line;
}

}  // namespace terrella::viz
