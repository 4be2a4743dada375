#include "datasets/topography/topography.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "tests/datasets/real_data.h"
#include "tests/datasets/topography/binary_grids.h"

using namespace terrella;
using namespace terrella::datasets;
using binary_grids::coards;
using binary_grids::gmt3;
using binary_grids::Netcdf;
using binary_grids::Tiff;

namespace {

using Kind = Topography::Kind;

void expect_values(const std::vector<double>& a, const std::vector<double>& b, double tolerance = 0) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(b[i]))
      EXPECT_TRUE(std::isnan(a[i])) << i;
    else
      EXPECT_NEAR(a[i], b[i], tolerance) << i;
  }
}

const char* const ascii =
    "NCOLS 3\nnrows 2\nxllcorner 100\nyllcorner 50\ncellsize 10\nNODATA_value -1\n"
    "1 2 3\n4 -1 6\n";

std::string temporary(const std::string& name) { return (std::filesystem::path(testing::TempDir()) / name).string(); }

}  // namespace

TEST(Topography, ReadsEsriAscii) {
  const Topography t = parse_topography(ascii, "a.asc");
  EXPECT_EQ(t.format, "esri-ascii");
  EXPECT_EQ(t.kind, Kind::grid);
  expect_values(t.x, {105, 115, 125});  // middles of cells from the corner
  expect_values(t.y, {55, 65});
  expect_values(t.elevation, {4, not_a_number, 6, 1, 2, 3});  // rows from south to north
  EXPECT_EQ(t.crs, "");
  // Centres, unequal cells, no no-data value: -9999 counts.
  const Topography c =
      parse_topography("ncols 2\nnrows 2\nxllcenter 1\nyllcenter 2\ndx 3\ndy 4\n5 6 7 -9999\n", "b.asc");
  expect_values(c.x, {1, 4});
  expect_values(c.y, {2, 6});
  expect_values(c.elevation, {7, not_a_number, 5, 6});
}

TEST(Topography, KnowsNoDataOfSinglePrecisionAndOfFewDigits) {
  const std::string head = "ncols 3\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\nNODATA_value ";
  expect_values(parse_topography(head + "-3.40282346639e+38\n-3.402823e+38 6 7\n", "a.asc").elevation,
                {not_a_number, 6, 7});
  expect_values(parse_topography(head + "nan\n5 NaN 7\n", "a.asc").elevation, {5, not_a_number, 7});
  Tiff tiff;
  tiff.sample = 'f';
  tiff.value[1] = -3.4028234663852886e+38;
  for (const char* const nodata : {"-3.40282347e+38", "-3.40282e+38", "-3.4028234663852886e+38"}) {
    tiff.nodata = nodata;
    EXPECT_TRUE(std::isnan(parse_topography(tiff.bytes(), "a.tif").elevation[4])) << nodata;
  }
  Netcdf file;
  file.dimensions = {{"y", 2}, {"x", 2}};
  file.variables = {{"y", {0}, 3, {0, 10}, {}, {{"scale_factor", 0.5}}},
                    {"x", {1}, 5, {0, 1}, {}, {}},
                    {"z",
                     {0, 1},
                     5,
                     {1, -9999.9, 1e20, 4},
                     {},
                     {{"missing_value", -9999.9}, {"_FillValue", 1e20}, {"valid_max", 3.5}}}};
  const Topography t = parse_topography(file.bytes(), "a.nc");
  expect_values(t.y, {0, 5});
  expect_values(t.elevation, {1, not_a_number, not_a_number, not_a_number});
  file.variables[2].number["_FillValue"] = INFINITY;
  EXPECT_EQ(parse_topography(file.bytes(), "a.nc").elevation[0], 1);
  file.variables[2] = {"z", {0, 1}, 3, {10, 40, 60, 20}, {}, {{"scale_factor", 0.1}, {"valid_max", 5}}};  // unpacked
  expect_values(parse_topography(file.bytes(), "a.nc").elevation, {1, 4, not_a_number, 2}, 1e-12);
  file.variables[2].text["_Unsigned"] = "true";
  EXPECT_THROW(parse_topography(file.bytes(), "a.nc"), FormatError);
}

