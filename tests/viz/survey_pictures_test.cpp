#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/survey/rotation.h"
#include "elec/analysis/analysis.h"
#include "viz/analysis_csv.h"
#include "viz/figure.h"
#include "viz/job.h"
#include "viz/pseudosection.h"
#include "viz/response_sheet.h"
#include "viz/station_map.h"
#include "viz/strike_rose.h"
#include "viz/survey_line.h"

using namespace terrella;
using namespace terrella::viz;

namespace {

/// A line of two-dimensional responses with strike 30: phases 60 along it and 40 across.
datasets::Survey line(std::size_t sites = 6) {
  datasets::Survey survey{"line", {}};
  for (std::size_t s = 0; s < sites; ++s) {
    datasets::Site site;
    site.name = "S" + std::to_string(s);
    site.latitude = -30;
    site.longitude = 20 + 0.1 * static_cast<double>(s);
    for (int i = 0; i < 12; ++i) {
      site.period.push_back(std::pow(10, 0.25 * i));
      const double size = 0.02 / std::sqrt(site.period.back());
      datasets::Impedance z = {0.0, std::polar(size, 60 * M_PI / 180), -std::polar(2 * size, 40 * M_PI / 180), 0.0};
      const double c = std::cos(M_PI / 6), t = std::sin(M_PI / 6);
      // R^T Z R, from strike to geographic axes
      site.z.push_back(
          {-c * t * (z[1] + z[2]), c * c * z[1] - t * t * z[2], c * c * z[2] - t * t * z[1], c * t * (z[1] + z[2])});
      site.z_error.push_back({0.02 * size, 0.02 * size, 0.02 * size, 0.02 * size});
      site.tipper.push_back({datasets::Complex(0.2, 0.1), datasets::Complex(-0.1, 0)});
      site.tipper_error.push_back({0.01, 0.01});
    }
    survey.sites.push_back(site);
  }
  return survey;
}

const elec::Analysis& analysis() {
  static const elec::Analysis made = elec::analyze(line(), {}, {});
  return made;
}

std::size_t marks(const Figure& f) {
  std::size_t count = 0;
  for (const FigurePanel& p : f.panels) count += p.polygons.size() + p.lines.size() + p.discs.size();
  return count;
}

}  // namespace

TEST(Figures, SurviveTheirJourney) {
  for (const Figure& f : {station_map(line(), {.period = 10}), rho_phase_sections(line(), analysis().sites),
                          phase_tensor_section(line(), analysis().sites), strike_rose(line(), analysis()),
                          response_sheets(line(), analysis().sites)[0]}) {
    const std::string json = to_json(Job(f));
    const Job back = read_job(json, "job.json");
    EXPECT_EQ(to_json(back), json);
    EXPECT_GT(marks(f), 10U);
  }
}

TEST(Figures, AreRefusedWhereTheyMakeNoPicture) {
  const auto refused = [](Figure f) {
    try {
      read_job(to_json(Job(f)), "job.json");
    } catch (const FormatError&) { return true; }
    return false;
  };
  Figure f = station_map(line());
  EXPECT_FALSE(refused(f));
  Figure bad = f;
  bad.panels[0].x.low = bad.panels[0].x.high;
  EXPECT_TRUE(refused(bad));
  bad = f;
  bad.panels[0].discs[0].at.x = NAN;
  EXPECT_TRUE(refused(bad));
  bad = f;
  bad.panels[0].right = bad.panels[0].left;
  EXPECT_TRUE(refused(bad));
  bad = f;
  bad.width = 9000;
  EXPECT_TRUE(refused(bad));
}

