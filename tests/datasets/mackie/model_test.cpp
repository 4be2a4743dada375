#include "datasets/mackie/model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/datasets/model/same.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const std::string small =
    "2 3 3 7 VALUES LOGE\n10 20\n1 2 3\n5 6 7\n1 2\n0.1 0.2\n0.3 0.4\n0.5 0.6\n3\n1 2\n3 4\n5 6\n"
    "ModEM\nsite\n1 1\n-0.01 -0.003 0.5\n12.5\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST(MackieModel, XAscendsFastestAndTheOriginIsInKilometres) {
  const ResistivityModel model = parse_mackie_model(small, "m.out");
  const auto& mesh = std::get<Mesh3D>(model.mesh);
  EXPECT_EQ(mesh.x, (std::vector<double>{-10, 0, 20}));
  EXPECT_EQ(mesh.z, (std::vector<double>{500, 505, 511, 518}));
  EXPECT_EQ(mesh.rotation, 12.5);
  EXPECT_DOUBLE_EQ(model.resistivity[1], std::exp(0.2));
  EXPECT_DOUBLE_EQ(model.resistivity[6], std::exp(0.1));  // layer 2 is layer 1
  EXPECT_DOUBLE_EQ(model.resistivity[17], std::exp(6.0));
  EXPECT_EQ(model.entries.at("air layers"), "7");
  EXPECT_EQ(difference(model, parse_mackie_model(mackie_model_text(model), "back")), "");
}

TEST(MackieModel, WithoutEndItBeginsAtZeroAndWithWinglinkItSaysSo) {
  const std::string bare = small.substr(0, small.find("ModEM"));
  const ResistivityModel model = parse_mackie_model(bare, "m.out");
  EXPECT_EQ(std::get<Mesh3D>(model.mesh).x.front(), 0);
  EXPECT_EQ(difference(model, parse_mackie_model(mackie_model_text(model), "back")), "");
  const ResistivityModel winglink = parse_mackie_model(replaced(small, "ModEM", "WINGLINK"), "m.out");
  EXPECT_EQ(winglink.repairs.at(0).rule, "axes-as-modem");
  EXPECT_EQ(difference(winglink, parse_mackie_model(mackie_model_text(winglink), "back")), "");
  EXPECT_TRUE(looks_like_mackie_model(small));
  EXPECT_FALSE(looks_like_mackie_model("2 3 3 7 LOGE\n"));
}

TEST(MackieModel, SaysWhatIsWrongAndWhere) {
  const auto says = [](const std::string& text, const char* part) {
    try {
      parse_mackie_model(text, "m.out");
      FAIL() << part;
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  says(replaced(small, "VALUES", "MAPS"), "m.out:1: 'nx ny nz n VALUES'");
  says(replaced(small, "LOGE", "LOGX"), "should be LOGE");
  says(replaced(small, "\n3\n1 2\n", "\n2\n1 2\n"), "layer 2 where 3 should follow");
  says(replaced(small, "0.3 0.4", "0.3"), "layer 1 where 3 should follow");
  says(replaced(small, "ModEM", "17 18"), "more numbers than the layers have");
  says(replaced(small, "-0.01 -0.003 0.5", "-0.01 -0.003"),
       "the origin in km should be three numbers in a line, found 2");
  says(replaced(small, "10 20", "10 0"), "m.out:2: width of a cell along x: 0 m");
  says(small + "x\n", "text behind the rotation");
}
