// Tests of sections: a board over a known background comes back near the sites and fades with depth; a body that data
// need cannot be replaced, one that they do not see can.
#include "inversion/mt2d/checkerboard.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "inversion/mt2d/feature.h"
#include "inversion/mt2d/result_mesh.h"
#include "tests/inversion/mt2d/line_data.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

Invert2dOptions quick() {
  Invert2dOptions o;
  o.rows_per_skin_depth = 2, o.growth = 1.4, o.columns_between_sites = 4;
  return o;
}

const tests::Line line{.periods = {0.005, 0.05, 0.5, 5.0}, .relative = 0.03};

const Result2d& found() {
  static const Result2d r = invert_2d(tests::line_data(line), quick());
  return r;
}

TEST(ResultMesh, IsTheOneThatTheResultStandsOn) {
  std::vector<std::string> notes;
  const Section2d s = section_of_result(found(), quick(), notes);
  EXPECT_TRUE(notes.empty());
  const Fit2d fit = fit_of(s, found().model.resistivity, shifts_of_result(s, found()));
  EXPECT_GT(fit_of(s, found().model.resistivity).rms, fit.rms);  // none of the shifts found
  EXPECT_THROW(fit_of(s, found().model.resistivity, {0.1}), std::invalid_argument);
  EXPECT_NEAR(fit.rms, found().rms, 1e-9);
  for (std::size_t k = 0; k < fit.predicted.size(); ++k)
    EXPECT_LT(std::abs(fit.predicted[k] - found().predicted[k]), 1e-12 * (1 + std::abs(found().predicted[k])));
  const std::vector<double> sites = rms_of_sites(found());
  for (std::size_t k = 0; k < sites.size(); ++k) EXPECT_NEAR(fit.rms_of_sites[k], sites[k], 1e-9);
  // Another design: the nodes of the result stay, under air of another height, which hardly matters.
  Invert2dOptions other = quick();
  other.growth = 1.3;
  const Section2d moved = section_of_result(found(), other, notes);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("rows of air were put on top"), std::string::npos);
  EXPECT_EQ(moved.mesh.grid.y, found().model.y);
  EXPECT_NEAR(fit_of(moved, found().model.resistivity, shifts_of_result(moved, found())).rms, found().rms, 0.03);
}

TEST(Checkerboard, BlocksAlternateAndGrowWithDepth) {
  std::vector<std::string> notes;
  const Section2d s = section_of_result(found(), quick(), notes);
  const CheckerboardOptions board{.width = 1000, .height = 400, .growth = 1.5, .depth = 900};
  const std::vector<double> sign = board_signs(s, board);
  std::set<std::int64_t> seen;
  for (std::size_t e = 0; e < sign.size(); ++e) {
    const auto c = static_cast<std::size_t>(s.cells.cell[e]);
    const double y = s.cells.y[c], depth = s.cells.depth[c];
    double want = 0;  // two rows: of 400 and 600 m
    if (depth < 400 && std::abs(y - 50) < 2600) want = std::llround((y - 50) / 1000) % 2 == 0 ? 1 : -1;
    if (depth >= 400 && depth < 1000 && std::abs(y - 50) < 2800) want = std::llround((y - 50) / 1500) % 2 == 0 ? -1 : 1;
    EXPECT_EQ(sign[e], want) << y << " " << depth;
    if (want != 0) seen.insert(s.cells.cell[e]);
  }
  EXPECT_GT(seen.size(), 10U);
}

