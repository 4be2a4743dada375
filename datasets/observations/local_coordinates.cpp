#include <cmath>
#include <numbers>

#include "core/error.h"
#include "datasets/observations/survey.h"

namespace terrella::datasets {

std::array<double, 2> local_coordinates(double latitude, double longitude, double origin_latitude,
                                        double origin_longitude) {
  constexpr double degree = std::numbers::pi / 180, a = 6378137.0, f = 1 / 298.257223563;  // WGS84
  constexpr double n = f / (2 - f), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
  constexpr double radius = a / (1 + n) * (1 + n2 / 4 + n4 / 64);
  constexpr double alpha[] = {n / 2 - 2 * n2 / 3 + 5 * n3 / 16 + 41 * n4 / 180,
                              13 * n2 / 48 - 3 * n3 / 5 + 557 * n4 / 1440, 61 * n3 / 240 - 103 * n4 / 140,
                              49561 * n4 / 161280};
  if (std::abs(latitude) > 90 || std::abs(origin_latitude) > 90)
    fail("local_coordinates: latitude ", latitude, " or ", origin_latitude, " is beyond 90 degrees");
  const auto project = [&](double north, double east) {
    const double e = 2 * std::sqrt(n) / (1 + n), s = std::sin(north * degree);
    const double t = std::sinh(std::atanh(s) - e * std::atanh(e * s));
    const double xi = std::atan2(t, std::cos(east * degree));
    const double eta = std::atanh(std::sin(east * degree) / std::sqrt(1 + t * t));
    std::array<double, 2> place = {xi, eta};
    for (int j = 0; j < 4; ++j) {
      const double k = 2.0 * (j + 1);
      place[0] += alpha[j] * std::sin(k * xi) * std::cosh(k * eta);
      place[1] += alpha[j] * std::cos(k * xi) * std::sinh(k * eta);
    }
    return std::array<double, 2>{radius * place[0], radius * place[1]};
  };
  const std::array<double, 2> place = project(latitude, std::remainder(longitude - origin_longitude, 360.0));
  return {place[0] - project(origin_latitude, 0)[0], place[1]};
}

}  // namespace terrella::datasets