TEST(StationMap, LiesOnTheGround) {
  // A plane that falls to the north-west is lit; one that falls to the south-east is not. Nothing is known in the
  // north.
  const auto plane = [](double slope) {
    datasets::Topography t;
    t.x = {19, 22};
    t.y = {-31, -30, -29};
    t.elevation = {1000 - slope, 1000 + slope, 1500 - slope, 1500 + slope, NAN, NAN};
    t.crs = datasets::wgs84;
    return t;
  };
  const auto brightness = [&](double slope) {
    const Figure f = station_map(line(), {.topography = plane(slope)});
    const FigurePanel& p = f.panels[0];
    double sum = 0;
    for (const Polygon& cell : p.polygons) {
      EXPECT_LT(cell.corners[0].y, -30);
      sum += cell.fill[0] + cell.fill[1] + cell.fill[2];
    }
    const double cells = (p.right - p.left) * (p.top - p.bottom) / 9;
    EXPECT_NEAR(static_cast<double>(p.polygons.size()), cells / 2, cells / 50);
    EXPECT_EQ(f.bars.size(), 1U);
    return sum / static_cast<double>(p.polygons.size());
  };
  EXPECT_GT(brightness(40000), 1.15 * brightness(-40000));
  datasets::Topography unknown = plane(0);
  unknown.crs.clear();
  EXPECT_THROW(station_map(line(), {.topography = unknown}), std::invalid_argument);
  datasets::Topography elsewhere = plane(0);
  for (double& x : elsewhere.x) x += 40;
  EXPECT_THROW(station_map(line(), {.topography = elsewhere}), std::invalid_argument);
}

TEST(StationMap, HoldsEverySiteAndIsTrueToLength) {
  const Figure f = station_map(line());
  const FigurePanel& p = f.panels[0];
  EXPECT_EQ(p.discs.size(), 6U);
  for (const Disc& d : p.discs) {
    EXPECT_GT(d.at.x, p.x.low);
    EXPECT_LT(d.at.x, p.x.high);
    EXPECT_GT(d.at.y, p.y.low);
    EXPECT_LT(d.at.y, p.y.high);
  }
  const double east = (p.right - p.left) / (p.x.high - p.x.low) / std::cos(30 * M_PI / 180),
               north = (p.top - p.bottom) / (p.y.high - p.y.low);
  EXPECT_NEAR(east / north, 1, 0.01);  // pixels a kilometre
  std::size_t names = 0;
  for (const Label& label : p.labels) names += label.words[0] == 'S';
  EXPECT_EQ(names, 6U);
  datasets::Survey apart = line(2);
  apart.sites[0].longitude = 179.9;
  apart.sites[1].longitude = -179.9;
  const Figure across = station_map(apart);
  EXPECT_LT(across.panels[0].x.high - across.panels[0].x.low, 1);
  for (auto& site : apart.sites) site.latitude = NAN;
  EXPECT_THROW(station_map(apart), std::invalid_argument);
  EXPECT_THROW(station_map(line(), {.period = -1}), std::invalid_argument);
}

TEST(StationMap, CutsNamesBetweenLetters) {
  const std::string letter = "\u00E9";  // two bytes
  datasets::Survey three = line(3);
  std::string& name = three.sites[1].name;  // with room on both sides
  name = "S";
  std::string expected = "S";
  for (int i = 0; i < 12; ++i) name += letter;  // 25 bytes
  for (int i = 0; i < 11; ++i) expected += letter;
  bool found = false;
  const Figure map = station_map(three);
  for (const Label& label : map.panels[0].labels) found = found || label.words == expected;
  EXPECT_TRUE(found);
}

TEST(PhaseTensorSection, EllipsesPointAlongStrike) {
  const Figure f = phase_tensor_section(line(), analysis().sites);
  ASSERT_FALSE(f.panels[0].polygons.empty());
  for (const Polygon& m : f.panels[0].polygons) {
    Place farthest;
    for (const Place& c : m.corners)
      if (std::hypot(c.x, c.y) > std::hypot(farthest.x, farthest.y)) farthest = c;
    // tan 60 of Phi_yy belongs to currents across: the larger axis is at right angles to strike.
    const double azimuth = std::atan2(farthest.x, farthest.y) * 180 / M_PI;
    EXPECT_NEAR(std::remainder(azimuth - 30, 90), 0, 1e-6);
  }
}

