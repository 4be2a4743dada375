// Pictures of two-dimensional sections: what is drawn where.
#include "viz/mt2d/section_figure.h"

#include <gtest/gtest.h>

#include "example_2d.h"
#include "pixels.h"
#include "viz/job.h"
#include "viz/mt2d/sites_above.h"

namespace terrella::viz {
namespace {

const inversion::Result2d& line() {
  static const inversion::Result2d made = example::line_2d({.sites = 6});
  return made;
}

/// 2 x 3 elements under a slope: 10 m down over 3 km; 3 ohm m lower middle, else 100.
inversion::Result2d small() {
  inversion::Result2d r;
  r.data.name = "small";
  r.data.sites.resize(2);
  r.data.sites[0].name = "west", r.data.sites[0].y = 500;
  r.data.sites[1].name = "east", r.data.sites[1].y = 2500;
  r.model.rows = 2, r.model.columns = 3;
  r.model.y = {0, 1000, 2000, 3000};
  r.model.z = {-400, -200, 0, 200, 500, 500, 500, 500, 1000, 1000, 1000, 1000};
  r.model.resistivity = {100, 100, 100, 100, 3, 100};
  r.model.cell = {0, 1, 2, 3, 4, 5};
  r.azimuth = 101;
  return r;
}

std::string message(const std::vector<SectionView>& views, const SectionFigureOptions& options) {
  try {
    section_figure(views, options);
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "no error";
}

TEST(SectionView, PointsAreFoundUnderTheSlope) {
  const inversion::SectionModel m = small().model;
  EXPECT_EQ(ground_at(m, 500), -300);
  EXPECT_EQ(ground_at(m, -1e4), -400);  // level beyond
  EXPECT_EQ(element_at(m, 1500, 0), 1u);
  EXPECT_EQ(element_at(m, 1500, 600), 4u);
  EXPECT_EQ(element_at(m, 500, -301), elements(m));  // in the air
  EXPECT_EQ(element_at(m, 500, -299), 0u);
  EXPECT_EQ(element_at(m, 3001, 600), elements(m));
  EXPECT_EQ(element_at(m, 3000, 999), 5u);
  EXPECT_EQ(element_at(m, 3000, 1000), elements(m));
  EXPECT_EQ(area_of(m, 0, 0), 1000 * 800);
  EXPECT_EQ(middle_of(m, 0, 0).z, 100);
  inversion::SectionModel seen = m;
  seen.depth_of_investigation = {450, 350, datasets::not_a_number};
  EXPECT_EQ(within_depth_of_investigation(seen, 0, 0), 1);  // its middle is 400 m deep
  EXPECT_EQ(within_depth_of_investigation(seen, 1, 0), 0);
  EXPECT_EQ(within_depth_of_investigation(seen, 0, 2), -1);
}

TEST(SectionView, ModelsOfCellsAreSections) {
  datasets::ResistivityModel cells;
  cells.mesh = Mesh2D{{0, 1000, 3000}, {0, 100, 300}};
  cells.resistivity = {1, 2, 3, 4};
  cells.kind = {datasets::Cell::air, datasets::Cell::free, datasets::Cell::sea, datasets::Cell::free};
  const SectionView view = section_view(cells, "occam");
  EXPECT_EQ(view.model.cell, (std::vector<std::int64_t>{-1, 1, -1, 3}));
  EXPECT_EQ(view.air, (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(view.model.z, (std::vector<double>{0, 0, 0, 100, 100, 100, 300, 300, 300}));
  EXPECT_TRUE(view.sites.empty());
  cells.mesh = Mesh3D{};
  EXPECT_THROW(section_view(cells), std::invalid_argument);
}

TEST(SectionFigure, ElementsAreTheirQuadrilaterals) {
  SectionFigureOptions options;
  options.depth_limit = 900, options.from = 0, options.to = 3000;
  options.minimum_resistivity = 1, options.maximum_resistivity = 1000;
  const Figure figure = section_figure({section_view(small())}, options);
  const FigurePanel& panel = figure.panels.at(0);
  const auto conductor = std::find_if(panel.polygons.begin(), panel.polygons.end(), [](const Polygon& p) {
    return p.fill == color_of(3, {1, 1000});
  });
  ASSERT_NE(conductor, panel.polygons.end());
  ASSERT_EQ(conductor->corners.size(), 4u);
  // Elevation in m, since the relief is large and all is shallow; distance in km from 3 km on.
  EXPECT_EQ(panel.y.label, "Elevation (m)");
  EXPECT_EQ(panel.x.label.substr(0, 13), "Distance (km)");
  EXPECT_EQ(conductor->corners[0].x, 1);
  EXPECT_EQ(conductor->corners[0].y, -500);
  EXPECT_EQ(conductor->corners[2].x, 2);
  EXPECT_EQ(conductor->corners[2].y, -1000);
  EXPECT_EQ(panel.y.low, -800);  // 900 m below the mean ground, which is at 100 m
  // Triangles stand on the slope.
  std::vector<Place> sites;
  for (const Polygon& p : panel.polygons)
    if (!p.around.empty()) sites.push_back(p.around[0]);
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_NEAR(sites[0].y, 300, 1e-9);
  EXPECT_NEAR(sites[1].y, -100, 1e-9);
  std::vector<std::string> ends;
  for (const Label& label : panel.labels) ends.push_back(label.words);
  EXPECT_EQ(ends, (std::vector<std::string>{"W", "E"}));
}

TEST(SectionFigure, SitesStandOnTheFloorOfASea) {
  inversion::Result2d r = small();
  r.model.z = {0, 0, 0, 0, 400, 500, 600, 700, 2000, 2000, 2000, 2000};
  r.model.cell = {-1, -1, -1, 0, 1, 2};
  r.model.sea_rows = 1;
  r.model.resistivity = {0.3, 0.3, 0.3, 100, 3, 100};
  r.model.depth_of_investigation = {300, 300, 900};
  EXPECT_EQ(ground_at(r.model, 500), 450);
  EXPECT_EQ(surface_at(r.model, 500), 0);
  EXPECT_TRUE(is_sea(r.model, 2));
  EXPECT_FALSE(is_sea(r.model, 3));
  EXPECT_EQ(within_depth_of_investigation(r.model, 1, 2), 1);  // its middle lies 675 m below the floor
  EXPECT_EQ(within_depth_of_investigation(r.model, 1, 1), 0);
  SectionFigureOptions options;
  options.from = 0, options.to = 3000;
  const SectionView view = section_view(r);
  EXPECT_EQ(view.sites[0].z, 450);
  const Figure figure = section_figure({view}, options);
  const FigurePanel& panel = figure.panels.at(0);
  EXPECT_LE(panel.y.high, 0);  // the water is in the picture
  EXPECT_EQ(panel.y.label.substr(0, 21), "Depth below sea level");
  std::vector<Place> sites;
  for (const Polygon& p : panel.polygons)
    if (!p.around.empty()) sites.push_back(p.around[0]);
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_NEAR(std::abs(sites[0].y), panel.y.label.ends_with("(m)") ? 450 : 0.45, 1e-9);
  EXPECT_NE(std::find(figure.notes.begin(), figure.notes.end(), "Pale blue: sea, held."), figure.notes.end());
}

TEST(SectionFigure, ExaggerationIsARoundNumberAndTrue) {
  for (const bool level : {false, true}) {
    inversion::Result2d r = small();
    if (level) r.model.z = {0, 0, 0, 0, 500, 500, 500, 500, 1000, 1000, 1000, 1000};
    for (const double depth : {900.0, 200.0, 60.0}) {
      SectionFigureOptions options;
      options.depth_limit = depth;
      const Figure figure = section_figure({section_view(r)}, options);
      const FigurePanel& panel = figure.panels[0];
      const double along = (panel.right - panel.left) / (1000 * (panel.x.high - panel.x.low)) *
                           (panel.x.label.find("(m)") != std::string::npos ? 1000 : 1);
      const double down = (panel.top - panel.bottom) / std::abs(panel.y.high - panel.y.low);
      const double ratio = down / along;
      char words[64];
      std::snprintf(words, sizeof words, "exaggeration %.3g", ratio);
      if (std::abs(ratio - 1) < 0.01)
        EXPECT_NE(panel.x.label.find("no vertical exaggeration"), std::string::npos) << panel.x.label;
      else
        EXPECT_NE(panel.x.label.find(words), std::string::npos) << panel.x.label << " is " << ratio;
      EXPECT_NEAR(ratio, std::round(2 * ratio) / 2, 0.01 * ratio);
    }
  }
}

TEST(SectionFigure, DifferencesAreOfResistivitiesAtThePlace) {
  inversion::Result2d other = small();
  for (double& rho : other.model.resistivity) rho *= 10;
  other.model.resistivity[4] = 3;
  const auto ratio = log10_ratio(section_view(small()), section_view(other));
  EXPECT_EQ(ratio, (std::vector<double>{1, 1, 1, 1, 0, 1}));
  other.model.y = {-1000, 0, 1000, 1500};  // other lines: the last column has nothing there
  const auto moved = log10_ratio(section_view(small()), section_view(other));
  EXPECT_NEAR(moved[3], std::log10(0.03), 1e-12);  // below 500 m the other has its conductor now
  EXPECT_TRUE(std::isnan(moved[5]));
  SectionFigureOptions options;
  options.difference = true;
  const Figure figure = section_figure({section_view(small(), "a"), section_view(other, "b")}, options);
  EXPECT_EQ(figure.bars.size(), 2u);
  EXPECT_EQ(figure.panels.size(), 4u);  // three, and one of names
}

/// Five models of 1, 2, 3, 4 and 5 decades everywhere; the conductor's are all 0.5.
inversion::Result2d with_ensemble() {
  inversion::Result2d r = small();
  for (int k = 1; k <= 5; ++k)
    for (std::size_t e = 0; e < 6; ++e) r.ensemble.push_back(e == 4 ? 0.5 : k);
  return r;
}

TEST(SectionFigure, EnsemblesShowTheirMeanScatterAndQuantiles) {
  const SectionView view = section_view(with_ensemble());
  EXPECT_EQ(view.members, 5u);
  EXPECT_NEAR(view.mean[0], 1000, 1e-9);
  EXPECT_NEAR(view.mean[4], std::sqrt(10), 1e-12);
  EXPECT_NEAR(view.deviation[0], std::sqrt(2.5), 1e-12);
  EXPECT_EQ(view.deviation[4], 0);
  EXPECT_NEAR(std::log10(view.low[0]), 1.4, 1e-12);  // a tenth of the way through five
  EXPECT_NEAR(std::log10(view.high[0]), 4.6, 1e-12);

  inversion::Result2d fitted = with_ensemble();
  fitted.rms = 1.25;
  SectionFigureOptions options;
  options.depth_limit = 900, options.from = 0, options.to = 3000;
  const auto drawn = [&](Shown2d shown) {
    options.shown = shown;
    return section_figure({section_view(fitted)}, options);
  };
  const auto has = [](const Figure& f, Color c) {
    return std::any_of(f.panels[0].polygons.begin(), f.panels[0].polygons.end(),
                       [&](const Polygon& p) { return p.fill == c; });
  };
  const Figure mean = drawn(Shown2d::mean);
  EXPECT_EQ(mean.bars[0].axis.label, "Mean of 5 models (\u03A9\u00B7m)");
  EXPECT_TRUE(mean.bars[0].axis.logarithmic);
  EXPECT_TRUE(has(mean, color_of(1000, {mean.bars[0].axis.low, mean.bars[0].axis.high})));
  EXPECT_EQ(mean.subtitle.find("RMS"), std::string::npos);  // that of the mean is not known
  EXPECT_NE(drawn(Shown2d::resistivity).subtitle.find("RMS 1.25"), std::string::npos);
  const Figure deviation = drawn(Shown2d::deviation);
  EXPECT_EQ(deviation.bars[0].axis.label, "Standard deviation of 5 models (decades)");
  EXPECT_EQ(deviation.bars[0].axis.low, 0);
  EXPECT_NEAR(deviation.bars[0].axis.high, 1.6, 1e-12);  // the tenth above 1.58
  EXPECT_TRUE(has(deviation, deviation.bars[0].colors.front()));
  EXPECT_EQ(drawn(Shown2d::low).bars[0].axis.label, "10 % of 5 models are below (\u03A9\u00B7m)");
  EXPECT_EQ(drawn(Shown2d::high).bars[0].axis.label, "90 % of 5 models are below (\u03A9\u00B7m)");

  // Of two ensembles the means are compared.
  inversion::Result2d other = with_ensemble();
  for (double& v : other.ensemble) v += 1;
  const auto ratio = log10_ratio(section_view(with_ensemble()), section_view(other), Shown2d::mean);
  for (double r : ratio) EXPECT_NEAR(r, 1, 1e-12);

  options.shown = Shown2d::deviation;
  EXPECT_EQ(message({section_view(small())}, options), "section: 'small' has no ensemble: invert with --ensemble 30");
  options.shown = Shown2d::sensitivity;
  EXPECT_EQ(message({section_view(small())}, options),
            "section: 'small' has no sensitivity: the inversion was not asked for it");
}

TEST(SectionFigure, AxesOfAnisotropyShareAScale) {
  inversion::Result2d r = small();
  r.model.resistivity_y = {100, 100, 100, 100, 3, 100};
  r.model.resistivity_z = {1e5, 1e5, 1e5, 1e5, 1e5, 1e5};
  SectionFigureOptions options;
  options.from = 0, options.to = 3000;
  std::vector<std::string> labels;
  for (const Shown2d shown : {Shown2d::resistivity, Shown2d::resistivity_y, Shown2d::resistivity_z}) {
    options.shown = shown;
    const Figure figure = section_figure({section_view(r)}, options);
    labels.push_back(figure.bars[0].axis.label);
    EXPECT_EQ(figure.bars[0].axis.low, 3);
    EXPECT_EQ(figure.bars[0].axis.high, 1e5);
  }
  EXPECT_EQ(labels, (std::vector<std::string>{"Resistivity along strike (\u03A9\u00B7m)",
                                              "Resistivity along the profile (\u03A9\u00B7m)",
                                              "Vertical resistivity (\u03A9\u00B7m)"}));
}

TEST(SectionFigure, ScalesOfResolutionAndSensitivityFollowTheirValues) {
  SectionFigureOptions options;
  options.shown = Shown2d::sensitivity;
  const Figure seen = section_figure({section_view(line())}, options);
  EXPECT_TRUE(seen.bars[0].axis.logarithmic);
  EXPECT_EQ(seen.bars[0].axis.label, "Sensitivity (1/km\u00B2)");
  options.shown = Shown2d::resolution;
  SectionView view = section_view(small());
  view.resolution = {0.01, 0.02, 0.15, 0.01, 0.02, 0.03};
  const Figure resolution = section_figure({view}, options);
  EXPECT_EQ(resolution.bars[0].axis.high, 0.2);
  view.resolution[0] = 0.9;
  EXPECT_EQ(section_figure({view}, options).bars[0].axis.high, 1);
}

TEST(SectionFigure, WhatLiesBelowTheDepthOfInvestigationIsVeiled) {
  SectionFigureOptions options;
  options.depth_limit = 10000;
  const auto pale = [](const Figure& f) {
    return std::count_if(f.panels[0].polygons.begin(), f.panels[0].polygons.end(),
                         [](const Polygon& p) { return p.opacity < 1; });
  };
  const Figure with = section_figure({section_view(line())}, options);
  EXPECT_GT(pale(with), 10);
  EXPECT_EQ(with.notes.at(0), "Hatched: below the depth of investigation (dashed).");
  options.show_depth_of_investigation = false;
  const Figure without = section_figure({section_view(line())}, options);
  EXPECT_EQ(pale(without), 0);
  EXPECT_TRUE(without.notes.empty());
}

TEST(SectionFigure, MistakesAreNamed) {
  const std::vector<SectionView> one = {section_view(small())};
  SectionFigureOptions o;
  EXPECT_EQ(message({}, o), "section: there is no section to draw");
  o.difference = true;
  EXPECT_EQ(message(one, o), "section: a difference is that of the resistivities of two sections, here are 1");
  o = {};
  o.shown = Shown2d::log10_resistivity_error;
  EXPECT_EQ(message(one, o), "section: 'small' has no standard errors: the inversion was not asked for them");
  o = {};
  o.minimum_resistivity = 100, o.maximum_resistivity = 10;
  EXPECT_EQ(message(one, o), "section: colours from 100 to 10 ohm m; the limits must ascend");
  o = {};
  o.from = 2000, o.to = 1000;
  EXPECT_EQ(message(one, o), "section: from 2000 to 1000 m along the profile; they must be finite and ascend");
  o = {};
  o.from = 1e9, o.to = 2e9;
  EXPECT_EQ(message(one, o),
            "section: from 1e+09 to 2e+09 m along the profile there is nothing; the section reaches from 0 to 3000 m");
  o = {};
  o.width = 10;
  EXPECT_EQ(message(one, o), "section: a picture of 10 x 0 pixels; both from 400 to 8000");
  o = {};
  o.depth_limit = -1;
  EXPECT_EQ(message(one, o), "section: depth limit -1 m; it must be positive, or 0 to be chosen");
  inversion::Result2d placeless = small();
  placeless.data.sites[0].y = NAN;
  EXPECT_THROW(section_view(placeless), std::invalid_argument);
}

TEST(SectionFigure, PixelsStandWhereTheModelHasThem) {
#ifndef TERRELLA_RENDER_BUILT
  GTEST_SKIP() << "this build has no terrella-render (CMake option TERRELLA_RENDER)";
#endif
  SectionFigureOptions options;
  options.depth_limit = 850, options.from = 0, options.to = 3000;
  options.minimum_resistivity = 1, options.maximum_resistivity = 1000;
  const Figure figure = section_figure({section_view(small())}, options);
  const std::string path = testing::TempDir() + "section_2d.png";
  write_figure(figure, path);
  const example::Picture picture = example::read_png(path);
  EXPECT_EQ(picture.width, figure.width);
  EXPECT_EQ(picture.height, figure.height);
  const FigurePanel& panel = figure.panels[0];
  const int bar = static_cast<int>(panel.right) + 10;
  const example::Box conductor = example::find(picture, {color_of(3, {1, 1000})}, bar);
  const double width = panel.right - panel.left;
  EXPECT_NEAR(conductor.left, panel.left + width / 3, 2);
  EXPECT_NEAR(conductor.right + 1, panel.left + 2 * width / 3, 2);
  EXPECT_EQ(conductor.count, conductor.area());
  // No seam between elements under a slope: below the ground and within the panel there is no white.
  int white = 0;
  for (int x = static_cast<int>(panel.left) + 3; x < static_cast<int>(panel.right) - 3; ++x)
    for (int y = picture.height - static_cast<int>(panel.bottom) - 3;; --y) {
      const double z =
          panel.y.low + (picture.height - y - panel.bottom) / (panel.top - panel.bottom) * (panel.y.high - panel.y.low);
      const double ground = 400 - 200 * (x - panel.left) / width * 3;
      if (z > ground - 25) break;
      white += picture.at(x, y) == Color{255, 255, 255};
    }
  EXPECT_EQ(white, 0);
}

TEST(SitesAbove, CrowdedNamesAreMovedApart) {
  EXPECT_EQ(moved_apart({10, 50, 90}, 17, 0, 100), (std::vector<double>{10, 50, 90}));
  const auto apart = moved_apart({50, 50, 51}, 17, 0, 100);
  EXPECT_NEAR(apart[1] - apart[0], 17, 1e-9);
  EXPECT_NEAR(apart[2] - apart[1], 17, 1e-9);
  EXPECT_NEAR((apart[0] + apart[1] + apart[2]) / 3, 151.0 / 3, 1e-9);  // least squares keep the mean
  const auto pushed = moved_apart({95, 99}, 17, 0, 100);
  EXPECT_EQ(pushed.back(), 100);
  std::vector<PlacedName> many;
  for (int i = 0; i < 200; ++i) many.push_back({"S" + std::to_string(i), 5.0 * i});
  const FigurePanel panel = names_panel(many, 0, 1000, 0);
  EXPECT_LE(panel.labels.size(), 1000 / 17u);
  EXPECT_GE(panel.labels.size(), 40u);
  for (std::size_t i = 1; i < panel.labels.size(); ++i)
    EXPECT_GE(panel.labels[i].at.x - panel.labels[i - 1].at.x, 16.99);
}

}  // namespace
}  // namespace terrella::viz