TEST(Topography, ReadsGeotiffOfEverySampleInBothByteOrders) {
  for (const bool little : {true, false})
    for (const char sample : {'f', 'd', 's', 'u', 'i', 'b'})
      for (const int tile : {0, 16})
        for (const int rows : {1, 2, 7}) {
          Tiff tiff;
          tiff.little = little;
          tiff.sample = sample;
          tiff.tile = tile;
          tiff.rows_per_strip = rows;
          if (sample == 's' || sample == 'i' || sample == 'f') tiff.value[1] = -9999;
          const Topography t = parse_topography(tiff.bytes(), "a.tif");
          EXPECT_EQ(t.format, "geotiff");
          expect_values(t.x, {500005, 500015, 500025});
          expect_values(t.y, {3999970, 3999990});
          expect_values(t.elevation, {4, 5, 6, 1, tiff.value[1] < 0 ? not_a_number : 2, 3});
          EXPECT_EQ(t.crs, "EPSG:32611");
        }
}

TEST(Topography, GeotiffPointsTiesUnitsAndSystems) {
  Tiff tiff;
  tiff.keys = {1024, 2, 1025, 2, 2048, 4326, 4099, 9002};  // geographic, pixel is point, heights in feet
  tiff.tie = {1, 1, 0, 10, 50, 0};
  tiff.scale = {0.5, 0.25, 0};
  const Topography t = parse_topography(tiff.bytes(), "a.tif");
  expect_values(t.x, {9.5, 10, 10.5}, 1e-12);  // pixel (1, 1) lies at 10, 50
  expect_values(t.y, {50, 50.25}, 1e-12);
  expect_values(t.elevation, {4 * 0.3048, 5 * 0.3048, 6 * 0.3048, 0.3048, 2 * 0.3048, 3 * 0.3048}, 1e-12);
  EXPECT_EQ(t.crs, "EPSG:4326");
  tiff.keys = {3072, 32767};
  const Topography own = parse_topography(tiff.bytes(), "a.tif", {.crs = "EPSG:32632"});
  EXPECT_EQ(own.crs, "EPSG:32632");
  ASSERT_EQ(own.repairs.size(), 1U);
  EXPECT_EQ(own.repairs[0].rule, "crs-unknown");
  tiff.keys.clear();
  EXPECT_EQ(parse_topography(tiff.bytes(), "a.tif").crs, "");
}

TEST(Topography, ReadsCoardsGrids) {
  for (const int version : {1, 2}) {
    Netcdf file = coards();
    file.version = version;
    const Topography t = parse_topography(file.bytes(), "a.grd");
    EXPECT_EQ(t.format, "netcdf-3");
    EXPECT_EQ(t.crs, "EPSG:4326");
    expect_values(t.x, {10, 11, 12});
    expect_values(t.y, {50, 51});  // turned: the file went from north to south
    expect_values(t.elevation, {4, not_a_number, 6, 1, 2, 3});
  }
  // z[x, y] instead of z[y, x], downwards, in km, packed.
  Netcdf file;
  file.dimensions = {{"x", 2}, {"y", 3}};
  file.variables = {
      {"x", {0}, 5, {0, 1000}, {}, {}},
      {"y", {1}, 5, {0, 1000, 2000}, {}, {}},
      {"depth", {0, 1}, 1, {1, 2, 3, 4, 5, 6}, {{"units", "km"}, {"positive", "down"}}, {{"scale_factor", 0.5}}}};
  const Topography t = parse_topography(file.bytes(), "a.nc");
  EXPECT_EQ(t.crs, "");
  expect_values(t.elevation, {-500, -2000, -1000, -2500, -1500, -3000});
}

TEST(Topography, ReadsGridsAlongTheUnlimitedDimension) {
  Netcdf file = coards();
  file.dimensions[0].second = 0;
  file.records = 2;
  file.variables[0].dimension = {};                                    // so that z alone runs along the records
  EXPECT_THROW(parse_topography(file.bytes(), "a.grd"), FormatError);  // lat is no axis any more
}

TEST(Topography, ReadsGmt3Grids) {
  const Topography t = parse_topography(gmt3().bytes(), "a.grd");
  expect_values(t.x, {10, 11, 12});
  expect_values(t.y, {50, 51});
  expect_values(t.elevation, {41, 51, 61, 11, 21, 31});
  EXPECT_EQ(t.crs, "EPSG:4326");
  Netcdf cells = gmt3();
  cells.variables[5].number["node_offset"] = 1;
  expect_values(parse_topography(cells.bytes(), "a.grd").x, {10 + 1.0 / 3, 11, 12 - 1.0 / 3}, 1e-12);
}

