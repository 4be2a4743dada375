#include "viz/section.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "example.h"
#include "viz/projection.h"

namespace terrella::viz {
namespace {

std::string message(const inversion::Result& result) {
  try {
    make_section(result);
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "no error";
}

TEST(Projection, DistanceIsThePublishedGeodesic) {
  // Flinders Peak to Buninyong, GRS 80: 54972.271 m, azimuth 306 52' 05.37" (Geocentric Datum of Australia Technical
  // Manual, Vincenty's formulae). WGS 84 differs by less than a millimetre.
  const auto angle = [](double d, double m, double s) { return d + m / 60 + s / 3600; };
  const double latitude[] = {-angle(37, 57, 3.72030), -angle(37, 39, 10.15610)};
  const double longitude[] = {angle(144, 25, 29.52440), angle(143, 55, 35.38390)};
  const LocalCoordinates local = project_locally(latitude, longitude);
  const ProfileLine line = fit_profile(local.north, local.east);
  EXPECT_NEAR(std::abs(line.along[1] - line.along[0]), 54972.271, 0.01);  // the middle lies within metres of the line
  EXPECT_NEAR(line.azimuth, angle(306, 52, 5.37) - 180, 0.2);  // at the middle; the meridians converge by 0.15 degrees
}

TEST(Projection, LinesCrossTheDateLine) {
  const double latitude[] = {0, 0, 0}, longitude[] = {179.9, -180, -179.9};
  const LocalCoordinates local = project_locally(latitude, longitude);
  // One degree of the equator is 6378137 m * pi / 180.
  EXPECT_NEAR(local.east[2] - local.east[0], 0.2 * 6378137.0 * std::numbers::pi / 180, 1e-3);
  EXPECT_NEAR(std::abs(local.longitude), 180, 1e-9);
}

TEST(Projection, ProfileMinimisesTheDistancesAcross) {
  // Points 1, 2, 3 km along azimuth 30, moved by +10, -20, +10 m across it: the line stays.
  constexpr double c = 0.8660254037844386, s = 0.5;
  std::vector<double> north, east;
  for (auto [along, across] : {std::pair{1000.0, 10.0}, {2000.0, -20.0}, {3000.0, 10.0}}) {
    north.push_back(along * c - across * s);
    east.push_back(along * s + across * c);
  }
  const ProfileLine line = fit_profile(north, east);
  EXPECT_NEAR(line.azimuth, 30, 1e-9);
  EXPECT_NEAR(line.along[2] - line.along[0], 2000, 1e-6);
  EXPECT_NEAR(line.across[0], 10, 1e-6);
  EXPECT_NEAR(line.across[1], -20, 1e-6);
}

TEST(Section, SitesAreSortedAlongTheProfile) {
  inversion::Result result = example::line(5, 3);
  std::swap(result.survey.sites[0], result.survey.sites[3]);  // files come in any order
  result.model.resistivity[3 * 3 + 1] = 7;                    // site index 3 is S001 now
  const Section section = make_section(result);
  ASSERT_EQ(section.columns(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(section.sites[i].name, "S00" + std::to_string(i + 1));
  EXPECT_EQ(section.sites[0].index, 3u);
  EXPECT_EQ(section.at(1, 0), 7);
  EXPECT_NEAR(section.azimuth, 101, 1);
  EXPECT_TRUE(section.notes.empty());
  // 1000 m on the sphere of 6371 km; the ellipsoid differs by up to 0.4 %.
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(section.sites[i].distance, 1000.0 * i, 5.0 * i);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(section.distance_edges[i], 1000.0 * i - 500, 25);
  EXPECT_EQ(section.sites[0].distance, 0);
}

TEST(Section, UnevenSpacingIsCutAtMidpoints) {
  inversion::Result result = example::line(3, 1, 90, 1000, 0, 10);
  result.survey.sites[2].longitude = 10.1;  // 0, 1 km, about 11.1 km
  const Section section = make_section(result);
  const double second = section.sites[1].distance, third = section.sites[2].distance;
  EXPECT_NEAR(third, 0.1 * 6378137 * std::numbers::pi / 180, 0.01);
  const double expected[] = {-second / 2, second / 2, (second + third) / 2, third + (third - second) / 2};
  for (int i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(section.distance_edges[i], expected[i]);
}

TEST(Section, DepthIsCumulatedThickness) {
  inversion::Result result = example::line(2, 3);
  result.model.thickness = {10, 20, 10, 20};
  result.model.resistivity = {1, 2, 3, 4, 5, 6};
  result.model.depth_of_investigation = {100, 50};
  const Section section = make_section(result);
  EXPECT_EQ(section.depth_edges, (std::vector<double>{0, 10, 30, 150}));
  EXPECT_EQ(section.resistivity, (std::vector<double>{1, 4, 2, 5, 3, 6}));
  EXPECT_DOUBLE_EQ(section.mean_elevation, 105);
}

TEST(Section, DifferentThicknessesAreCutAtAllInterfaces) {
  inversion::Result result = example::line(2, 3);
  result.model.thickness = {10, 20, 15, 40};
  result.model.resistivity = {1, 2, 3, 4, 5, 6};
  result.model.depth_of_investigation.clear();
  const Section section = make_section(result);
  EXPECT_EQ(section.depth_edges, (std::vector<double>{0, 10, 15, 30, 55, 55 * 1.25}));
  EXPECT_EQ(section.resistivity, (std::vector<double>{1, 4, 2, 4, 2, 5, 3, 5, 3, 6}));
  EXPECT_TRUE(std::isnan(section.sites[0].depth_of_investigation));
}

TEST(Section, MissingCoordinatesGiveEqualSpacingAndSaySo) {
  inversion::Result result = example::line(3, 2);
  result.survey.sites[1].latitude = NAN;
  const Section section = make_section(result);
  EXPECT_EQ(section.distance_edges, (std::vector<double>{-500, 500, 1500, 2500}));
  EXPECT_EQ(section.sites[2].name, "S003");
  EXPECT_TRUE(std::isnan(section.azimuth));
  ASSERT_EQ(section.notes.size(), 1u);
  EXPECT_EQ(section.notes[0], "equal spacing in file order: 1 of 3 sites has no coordinates");
}

TEST(Section, SitesAtOnePlaceGiveEqualSpacingAndSaySo) {
  inversion::Result result = example::line(4, 2, 90, 0);
  const Section section = make_section(result);
  EXPECT_EQ(section.distance_edges, (std::vector<double>{-500, 500, 1500, 2500, 3500}));
  ASSERT_EQ(section.notes.size(), 1u);
  EXPECT_EQ(section.notes[0], "equal spacing in file order: all sites have the same coordinates");
}

TEST(Section, SitesThatShareAPlaceShareItsColumn) {
  inversion::Result result = example::line(4, 2, 90, 1000, 0, 10);
  result.survey.sites[2].longitude = result.survey.sites[1].longitude;
  const Section section = make_section(result);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_GT(section.distance_edges[i + 1], section.distance_edges[i]);
  const double left = section.distance_edges[1], right = section.distance_edges[3];
  EXPECT_DOUBLE_EQ(section.distance_edges[2], (left + right) / 2);
  EXPECT_EQ(section.sites[1].name, "S002");
  ASSERT_EQ(section.notes.size(), 1u);
  EXPECT_EQ(section.notes[0], "1 site shares the place of another; columns there are divided equally");
}

TEST(Section, OneSiteOneLayer) {
  inversion::Result result = example::line(1, 1);
  result.model.depth_of_investigation.clear();
  const Section section = make_section(result);
  EXPECT_EQ(section.distance_edges, (std::vector<double>{-500, 500}));
  EXPECT_EQ(section.depth_edges, (std::vector<double>{0, 1000}));
  EXPECT_EQ(section.at(0, 0), 100);
}

TEST(Section, ACrookedLineIsNoted) {
  inversion::Result result = example::line(5, 2);
  result.survey.sites[2].latitude += 0.02;
  EXPECT_EQ(make_section(result).notes.size(), 1u);
}

TEST(Section, MistakesAreNamed) {
  inversion::Result result = example::line(3, 4);
  result.model.thickness[4] = 0;
  EXPECT_EQ(message(result), "make_section: site 'S002', layer 1: thickness 0 m is not positive");
  result.model.thickness.pop_back();
  EXPECT_EQ(message(result), "make_section: model.thickness has 8 values, expected 9");
  result = example::line(3, 4);
  result.survey.sites.pop_back();
  EXPECT_EQ(message(result), "make_section: survey.sites has 2 values, expected 3");
  result = example::line(3, 4);
  result.model.resistivity.pop_back();
  EXPECT_EQ(message(result), "make_section: model.resistivity has 11 values, expected 12");
  EXPECT_EQ(message({}), "make_section: the result has 0 sites and 0 layers; there is nothing to show");
}

}  // namespace
}  // namespace terrella::viz
