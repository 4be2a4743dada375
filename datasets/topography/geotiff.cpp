// GeoTIFF (OGC 19-008): where the pixels of a TIFF image lie, and in which system.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "datasets/file/numbers.h"
#include "datasets/topography/tiff.h"
#include "datasets/topography/topography.h"

namespace terrella::datasets {
namespace {

constexpr int pixel_scale = 33550, tie_point = 33922, transformation = 34264, key_directory = 34735,
              gdal_metadata = 42112, gdal_nodata = 42113;
constexpr int model_type_key = 1024, raster_type_key = 1025, geographic_key = 2048, angular_unit_key = 2054,
              projected_key = 3072, vertical_unit_key = 4099;
constexpr int user_defined = 32767, projected_model = 1;

// The short value of a GeoKey; none where it is absent or stored elsewhere (texts and doubles).
std::optional<int> key_value(const tiff::Image& image, int key, const Report& report) {
  const auto found = image.tags.find(key_directory);
  if (found == image.tags.end()) return std::nullopt;
  const std::vector<double>& v = found->second.values;
  if (v.size() < 4 || v[0] != 1) report.error(0, "the directory of GeoKeys is damaged");
  if (v[3] > static_cast<double>(v.size()) / 4 - 1)
    report.error(0, "the directory of GeoKeys announces ", v[3], " keys and holds ", v.size() / 4 - 1);
  for (std::size_t i = 4; i + 3 < v.size() && i < 4 * (1 + static_cast<std::size_t>(v[3])); i += 4)
    if (static_cast<int>(v[i]) == key && v[i + 1] == 0) return static_cast<int>(v[i + 3]);
  return std::nullopt;
}

std::string crs_of(const tiff::Image& image, Report& report) {
  const auto projected = key_value(image, projected_key, report), geographic = key_value(image, geographic_key, report);
  const auto code = projected ? projected : geographic;
  if (!code) return "";
  // Without the system's code, that of its geographic part would be taken for degrees.
  const bool by_parameters = !projected && key_value(image, model_type_key, report) == projected_model;
  if (*code == user_defined || by_parameters) {
    report.repair(0, "crs-unknown", "the file defines its own system by parameters, which are not read: state it");
    return "";
  }
  std::string crs = text("EPSG:", *code);
  try {
    if (is_geographic(crs) == projected.has_value())
      report.error(0, crs, projected ? " is no projected system" : " is no geographic system");
  } catch (const std::invalid_argument& error) { report.error(0, error.what()); }
  if (const auto unit = key_value(image, angular_unit_key, report); !projected && unit && *unit != 9102)
    report.error(0, "angles have the unit ", *unit, "; only degrees (9102) are read");
  return crs;
}

double metres_of(const tiff::Image& image, const Report& report) {
  const auto unit = key_value(image, vertical_unit_key, report);
  if (!unit || *unit == 9001) return 1;
  if (*unit == 9002) return 0.3048;
  if (*unit == 9003) return 1200.0 / 3937.0;
  report.error(0, "heights have the unit ", *unit, "; metres (9001), feet (9002) and US feet (9003) are read");
}

// Positions of the middles of pixels: first + step * index.
struct Placement {
  double x = 0, y = 0, dx = 0, dy = 0;
};

Placement placement_of(const tiff::Image& image, const Report& report) {
  const auto numbers = [&](int tag, std::size_t least) -> const std::vector<double>* {
    const auto found = image.tags.find(tag);
    if (found == image.tags.end()) return nullptr;
    if (found->second.values.size() < least)
      report.error(0, "tag ", tag, " holds ", found->second.values.size(), " numbers, not ", least);
    return &found->second.values;
  };
  Placement p;
  if (const auto* const m = numbers(transformation, 16)) {
    if ((*m)[1] != 0 || (*m)[4] != 0) report.error(0, "the image is turned or sheared; warp it first: gdalwarp IN OUT");
    p = {(*m)[3], (*m)[7], (*m)[0], (*m)[5]};
  } else {
    const auto *const scale = numbers(pixel_scale, 2), *const tie = numbers(tie_point, 6);
    if (!scale || !tie)
      report.error(0, "says nowhere where its pixels lie (no ModelPixelScale and ModelTiepoint): is no GeoTIFF");
    if (tie->size() > 6) report.error(0, "has ", tie->size() / 6, " tie points; one is read beside a pixel scale");
    p.dx = (*scale)[0];
    p.dy = -(*scale)[1];
    p.x = (*tie)[3] - (*tie)[0] * p.dx;
    p.y = (*tie)[4] - (*tie)[1] * p.dy;
  }
  if (!std::isfinite(p.x) || !std::isfinite(p.y) || !std::isfinite(p.dx) || !std::isfinite(p.dy) || p.dx == 0 ||
      p.dy == 0)
    report.error(0, "pixels of ", p.dx, " by ", p.dy, " from ", p.x, ", ", p.y, " lie nowhere");
  // Unless keys say "point", a pixel is an area, and its index that of a corner.
  if (key_value(image, raster_type_key, report).value_or(1) != 2) {
    p.x += p.dx / 2;
    p.y += p.dy / 2;
  }
  return p;
}

double nodata_of(const tiff::Image& image, const Report& report) {
  const auto found = image.tags.find(gdal_nodata);
  if (found == image.tags.end()) return not_a_number;
  double value = not_a_number;
  const std::string_view word = trim(found->second.text);
  if (parse_number(word, value) == NumberKind::bad)
    report.error(0, "tag 42113 (no data): '", word.substr(0, 40), "' is not a number");
  return value;
}

// Heights that GDAL was told to scale are refused: what else its metadata change is not known here.
void expect_plain_heights(const tiff::Image& image, const Report& report) {
  const auto found = image.tags.find(gdal_metadata);
  if (found == image.tags.end()) return;
  const std::string& metadata = found->second.text;
  for (const auto& [role, neutral] : {std::pair("scale", 1.0), std::pair("offset", 0.0)}) {
    const std::size_t at = metadata.find(text("role=\"", role, "\""));
    const std::size_t start = metadata.find('>', at), end = metadata.find('<', start);
    if (at == std::string::npos || start == std::string::npos || end == std::string::npos) continue;
    double value = not_a_number;
    parse_number(trim(std::string_view(metadata).substr(start + 1, end - start - 1)), value);
    if (value != neutral)
      report.error(0, "heights are stored with a ", role, " (tag 42112); write them plainly: gdal_translate -unscale");
  }
}

}  // namespace

bool looks_like_tiff(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv) || bytes.starts_with("II+\0"sv) ||
         bytes.starts_with("MM\0+"sv);
}

