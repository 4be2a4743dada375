#include "datasets/synthetic/line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <sstream>

#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

/// The impedance of a half-space of the top layer: sqrt(i w mu_0 rho).
std::vector<Complex> half_space(const std::vector<double>& resistivity, const std::vector<double>&,
                                const std::vector<double>& period) {
  std::vector<Complex> z;
  for (const double t : period) z.push_back(std::sqrt(Complex(0, 2 * pi / t * mu_0 * resistivity.front())));
  return z;
}

TEST(SyntheticLine, IsALineOfDifferentSitesOverABasinAndAConductor) {
  const SyntheticLine line = basin_line();
  ASSERT_GE(line.sites.size(), 20u);
  std::set<std::string> names;
  std::size_t basin = 0, conductor = 0;
  for (const SyntheticSite& site : line.sites) {
    names.insert(site.name);
    ASSERT_EQ(site.resistivity.size(), site.thickness.size() + 1);
    double top = 0;
    for (std::size_t k = 0; k < site.thickness.size(); ++k) {
      EXPECT_GT(site.thickness[k], 0);
      basin += top < 1000 && top + site.thickness[k] > 1000 && site.resistivity[k] < 15;
      conductor += top > 10000 && site.resistivity[k] < 20;
      top += site.thickness[k];
    }
    EXPECT_NEAR(top, 38000, 25);  // m, the Moho, but for layers too thin to be kept
  }
  EXPECT_EQ(names.size(), line.sites.size());
  EXPECT_GE(basin, 8u);
  EXPECT_LE(basin, 14u);
  EXPECT_GE(conductor, 12u);
  EXPECT_LT(conductor, line.sites.size());
  // The line is straight and as long as its distances say: degrees against metres on a sphere of 6371 km.
  const SyntheticSite &a = line.sites.front(), &b = line.sites.back();
  const double north = (b.latitude - a.latitude) * pi / 180 * 6371e3;
  const double east = (b.longitude - a.longitude) * pi / 180 * 6371e3 * std::cos(a.latitude * pi / 180);
  EXPECT_NEAR(std::hypot(north, east), b.distance - a.distance, 0.005 * b.distance);
}

TEST(SyntheticSurvey, NoiseHasTheErrorsThatItSays) {
  const SyntheticLine line = basin_line();
  const Survey survey = synthetic_survey(line, layered_response(line, half_space), {.seed = 7});
  ASSERT_EQ(survey.sites.size(), line.sites.size());
  double sum = 0, squares = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < survey.sites.size(); ++i) {
    const Site& site = survey.sites[i];
    const std::vector<Complex> z = half_space(line.sites[i].resistivity, {}, line.period);
    for (std::size_t k = 0; k < z.size(); ++k) {
      const std::array<Complex, 4> expected = {0.0, z[k], -z[k], 0.0};
      for (const std::size_t c : {0u, 1u, 2u, 3u}) {
        const Complex r = (site.z[k][c] - expected[c]) / site.z_error[k][c];
        sum += r.real() + r.imag();
        squares += std::norm(r);
        n += 2;
        EXPECT_GE(site.z_error[k][c], 0.0199 * std::abs(z[k]));
        EXPECT_LE(site.z_error[k][c], 0.0601 * std::abs(z[k]));
      }
    }
  }
  // Five standard deviations of mean and variance of n independent standard normal numbers.
  const auto count = static_cast<double>(n);
  EXPECT_NEAR(sum / count, 0, 5 / std::sqrt(count));
  EXPECT_NEAR(squares / count, 1, 5 * std::sqrt(2 / count));
}

TEST(SyntheticSurvey, TheSeedDecides) {
  const SyntheticLine line = basin_line();
  const Survey a = synthetic_survey(line, layered_response(line, half_space), {.seed = 1}),
               b = synthetic_survey(line, layered_response(line, half_space), {.seed = 1}),
               c = synthetic_survey(line, layered_response(line, half_space), {.seed = 2});
  EXPECT_EQ(a.sites[3].z, b.sites[3].z);
  EXPECT_NE(a.sites[3].z, c.sites[3].z);
  EXPECT_NE(a.sites[3].z[0][xx], a.sites[4].z[0][xx]);  // sites have noise of their own
}

TEST(SyntheticSurvey, RefusesAForwardThatLeavesPeriodsOut) {
  const auto one = [](const auto&, const auto&, const auto&) { return std::vector<Complex>{1.0}; };
  try {
    synthetic_survey(basin_line(), layered_response(basin_line(), one));
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "synthetic_survey: the forward gave 1 responses for 37 periods");
  }
}

TEST(SyntheticSurvey, ResponsesAlongStrikeAreTurnedToNorth) {
  SyntheticLine line;
  line.sites = {{"A", 1, 2, 0, 500, {10}, {}}};
  line.period = {1};
  const LineResponse response{{{Complex(1, 2)}}, {{Complex(-3, -1)}}, {{Complex(0.2, 0.1)}}};
  const SyntheticNoise none{.impedance = 0, .tipper = 0};
  // A line to the east: x is north. One to the south: x is east, y south, so that Zyx = (-Ex) / (-Hy) of the strike's.
  const Site east = synthetic_survey(line, response, none).sites[0];
  EXPECT_EQ(east.z[0][xy], Complex(1, 2));
  EXPECT_EQ(east.z[0][yx], Complex(-3, -1));
  EXPECT_EQ(east.tipper[0][1], Complex(0.2, 0.1));
  line.azimuth = 180;
  const Site south = synthetic_survey(line, response, none).sites[0];
  EXPECT_LT(std::abs(south.z[0][xy] - Complex(3, 1)), 1e-15);
  EXPECT_LT(std::abs(south.z[0][yx] - Complex(-1, -2)), 1e-15);
  EXPECT_LT(std::abs(south.tipper[0][0] + Complex(0.2, 0.1)), 1e-15);
}

TEST(SyntheticLine, TheEarthIsKnownBetweenSites) {
  const SyntheticLine line = basin_line();
  for (const SyntheticSite& site : line.sites) {
    double top = 0;
    for (std::size_t k = 0; k < site.resistivity.size(); ++k) {
      EXPECT_EQ(basin_resistivity(site.distance, top + 1), site.resistivity[k]);
      if (k < site.thickness.size()) top += site.thickness[k];
    }
  }
}

TEST(SyntheticLine, TruthHasARowForEveryLayer) {
  SyntheticLine line;
  line.sites = {{"A", 1, 2, 0, 500, {10, 1000}, {250}}, {"B", 1.5, 2, 0, 1500, {30}, {}}};
  EXPECT_EQ(truth_csv(line),
            "site,latitude,longitude,distance_m,depth_top_m,depth_bottom_m,resistivity_ohm_m\n"
            "A,1,2,500,0,250,10\nA,1,2,500,250,,1000\nB,1.5,2,1500,0,,30\n");
}

}  // namespace
}  // namespace terrella::datasets