TEST(Checkerboard, ComesBackNearTheSitesAndFadesBelow) {
  // Blocks of one size: those far below are smaller than what data can tell apart there.
  CheckerboardOptions board{
      .contrast = 0.4, .width = 1400, .height = 450, .growth = 1, .depth = 3000, .background = 100};
  const Checkerboard test = checkerboard_test(found(), quick(), board);
  validate(test.recovered);
  ASSERT_TRUE(test.recovered.converged) << test.recovered.stopped;
  ASSERT_GE(test.recovery.size(), 4U);
  EXPECT_GT(test.recovery[0].correlation, 0.8);
  EXPECT_GT(test.recovery[0].amplitude, 0.5);
  EXPECT_LT(test.recovery[0].amplitude, 1.2);
  EXPECT_GT(test.recovery[0].resolvability, 0.8);
  EXPECT_LT(test.recovery.back().amplitude, 0.4 * test.recovery[0].amplitude);
  EXPECT_LT(test.recovery.back().resolvability, 0.7);
  for (std::size_t e = 0; e < test.background.size(); ++e) {
    EXPECT_DOUBLE_EQ(test.background[e], 2);
    const double t = std::abs(test.recovered.truth[e] - 2);
    EXPECT_TRUE(t < 1e-12 || std::abs(t - 0.4) < 1e-12);
  }
  // The seed decides, and it is noise of the size of the errors; the mesh of the data hardly matters here.
  EXPECT_GT(test.recovered.rms, 0.9);
  board.seed = 2, board.refined = true;
  const Checkerboard other = checkerboard_test(found(), quick(), board);
  EXPECT_NE(other.recovered.data.rows[0].value, test.recovered.data.rows[0].value);
  EXPECT_NEAR(other.recovery[0].amplitude, test.recovery[0].amplitude, 0.2);
}

TEST(Feature, WhatDataNeedCannotBeReplaced) {
  const FeatureTest test =
      feature_test(found(), quick(), {.left = -700, .right = 1100, .top = 200, .bottom = 2500, .resistivity = 100});
  EXPECT_GT(test.elements, 5U);
  EXPECT_NEAR(test.rms, found().rms, 1e-9);
  EXPECT_GT(test.rms_changed, 2 * test.rms);
  EXPECT_GT(test.rms_again, 1.05 * test.rms);
  EXPECT_LT(test.rms_again, test.rms_changed);
  EXPECT_TRUE(test.needed);
  // Sites over it suffer most, and what was held was held.
  EXPECT_GT(test.site_changed[3] / test.site[3], test.site_changed[0] / test.site[0]);
  for (std::size_t e = 0; e < test.changed.size(); ++e)
    if (test.again.model.cell[e] < 0) { EXPECT_DOUBLE_EQ(test.again.model.resistivity[e], 100); }
}

TEST(Feature, WhatDataDoNotSeeCan) {
  const FeatureTest test =
      feature_test(found(), quick(), {.left = -12000, .right = -7000, .top = 0, .bottom = 1000, .resistivity = 1000});
  EXPECT_LT(test.rms_changed, 1.1 * test.rms);
  EXPECT_LE(test.rms_again, 1.05 * std::max(1.0, test.rms));
  EXPECT_FALSE(test.needed);
  const FeatureTest only_looked =
      feature_test(found(), quick(),
                   {.left = -12000, .right = -7000, .top = 0, .bottom = 1000, .resistivity = 1000, .invert = false});
  EXPECT_EQ(only_looked.rms_changed, test.rms_changed);
  EXPECT_TRUE(std::isnan(only_looked.rms_again));
}

TEST(SectionTests, MistakesAreErrors) {
  const auto board = [](CheckerboardOptions o) { checkerboard_test(found(), quick(), o); };
  EXPECT_THROW(board({.contrast = 0}), std::invalid_argument);
  EXPECT_THROW(board({.width = -1}), std::invalid_argument);
  EXPECT_THROW(board({.width = 1e-6}), std::invalid_argument);       // narrower than elements
  EXPECT_THROW(board({.background = 1e30}), std::invalid_argument);  // no rock
  EXPECT_THROW(board({.growth = 0.5}), std::invalid_argument);
  EXPECT_THROW(board({.height = 1e-3, .depth = 1e-3}), std::invalid_argument);
  const auto feature = [](FeatureOptions o) { feature_test(found(), quick(), o); };
  EXPECT_THROW(feature({.left = 1, .right = 0, .top = 0, .bottom = 1, .resistivity = 1}), std::invalid_argument);
  EXPECT_THROW(feature({.left = 0, .right = 1, .top = 0, .bottom = 1e-3, .resistivity = 1}), std::invalid_argument);
  EXPECT_THROW(feature({.left = -1e9, .right = 1e9, .top = 0, .bottom = 1e9, .resistivity = 1}), std::invalid_argument);
  EXPECT_THROW(feature({.left = 0, .right = 500, .top = 0, .bottom = 500, .resistivity = 0}), std::invalid_argument);
  Invert2dOptions anisotropic = quick();
  anisotropic.anisotropic = true;
  EXPECT_THROW(checkerboard_test(found(), anisotropic), std::invalid_argument);
}

}  // namespace