Topography parse_geotiff(std::string_view bytes, const std::string& path, const TopographyOptions&) {
  Report report(path);
  const tiff::Image image = tiff::read_image(bytes, report);
  if (image.more_images) report.repair(0, "other-images", "only the first image of the file is read");
  expect_plain_heights(image, report);
  const Placement p = placement_of(image, report);
  const double nodata = nodata_of(image, report), metres = metres_of(image, report);
  const auto nx = static_cast<std::size_t>(image.width), ny = static_cast<std::size_t>(image.height);
  Topography t;
  t.crs = crs_of(image, report);
  t.x.resize(nx);
  t.y.resize(ny);
  for (std::size_t i = 0; i < nx; ++i) t.x[p.dx > 0 ? i : nx - 1 - i] = p.x + p.dx * static_cast<double>(i);
  for (std::size_t j = 0; j < ny; ++j) t.y[p.dy > 0 ? j : ny - 1 - j] = p.y + p.dy * static_cast<double>(j);
  t.elevation.resize(nx * ny);
  for (std::size_t j = 0; j < ny; ++j)
    for (std::size_t i = 0; i < nx; ++i) {
      const double value = image.values[j * nx + i];
      t.elevation[(p.dy > 0 ? j : ny - 1 - j) * nx + (p.dx > 0 ? i : nx - 1 - i)] =
          is_no_data(value, nodata) ? not_a_number : value * metres;
    }
  t.repairs = report.take_repairs();
  return t;
}

}  // namespace terrella::datasets