TEST(PeriodCells, MeetWhereTheSpacingIsTheUsualOne) {
  std::vector<double> period;
  for (double decades : {0.0, 0.5, 1.0, 1.5, 3.5, 4.0}) period.push_back(std::pow(10, decades));
  const auto sparse = period_cells(period);
  ASSERT_EQ(sparse.size(), 6U);
  for (std::size_t i : {1, 2, 3, 5}) EXPECT_DOUBLE_EQ(sparse[i - 1].second, sparse[i].first);
  EXPECT_NEAR(std::log10(sparse[3].second), 1.5 + 0.375, 1e-12);  // the gap of two decades stays open
  EXPECT_NEAR(std::log10(sparse[4].first), 3.5 - 0.375, 1e-12);
  period.clear();
  for (double decades : {0.0, 0.1, 0.2, 0.3, 0.8}) period.push_back(std::pow(10, decades));
  const auto dense = period_cells(period);
  EXPECT_DOUBLE_EQ(dense[2].second, dense[3].first);
  EXPECT_NEAR(std::log10(dense[3].second), 0.3 + 0.2, 1e-12);
  EXPECT_EQ(period_cells({1.0}).size(), 1U);
}

TEST(StrikeRose, NamesTheStrike) {
  const Figure f = strike_rose(line(), analysis());
  EXPECT_EQ(f.panels.size(), 4U);  // three decades and all
  bool found = false;
  for (const Label& label : f.panels.back().labels) found = found || label.words.starts_with("30\u00B0");
  EXPECT_TRUE(found);
  EXPECT_FALSE(f.panels.back().polygons.empty());
}

TEST(StrikeRose, CirclesHaveNoPetals) {
  // A layered earth in axes that round, without errors: its phase tensors are circles to 1e-16.
  datasets::Survey round = line(2);
  for (auto& site : round.sites)
    for (std::size_t i = 0; i < site.z.size(); ++i)
      site.z[i] = {0, {1, 0.8}, {-1, -0.8}, 0}, site.z_error[i].fill(datasets::not_a_number);
  round = datasets::rotate_to(round, 37);
  for (const FigurePanel& panel : strike_rose(round, elec::analyze(round, {}, {}, {.decompose = false})).panels)
    EXPECT_TRUE(panel.polygons.empty());
}

TEST(StrikeRose, SaysWhereNoDirectionIsDetermined) {
  elec::Analysis a = analysis();
  ASSERT_TRUE(a.decomposition);
  const auto note = [&](double half) {
    a.decomposition->strike.half = half;
    return strike_rose(line(), a).notes.back();
  };
  EXPECT_NE(note(44).find("\u00B1 44\u00B0 or"), std::string::npos) << note(44);
  for (double half : {45.0, 90.0, datasets::not_a_number})
    EXPECT_NE(note(half).find("McNeice & Jones): undetermined, RMS"), std::string::npos) << note(half);
}

TEST(AnalysisTables, HaveOneRowAPeriod) {
  const auto tables = analysis_tables(line(), analysis());
  ASSERT_EQ(tables.size(), 10U);
  EXPECT_EQ(tables[0].name, "phase_tensors.csv");
  EXPECT_EQ(std::count(tables[0].bytes.begin(), tables[0].bytes.end(), '\n'), 1 + 6 * 12);
  EXPECT_THROW(analysis_tables(line(2), analysis()), std::invalid_argument);
}

TEST(Figures, AreDrawn) {
  const std::string path = ::testing::TempDir() + "figure.png";
  write_figure(strike_rose(line(), analysis()), path);
  EXPECT_GT(std::filesystem::file_size(path), 10000U);
  std::filesystem::remove(path);
  Figure tiny;
  tiny.width = 10;
  EXPECT_THROW(write_figure(tiny, path), std::invalid_argument);
}