TEST(Topography, ChoosesAmongGridsByName) {
  Netcdf file = coards();
  file.variables.push_back({"other", {0, 1}, 6, {6, 5, 4, 3, 2, 1}, {}, {}});
  try {
    parse_topography(file.bytes(), "a.grd");
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_STREQ(error.what(), "a.grd: holds several grids: 'z', 'other'; name one by the option `variable`");
  }
  expect_values(parse_topography(file.bytes(), "a.grd", {.variable = "other"}).elevation, {3, 2, 1, 6, 5, 4});
}

TEST(Topography, ReadsXyzAsGridOrPoints) {
  const Topography grid = parse_topography("# x y z\n0 0 1\n1 0 2\n2 0 3\n0 5 4\n1 5 NaN\n2 5 6\n", "a.xyz");
  EXPECT_EQ(grid.kind, Kind::grid);
  expect_values(grid.x, {0, 1, 2});
  expect_values(grid.y, {0, 5});
  expect_values(grid.elevation, {1, 2, 3, 4, not_a_number, 6});
  const Topography points =
      parse_topography("lat,lon,elevation\n50,10,100\n50,11,200\n51,10,300\n50,10,100\n", "b.csv");
  EXPECT_EQ(points.kind, Kind::points);
  expect_values(points.x, {10, 11, 10});
  expect_values(points.y, {50, 50, 51});
  ASSERT_EQ(points.repairs.size(), 1U);
  EXPECT_EQ(points.repairs[0].rule, "duplicate-point");
  EXPECT_EQ(points.repairs[0].line, 5);
}

TEST(Topography, InterpolatesBilinearly) {
  const Topography t = parse_topography(ascii, "a.asc");
  const auto at = [&](double x, double y) { return elevation_at(t, std::vector<MapPoint>{{x, y}})[0]; };
  EXPECT_EQ(at(105, 55), 4);
  EXPECT_EQ(at(125, 65), 3);
  EXPECT_EQ(at(105, 60), 2.5);
  EXPECT_EQ(at(120, 65), 2.5);             // on the upper row the missing corner has no weight
  EXPECT_TRUE(std::isnan(at(120, 64)));    // it counts here
  EXPECT_TRUE(std::isnan(at(104.9, 60)));  // outside
  EXPECT_EQ(at(125 + 1e-9, 65), 3);        // within rounding of the edge
  // A bilinear surface is kept exactly: z = 3 + 2 x - y + x y / 2.
  Topography surface;
  surface.x = {0, 1, 3};
  surface.y = {-1, 2};
  const auto z = [](double x, double y) { return 3 + 2 * x - y + x * y / 2; };
  for (const double y : surface.y)
    for (const double x : surface.x) surface.elevation.push_back(z(x, y));
  for (double x = 0; x <= 3; x += 0.25)
    for (double y = -1; y <= 2; y += 0.25)
      EXPECT_NEAR(elevation_at(surface, std::vector<MapPoint>{{x, y}})[0], z(x, y), 1e-12);
}

TEST(Topography, InterpolatesScatteredPointsLinearly) {
  Topography t;
  t.kind = Kind::points;
  std::uint32_t state = 1;
  const auto random = [&] { return (state = state * 1664525U + 1013904223U) / 4294967296.0; };
  for (int i = 0; i < 500; ++i) {
    t.x.push_back(random() * 100);
    t.y.push_back(random() * 100);
    t.elevation.push_back(7 - 3 * t.x.back() + 2 * t.y.back());  // a plane is kept exactly
  }
  std::vector<MapPoint> places;
  for (int i = 0; i < 2000; ++i) places.push_back({10 + random() * 80, 10 + random() * 80});
  const auto heights = elevation_at(t, places);
  for (std::size_t i = 0; i < places.size(); ++i) EXPECT_NEAR(heights[i], 7 - 3 * places[i].x + 2 * places[i].y, 1e-9);
  EXPECT_TRUE(std::isnan(elevation_at(t, std::vector<MapPoint>{{-50, 0}})[0]));
}

