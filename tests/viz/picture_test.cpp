#include "viz/picture.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "example.h"
#include "pixels.h"
#include "viz/color.h"

namespace terrella::viz {
namespace {

using example::find;
using example::read_png;

std::string path(const std::string& name) { return testing::TempDir() + name; }

class Picture : public testing::Test {
 protected:
  void SetUp() override {
#ifndef TERRELLA_RENDER_BUILT
    GTEST_SKIP() << "this build has no terrella-render (CMake option TERRELLA_RENDER)";
#endif
  }
};

constexpr int color_bar = 1600 - 180;  // nothing of the panel lies right of it

TEST_F(Picture, CellsStandWhereTheModelHasThemInTheColoursOfTheMap) {
  // 3 ohm m below sites 3 and 4 of 10, layers 1 and 2 of 5, all of 1 km; the rest 100.
  inversion::Result result = example::line(10, 5);
  result.model.thickness.assign(10 * 4, 1000.0);
  for (std::size_t s : {2, 3})
    for (std::size_t k : {1, 2}) result.model.resistivity[s * 5 + k] = 3;
  SectionOptions options;
  options.depth_limit = 4500;
  options.minimum_resistivity = 1;
  options.maximum_resistivity = 1000;
  options.show_depth_of_investigation = false;
  EXPECT_EQ(plot_section(result, path("cells.png"), options), path("cells.png"));
  const example::Picture picture = read_png(path("cells.png"));
  EXPECT_EQ(picture.width, 1600);
  EXPECT_EQ(picture.height, 900);
  const Color block_color = color_of(3, {1, 1000}), background = color_of(100, {1, 1000});
  const example::Box block = find(picture, {block_color}, color_bar),
                     panel = find(picture, {block_color, background}, color_bar);
  // Ten equal columns, 4.5 km of depth. Two pixels: the frame covers one on each side, and cells end at whole pixels.
  const double width = panel.right + 1 - panel.left, height = panel.bottom + 1 - panel.top;
  EXPECT_GT(width, 1000);
  EXPECT_GT(height, 500);
  EXPECT_NEAR(block.left, panel.left + 0.2 * width, 2);
  EXPECT_NEAR(block.right + 1, panel.left + 0.4 * width, 2);
  EXPECT_NEAR(block.top, panel.top + height / 4.5, 2);
  EXPECT_NEAR(block.bottom + 1, panel.top + height * 3 / 4.5, 2);
  EXPECT_EQ(block.count, block.area());  // one whole rectangle of exactly that colour
}

TEST_F(Picture, WhatLiesBelowTheDepthOfInvestigationIsVeiled) {
  inversion::Result result = example::line(2, 1);
  result.model.depth_of_investigation = {2000, 3000};
  SectionOptions options;
  options.depth_limit = 4000;
  options.minimum_resistivity = 1;
  options.maximum_resistivity = 1000;
  options.show_depth_of_investigation = false;
  plot_section(result, path("bare.png"), options);
  options.show_depth_of_investigation = true;
  plot_section(result, path("veiled.png"), options);
  const Color color = color_of(100, {1, 1000});
  const example::Box panel = find(read_png(path("bare.png")), {color}, color_bar);
  const example::Picture picture = read_png(path("veiled.png"));
  const example::Box clear = find(picture, {color}, color_bar);
  EXPECT_EQ(clear.left, panel.left);
  EXPECT_EQ(clear.right, panel.right);
  // The veiled picture has a note more, so its panel is lower; the ratio tells. Columns: left 2 of 4 km, right 3 of 4.
  int left = 0, right = 0;
  for (int y = 0; y < picture.height; ++y) {
    left += picture.at(panel.left + 100, y) == color;
    right += picture.at(panel.right - 100, y) == color;
  }
  EXPECT_NEAR(double(left) / right, 2.0 / 3.0, 0.02);
}

TEST_F(Picture, OneDeepSiteDoesNotSetTheDepth) {
  inversion::Result result = example::line(5, 1);
  result.model.depth_of_investigation = {1000, 1000, 90000, 1000, 1000};
  plot_section(result, path("deep.png"));
  const example::Picture picture = read_png(path("deep.png"));
  // Twice the median: half of the first column is veiled, nothing of the third.
  const Color color = color_of(100, {10, 1000});
  const example::Box panel = find(picture, {color}, color_bar);
  int first = 0, third = 0;
  for (int y = 0; y < picture.height; ++y) {
    first += picture.at(panel.left + 100, y) == color;
    third += picture.at((panel.left + panel.right) / 2, y) == color;
  }
  EXPECT_NEAR(double(first) / third, 0.5, 0.02);
}

TEST_F(Picture, MissingResistivitiesAreGreyAndNoted) {
  inversion::Result result = example::line(4, 3);
  for (std::size_t k = 0; k < 3; ++k) result.model.resistivity[1 * 3 + k] = NAN;
  result.model.depth_of_investigation.assign(4, NAN);
  plot_section(result, path("missing.png"));
  const example::Picture picture = read_png(path("missing.png"));
  const example::Box grey = find(picture, {missing_color}),
                     panel = find(picture, {missing_color, color_of(100, {10, 1000})}, color_bar);
  EXPECT_NEAR(grey.right + 1 - grey.left, (panel.right + 1 - panel.left) / 4.0, 3);
  EXPECT_NEAR(grey.left, panel.left + (panel.right + 1 - panel.left) / 4.0, 3);
}

TEST_F(Picture, AllKindsOfSurveysGiveOne) {
  inversion::Result hostile = example::line(5, 4);
  hostile.survey.name = "title\nwith \"quotes\" ../ \xff\x01 and no end " + std::string(500, 'x');
  const char* names[] = {"../../etc/passwd", "two\nlines", "\xff\xfe", "\"quoted\"",
                         "a name longer than any column can be wide"};
  for (int i = 0; i < 5; ++i) hostile.survey.sites[i].name = hostile.fits[i].site = names[i];
  inversion::Result many = example::line(200, 30), one = example::line(1, 1), bare = example::line(3, 2);
  bare.fits.clear();
  bare.model.depth_of_investigation.clear();
  bare.survey.sites[1].latitude = NAN;
  int i = 0;
  for (const inversion::Result* result : {&hostile, &many, &one, &bare}) {
    plot_section(*result, path("kind.png"));
    const example::Picture picture = read_png(path("kind.png"));
    EXPECT_EQ(picture.width, 1600) << i;
    EXPECT_GT(find(picture, {color_of(100, {10, 1000})}, color_bar).count, 100000) << i;
    ++i;
  }
}

TEST_F(Picture, SectionOfARealisticLine) {
  plot_section(example::basin(), path("basin.png"));
  // Over a hundred different colours: cells of all shades, not an empty frame.
  const example::Picture picture = read_png(path("basin.png"));
  std::vector<Color> colors;
  for (int x = 150; x < 1400; x += 10)
    for (int y = 200; y < 780; y += 10) colors.push_back(picture.at(x, y));
  std::sort(colors.begin(), colors.end());
  EXPECT_GT(std::unique(colors.begin(), colors.end()) - colors.begin(), 100);
}

TEST_F(Picture, ResponsesShowDataAndFit) {
  const inversion::Result result = example::basin();
  ResponseOptions options;
  options.sites = {"BAS09"};
  EXPECT_EQ(plot_response(result, path("site.png"), options), std::vector<std::string>{path("site.png")});
  const example::Picture picture = read_png(path("site.png"));
  const Color data{31, 73, 125}, fit{204, 52, 38};
  const example::Box points = find(picture, {data}), line = find(picture, {fit}, 900);
  EXPECT_GT(points.count, 500);
  EXPECT_GT(line.count, 500);
  // The fit runs from the first to the last of 45 periods, in both panels, as the points do, wider by their radius.
  EXPECT_NEAR(line.left, points.left, 12);
  EXPECT_NEAR(line.right, points.right, 12);
  EXPECT_GT(line.bottom - line.top, 400);

  EXPECT_EQ(plot_response(result, path("sheet.png")).size(), 1u);
  const example::Picture sheet = read_png(path("sheet.png"));
  EXPECT_GT(find(sheet, {fit}).right, sheet.width * 0.9);
  EXPECT_GT(find(sheet, {fit}).bottom, sheet.height * 0.85);
}

TEST_F(Picture, ManySitesMakeSeveralSheets) {
  inversion::Result result = example::line(31, 2);
  example::add_data(result, 5);
  result.fits[2].observed[1] = NAN;
  result.fits[3].error[1] = NAN;
  const auto paths = plot_response(result, path("many.png"));
  ASSERT_EQ(paths, (std::vector<std::string>{path("many.png"), path("many-2.png")}));
  for (const auto& file : paths) EXPECT_GT(read_png(file).height, 400);
}

TEST(PictureOptions, MistakesAreNamed) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& error) { return error.what(); }
    return "no error";
  };
  const inversion::Result result = example::line(2, 2);
  const std::string file = path("never.png");
  SectionOptions section;
  section.width = 40;
  EXPECT_EQ(message([&] { plot_section(result, file, section); }),
            "plot_section: a picture of 40 x 900 pixels; both from 400 to 8000");
  section = {};
  section.minimum_resistivity = 100;
  section.maximum_resistivity = 10;
  EXPECT_EQ(message([&] { plot_section(result, file, section); }),
            "plot_section: colours from 100 to 10 ohm m; the limits must be positive and ascend");
  section = {};
  section.depth_limit = -5;
  EXPECT_EQ(message([&] { plot_section(result, file, section); }),
            "plot_section: depth_limit -5 m; it must be positive, or 0 to be chosen");
  ResponseOptions response;
  response.sites = {"S009"};
  EXPECT_EQ(message([&] { plot_response(result, file, response); }),
            "plot_response: no site 'S009' in the result, which has: S001, S002");
  inversion::Result wrong = example::line(1, 3);
  wrong.model.thickness.pop_back();
  EXPECT_EQ(message([&] { plot_response(wrong, file); }),
            "plot_response: a model of 1 sites and 3 layers has 3 resistivities, 1 thicknesses, 1 depths");
  EXPECT_EQ(message([&] { plot_response({}, file); }),
            "plot_response: the result has no fits; there is nothing to show");
  EXPECT_EQ(message([&] { write_vtk(result, "folder/"); }), "write_vtk: 'folder/' names no file");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(Colors, RedIsConductiveAndLightnessHasOnePeak) {
  const ColorLimits limits{1, 1000};
  EXPECT_EQ(color_of(1, limits), resistivity_colors.front());
  EXPECT_EQ(color_of(1e-5, limits), resistivity_colors.front());
  EXPECT_EQ(color_of(1000, limits), resistivity_colors.back());
  EXPECT_EQ(color_of(1e9, limits), resistivity_colors.back());
  EXPECT_EQ(color_of(std::pow(10, 1.5), limits), resistivity_colors[4]);
  EXPECT_EQ(color_of(NAN, limits), missing_color);
  EXPECT_EQ(color_of(-1, limits), missing_color);
  EXPECT_GT(color_of(2, limits)[0], color_of(2, limits)[2]);
  EXPECT_LT(color_of(500, limits)[0], color_of(500, limits)[2]);
  // Relative luminance of sRGB (IEC 61966-2-1).
  const auto luminance = [](const Color& color) {
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color[0] / 255.0) + 0.7152 * linear(color[1] / 255.0) + 0.0722 * linear(color[2] / 255.0);
  };
  for (int i = 1; i < 9; ++i) {
    const double before = luminance(resistivity_colors[i - 1]), after = luminance(resistivity_colors[i]);
    if (i <= 4)
      EXPECT_GT(after, before) << i;
    else
      EXPECT_LT(after, before) << i;
  }
}

}  // namespace
}  // namespace terrella::viz
