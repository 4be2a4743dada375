// Pictures of meshes and of tests of sections hold what they are to show.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "elec/mt2d/design.h"
#include "tests/viz/example_2d.h"
#include "viz/mesh_2d.h"
#include "viz/mt2d/test_figures.h"

using namespace terrella;
using namespace terrella::viz;

namespace {

TEST(MeshFigure, ShowsEveryLineRowAndSiteTwice) {
  MeshPicture picture;
  picture.grid = elec::mt2d::design_grid({-1000, 0, 1200}, {0.1, 1}, {{-500, 500}, {0, -200}});
  picture.place = {-1000, 0, 1200};
  picture.name = {"a", "b", "c"};
  const Figure figure = mesh_figure(picture);
  ASSERT_EQ(figure.panels.size(), 2U);
  const auto lines = static_cast<std::size_t>(picture.grid.ny() + picture.grid.nz() + 2);
  EXPECT_EQ(figure.panels[0].lines.size(), lines);
  EXPECT_EQ(figure.panels[1].lines.size(), lines + 1);  // and the frame of the upper panel
  for (const FigurePanel& panel : figure.panels) {
    ASSERT_EQ(panel.discs.size(), 3U);
    EXPECT_GE(panel.discs[0].at.x, panel.x.low);
    EXPECT_LE(panel.discs[2].at.x, panel.x.high);
  }
  EXPECT_NEAR(figure.panels[0].discs[1].at.y, -0.1, 0.02);  // on the slope
  EXPECT_EQ(figure.panels[0].labels.size(), 3U);
  EXPECT_TRUE(figure.bars.empty());
  picture.resistivity.assign(static_cast<std::size_t>(picture.grid.earth_rows() * picture.grid.ny()), 10.0);
  EXPECT_EQ(mesh_figure(picture).bars.size(), 1U);
  picture.resistivity.pop_back();
  EXPECT_THROW(mesh_figure(picture), std::invalid_argument);
  picture.resistivity.clear();
  picture.place[0] = -1e9;
  EXPECT_THROW(mesh_figure(picture), std::invalid_argument);
}

std::size_t framed(const Figure& figure) {
  return static_cast<std::size_t>(
      std::count_if(figure.panels.begin(), figure.panels.end(), [](const FigurePanel& p) { return p.framed; }));
}

TEST(TestFigures, CheckerboardHasTruthRecoveryAndWhatCameBackOverDepth) {
  inversion::Checkerboard test;
  test.recovered = example::line_2d({.sites = 6, .relief = 0});
  for (const double rho : test.recovered.model.resistivity) test.recovered.truth.push_back(std::log10(rho) + 0.3);
  test.background.assign(test.recovered.truth.size(), 2);
  test.recovery = {{0, 500, 0.9, 0.95, 0.97}, {500, 1200, -0.9, 0.2, 0.6}};
  const Figure figure = checkerboard_figure(test);
  ASSERT_EQ(framed(figure), 3U);
  const FigurePanel& curves = figure.panels.back();
  ASSERT_EQ(curves.lines.size(), 4U);  // three measures and where 0.7 is
  EXPECT_EQ(curves.lines[0].points.size(), 4U);
  EXPECT_DOUBLE_EQ(curves.lines[0].points[0].x, 0.9);
  EXPECT_DOUBLE_EQ(curves.lines[0].points[2].x, curves.x.low);  // cut to the panel
  EXPECT_DOUBLE_EQ(curves.lines[1].points[3].y, 1.2);
  EXPECT_LE(curves.right, figure.width);
  test.recovery.clear();
  EXPECT_THROW(checkerboard_figure(test), std::invalid_argument);
}

TEST(TestFigures, FeatureHasItsSectionsAndTheRmsOfSites) {
  const inversion::Result2d result = example::line_2d({.sites = 6, .relief = 0});
  inversion::FeatureTest test;
  for (const double rho : result.model.resistivity) test.changed.push_back(std::log10(rho));
  test.rms = 1, test.rms_changed = 2;
  test.site = {1, 1, 1, 1, 1, 1}, test.site_changed = {1, 2, 4, 2, datasets::not_a_number, 1};
  const Figure looked = feature_figure(result, test, {.resistivity = 10});
  ASSERT_EQ(framed(looked), 3U);
  EXPECT_EQ(looked.panels.back().lines.size(), 2U);
  EXPECT_EQ(looked.panels.back().discs.size(), 11U);  // one site has no data
  EXPECT_GT(looked.panels.back().y.high, 4);
  EXPECT_NE(looked.subtitle.find("replaced 2"), std::string::npos) << looked.subtitle;
  test.again = result;
  test.rms_again = 1.01;
  test.site_again = test.site;
  const Figure whole = feature_figure(result, test, {.resistivity = 10});
  EXPECT_EQ(framed(whole), 4U);
  EXPECT_EQ(whole.panels.back().lines.size(), 3U);
  EXPECT_NE(whole.subtitle.find("not needed"), std::string::npos) << whole.subtitle;
  for (const FigurePanel& panel : whole.panels) {
    EXPECT_GE(panel.bottom, 0);
    EXPECT_LE(panel.top, whole.height);
  }
}

}  // namespace