TEST(Topography, TakesPointsOfAnotherSystem) {
  Topography t = parse_topography(coards().bytes(), "a.grd");
  const MapPoint place{10.25, 50.75};
  const MapPoint utm = transform(place, wgs84, "EPSG:32632");
  EXPECT_TRUE(std::isnan(elevation_at(t, std::vector<MapPoint>{utm}, "EPSG:32632")[0]));
  t.elevation[1] = 5;
  EXPECT_NEAR(elevation_at(t, std::vector<MapPoint>{utm}, "EPSG:32632")[0],
              0.75 * (0.75 * 1 + 0.25 * 2) + 0.25 * (0.75 * 4 + 0.25 * 5), 1e-7);
  EXPECT_EQ(elevation_at(t, std::vector<MapPoint>{{371, 50}})[0], 5);  // one turn further
  t.crs.clear();
  EXPECT_THROW(elevation_at(t, std::vector<MapPoint>{utm}, "EPSG:32632"), std::invalid_argument);
}

TEST(Topography, ExtractsProfiles) {
  Topography t = parse_topography(ascii, "a.asc");
  t.elevation[1] = 5;
  const ElevationProfile p = elevation_profile(t, {105, 55}, {125, 65}, 5);
  expect_values(p.elevation, {4, 4.5 - 0.25 * 3, 3.5, 5.5 - 0.75 * 3, 3}, 1e-12);
  EXPECT_NEAR(p.distance.back(), std::hypot(20, 10), 1e-12);
  const Topography g = parse_topography(gmt3().bytes(), "a.grd");
  const ElevationProfile along = elevation_profile(g, {10, 50}, {10, 51}, 3);
  EXPECT_NEAR(along.distance.back(), geodesic_distance({10, 50}, {10, 51}), 1e-6);
  EXPECT_NEAR(along.elevation[1], 26, 1e-2);  // the geodesic's middle is not the middle in latitude
  EXPECT_THROW(elevation_profile(t, {0, 0}, {1, 1}, 1), std::invalid_argument);
}

TEST(Topography, WritesWhatItReads) {
  Topography t = parse_topography(coards().bytes(), "a.grd");
  const std::string path = temporary("terrella_topography.asc");
  std::filesystem::remove(temporary("terrella_topography.prj"));
  write_esri_ascii(t, path);
  const Topography back = read_topography(path);
  expect_values(back.x, t.x, 1e-12);
  expect_values(back.y, t.y, 1e-12);
  expect_values(back.elevation, t.elevation);
  EXPECT_TRUE(is_geographic(back.crs));
  t.crs.clear();
  EXPECT_THROW(write_esri_ascii(t, path), std::invalid_argument);  // the .prj that is there would be taken for its own
  const Topography xyz = parse_topography(xyz_text(t), "b.xyz");
  expect_values(xyz.x, t.x);
  expect_values(xyz.elevation, t.elevation);
  t.y[1] = 53;
  EXPECT_THROW(esri_ascii_text(t), std::invalid_argument);  // cells that are not square
  std::filesystem::remove(path);
  std::filesystem::remove(temporary("terrella_topography.prj"));
}

TEST(Topography, RealYellowstoneGrid) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string path = folder + "/yellowstone-ynp/topography/yellowstone.asc";
  const Topography t = read_topography(path);
  EXPECT_EQ(t.x.size(), 794U);
  EXPECT_EQ(t.y.size(), 368U);
  EXPECT_TRUE(is_geographic(t.crs));
  EXPECT_NEAR(t.x.front(), -116.991673858696 + 0.016666684783 / 2, 1e-9);
  // The first number of the file is the north-west corner, the last the south-east one.
  EXPECT_EQ(t.elevation[367 * 794], 791);
  const double highest = *std::max_element(t.elevation.begin(), t.elevation.end());
  EXPECT_GT(highest, 3500);  // Wind River Range and Tetons, smoothed over an arc-minute; no peak there has 4300 m
  EXPECT_LT(highest, 4300);
  // Grand Teton (43.7411 N 110.8024 W, 4199 m) stands high above Jackson Hole (43.48 N 110.76 W, 1901 m).
  const auto height = elevation_at(t, std::vector<MapPoint>{{-110.8024, 43.7411}, {-110.76, 43.48}});
  EXPECT_GT(height[0], 3000);
  EXPECT_NEAR(height[1], 1901, 120);
  const std::string copy = temporary("terrella_yellowstone.asc");
  write_esri_ascii(t, copy);
  const Topography back = read_topography(copy);
  expect_values(back.x, t.x, 1e-9);
  expect_values(back.y, t.y, 1e-9);
  EXPECT_EQ(back.elevation, t.elevation);
  std::filesystem::remove(copy);
  std::filesystem::remove(temporary("terrella_yellowstone.prj"));
}
