#include "datasets/wsinv3dmt/model.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/datasets/model/same.h"

using namespace terrella;
using namespace terrella::datasets;

TEST(WsModel, IndicesOfResistivities) {
  // Rows of the map go from north to south, columns to the east; layers 1 and 2 share one.
  const ResistivityModel model = parse_wsinv3dmt_model(
      "# by hand\n2 3 3 2\n10 20\n1 2 3\n5 6 7\n100. 0.3\n1 2\n1 1 2\n1 2 1\n3 3\n2 2 2\n1 1 1\n", "init");
  const auto cell = [&](std::size_t i, std::size_t j, std::size_t k) { return model.resistivity[(k * 3 + j) * 2 + i]; };
  EXPECT_EQ(cell(1, 2, 0), 0.3);
  EXPECT_EQ(cell(0, 1, 0), 0.3);
  EXPECT_EQ(cell(0, 1, 1), 0.3);
  EXPECT_EQ(cell(0, 0, 0), 100);
  EXPECT_EQ(cell(1, 0, 2), 0.3);
  EXPECT_EQ(cell(0, 0, 2), 100);
  EXPECT_EQ(std::get<Mesh3D>(model.mesh).x.front(), -15);
  EXPECT_EQ(difference(model, parse_wsinv3dmt_model(wsinv3dmt_model_text(model), "back")), "");
}

TEST(WsModel, AHalfSpaceNeedsNoMap) {
  const ResistivityModel model = parse_wsinv3dmt_model("# a\n2 1 1 1\n10 20\n1\n5\n100\n", "init");
  EXPECT_EQ(model.resistivity, (std::vector<double>{100, 100}));
  EXPECT_THROW(parse_wsinv3dmt_model("# a\n2 1 1 2\n10 20\n1\n5\n100 200\n", "init"), FormatError);
  EXPECT_THROW(parse_wsinv3dmt_model("# a\n2 1 1 2\n10 20\n1\n5\n100 200\n1 1\n1\n3\n", "init"), FormatError);
  EXPECT_THROW(parse_wsinv3dmt_model("# a\n100000 10000 10 1\n10 20\n1\n5\n100\n", "init"), FormatError);
}

TEST(WsModel, ValuesAreReversedAlongX) {
  const ResistivityModel model = parse_wsinv3dmt_model("# a\n2 1 1 0\n10 20\n1\n5\n7 8\n", "m");
  EXPECT_EQ(model.resistivity, (std::vector<double>{8, 7}));
  EXPECT_TRUE(looks_like_wsinv3dmt_model("# a\n2 1 1 0\n"));
  EXPECT_FALSE(looks_like_wsinv3dmt_model("# a\n2 1 1 0 LOGE\n"));
}

TEST(WsModel, RefusesWhatTheFormatCannotSay) {
  ResistivityModel model = parse_wsinv3dmt_model("# a\n2 1 1 0\n10 20\n1\n5\n7 8\n", "m");
  std::get<Mesh3D>(model.mesh).z = {1, 6};
  EXPECT_THROW(wsinv3dmt_model_text(model), std::invalid_argument);
  std::get<Mesh3D>(model.mesh).z = {0, 5};
  EXPECT_NO_THROW(wsinv3dmt_model_text(model));
  std::get<Mesh3D>(model.mesh).rotation = 3;
  EXPECT_THROW(wsinv3dmt_model_text(model), std::invalid_argument);
  model.mesh = Mesh2D{{0, 1, 2}, {0, 1}};
  EXPECT_THROW(wsinv3dmt_model_text(model), std::invalid_argument);
}
