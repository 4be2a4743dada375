#include "datasets/survey/projection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

using namespace terrella::datasets;

namespace {

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "no error";
}

}  // namespace

TEST(Projection, TakesPlacesToUtmAndBack) {
  // The CN Tower, whose UTM coordinates are printed to the metre in many places: 17N 630084 E 4833438 N.
  const MapPoint tower{-(79 + 23.0 / 60 + 13.7 / 3600), 43 + 38.0 / 60 + 33.24 / 3600};
  const MapPoint utm = transform(tower, wgs84, "EPSG:32617");
  EXPECT_NEAR(utm.x, 630084, 1);
  EXPECT_NEAR(utm.y, 4833438, 1);
  const MapPoint back = transform(utm, "EPSG:32617", wgs84);
  EXPECT_NEAR(back.x, tower.x, 1e-9);
  EXPECT_NEAR(back.y, tower.y, 1e-9);
  // The middle of a zone on the equator, by definition; south has 10 000 km more.
  EXPECT_NEAR(transform({9, 0}, wgs84, "EPSG:32632").x, 500000, 1e-6);
  EXPECT_NEAR(transform({9, 0}, wgs84, "EPSG:32732").y, 10'000'000, 1e-6);
  EXPECT_NEAR(transform({9, 0}, wgs84, "+proj=utm +zone=32 +datum=WGS84").y, 0, 1e-6);
}

TEST(Projection, FindsTheZoneOfAPlace) {
  EXPECT_EQ(utm_crs(-79.4, 43.6), "EPSG:32617");
  EXPECT_EQ(utm_crs(139.5, -30), "EPSG:32754");
  EXPECT_EQ(utm_crs(-180, 1), "EPSG:32601");
  EXPECT_EQ(utm_crs(180, 1), "EPSG:32601");
  EXPECT_EQ(utm_crs(179.999, 1), "EPSG:32660");
  EXPECT_EQ(utm_crs(5, 60), "EPSG:32632");   // Bergen
  EXPECT_EQ(utm_crs(10, 78), "EPSG:32633");  // Svalbard
  EXPECT_NE(message_of([] { utm_crs(0, 85); }).find("has no UTM zone"), std::string::npos);
}

TEST(Projection, SaysWhatASystemIs) {
  EXPECT_TRUE(is_geographic("EPSG:4326"));
  EXPECT_FALSE(is_geographic("EPSG:32611"));
  EXPECT_EQ(crs_name("EPSG:32611"), "WGS 84 / UTM zone 11N");
  const std::string esri =
      "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],"
      "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";
  EXPECT_TRUE(is_geographic(esri));
  EXPECT_TRUE(is_geographic(esri_wkt("EPSG:4326")));
  EXPECT_EQ(esri_wkt("EPSG:32611").find('\n'), std::string::npos);
  EXPECT_NE(message_of([] { crs_name("nonsense"); }).find("'nonsense' is no coordinate reference system"),
            std::string::npos);
  EXPECT_NE(message_of([] { crs_name("EPSG:999999"); }).find("give an EPSG code"), std::string::npos);
  EXPECT_NE(message_of([] { crs_name(""); }).find("no coordinate reference system is given"), std::string::npos);
  EXPECT_NE(message_of([] { crs_name("@/etc/passwd"); }).find("is no coordinate"), std::string::npos);
  EXPECT_NE(message_of([] { transform({0, 95}, wgs84, "EPSG:32632"); }).find("point 0 (0, 95)"), std::string::npos);
}

TEST(Projection, MeasuresGeodesics) {
  // Wellington to Salamanca, Karney (2013), "Algorithms for geodesics", section 3.
  EXPECT_NEAR(geodesic_distance({174.81, -41.32}, {-5.50, 40.96}), 19959679.267353821, 1e-5);
  EXPECT_NEAR(geodesic_distance({0, 0}, {1, 0}), 6378137.0 * M_PI / 180, 1e-6);  // along the equator
  const auto line = geodesic_line({170, 10}, {190, 10}, 5);  // over the 180th meridian without a jump
  ASSERT_EQ(line.size(), 5U);
  EXPECT_EQ(line.front(), (MapPoint{170, 10}));
  for (std::size_t i = 1; i < 5; ++i) EXPECT_NEAR(line[i].x, 170 + 5.0 * i, 0.2);
  EXPECT_GT(line[2].y, 10.1);  // a great circle bulges to the pole
}

TEST(Projection, IsSafeInSeveralThreads) {
  std::vector<std::thread> threads;
  std::vector<double> east(8);
  for (std::size_t t = 0; t < east.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) east[t] = transform({9, 45}, wgs84, "EPSG:32632").x;
    });
  for (std::thread& thread : threads) thread.join();
  for (const double e : east) EXPECT_EQ(e, east[0]);
}
