#include "datasets/modem/model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "datasets/modem/covariance.h"
#include "tests/datasets/model/same.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

// Two cells along x (widths 10 and 20 from south to north), three along y, two layers. Rows of the file go from north
// to south, so the first number of the first row belongs to the northern cell of the first column.
const std::string small = R"(# by hand
 2 3 2 0 LOGE
 10 20
 1 2 3
 5 6

 1.0 0.0
 2.0 0.1
 3.0 0.2

 4.0 0.3
 5.0 0.4
 6.0 0.5

 -10 -3 -67
 12.5
)";

std::string message_of(const std::string& text) {
  try {
    parse_modem_model(text, "m.rho");
  } catch (const FormatError& error) { return error.what(); }
  return "";
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

void expect_round_trip(const ResistivityModel& model) {
  EXPECT_EQ(difference(model, parse_modem_model(modem_model_text(model), "back.rho")), "");
}

}  // namespace

TEST(ModemModel, RowsGoFromNorthToSouth) {
  const ResistivityModel model = parse_modem_model(small, "m.rho");
  const auto& mesh = std::get<Mesh3D>(model.mesh);
  EXPECT_EQ(mesh.x, (std::vector<double>{-10, 0, 20}));
  EXPECT_EQ(mesh.y, (std::vector<double>{-3, -2, 0, 3}));
  EXPECT_EQ(mesh.z, (std::vector<double>{-67, -62, -56}));
  EXPECT_EQ(mesh.rotation, 12.5);
  EXPECT_EQ(model.storage, Storage::ln_resistivity);
  const auto cell = [&](std::size_t i, std::size_t j, std::size_t k) { return model.resistivity[(k * 3 + j) * 2 + i]; };
  EXPECT_DOUBLE_EQ(cell(1, 0, 0), std::exp(1.0));  // north
  EXPECT_DOUBLE_EQ(cell(0, 0, 0), 1.0);            // south
  EXPECT_DOUBLE_EQ(cell(1, 2, 1), std::exp(6.0));
  EXPECT_DOUBLE_EQ(cell(0, 2, 1), std::exp(0.5));
  EXPECT_EQ(model.header, std::vector<std::string>{"by hand"});
  expect_round_trip(model);
}

TEST(ModemModel, ThreeWaysToStoreAndDefaults) {
  const ResistivityModel ten = parse_modem_model(replaced(small, "LOGE", "LOG10"), "m");
  EXPECT_DOUBLE_EQ(ten.resistivity[1], 10);
  expect_round_trip(ten);
  const std::string plain =
      replaced(replaced(replaced(small, "LOGE", "LINEAR"), "1.0 0.0", "1.0 7"), "-10 -3 -67\n 12.5\n", "\n");
  const ResistivityModel linear = parse_modem_model(plain, "m");
  EXPECT_DOUBLE_EQ(linear.resistivity[0], 7);
  const auto& mesh = std::get<Mesh3D>(linear.mesh);  // no origin: centred, top at 0
  EXPECT_EQ(mesh.x, (std::vector<double>{-15, -5, 15}));
  EXPECT_EQ(mesh.z, (std::vector<double>{0, 5, 11}));
  ResistivityModel conductive = linear;
  conductive.storage = Storage::ln_conductivity;
  EXPECT_EQ(parse_modem_model(modem_model_text(conductive), "m").storage, Storage::ln_resistivity);
}

TEST(ModemModel, TwoDimensions) {
  const ResistivityModel model = parse_modem_model("3 2 LOGE\n1 2 3\n5 6\n1\n0.1 0.2 0.3\n1 2 3\n", "m.rho");
  const auto& mesh = std::get<Mesh2D>(model.mesh);
  EXPECT_EQ(mesh.y, (std::vector<double>{0, 1, 3, 6}));
  EXPECT_EQ(mesh.z, (std::vector<double>{0, 5, 11}));
  EXPECT_DOUBLE_EQ(model.resistivity[2], std::exp(0.3));
  EXPECT_DOUBLE_EQ(model.resistivity[3], std::exp(1.0));
  expect_round_trip(model);
}

TEST(ModemModel, IsKnownByItsContent) {
  EXPECT_TRUE(looks_like_modem_model(small));
  EXPECT_TRUE(looks_like_modem_model("100  31 LOGE\n"));
  EXPECT_TRUE(looks_like_modem_model(" # \n 1 2 3 0 log10\r\n"));
  EXPECT_FALSE(looks_like_modem_model("# c\n1 2 3 0\n"));
  EXPECT_FALSE(looks_like_modem_model("100 31\n"));
  EXPECT_FALSE(looks_like_modem_model(""));
}

TEST(ModemModel, SaysWhatIsWrongAndWhere) {
  const auto has = [](const std::string& message, const std::string& part) {
    return message.find(part) != std::string::npos ? "" : message;
  };
  EXPECT_EQ(has(message_of(replaced(small, "10 20", "10 -20")), "m.rho:3: width of a cell along x: -20 m"), "");
  EXPECT_EQ(has(message_of(replaced(small, "2.0 0.1", "2.0 x")), "m.rho:8: resistivities: 'x'"), "");
  EXPECT_EQ(has(message_of(replaced(small, "2.0 0.1", "2.0 1000")), "m.rho:8: cell 4: 1000 as ln resistivity"), "");
  EXPECT_EQ(has(message_of(replaced(small, "2.0 0.1", "2.0")), "more than"), "");
  EXPECT_EQ(has(message_of(replaced(small, "2 3 2 0", "2 3 2000000 0")), "m.rho:2: 2000000 cells along an axis"), "");
  EXPECT_EQ(has(message_of(replaced(small, "2 3 2 0", "900000 900000 2 0")), "more than"), "");
  EXPECT_EQ(has(message_of(replaced(small, "2 3 2 0", "2 3 900 0")), "has only"), "");
  EXPECT_EQ(has(message_of(replaced(small, "LOGE", "LOGX")), "should be LOGE"), "");
  EXPECT_EQ(has(message_of(small + "more\n"), "text behind the rotation"), "");
  EXPECT_EQ(has(message_of(replaced(small, "-10 -3", "1e30 -3")), "is nothing beside"), "");
  EXPECT_EQ(has(message_of("# a\n"), "the file ends where the numbers of cells"), "");
  EXPECT_EQ(has(message_of("3 2 LOGE\n1 2 3\n5 6\n0.1 0.2 0.3\n1 2 3\n"), "m.rho:4: a line with one number"), "");
}

namespace {

std::string covariance_text(const std::string& end) {
  std::string text = "+---+\n| model covariance |\n";
  for (int i = 0; i < 13; ++i) text += "| header |\n";
  return text + "+---+\n\n2 3 2\n0.3 0.2\n0.1 0.1\n0.4\n\n1\n\n" + end;
}

}  // namespace

TEST(ModemCovariance, IsReadAndComesBack) {
  const ModelCovariance c =
      parse_modem_covariance(covariance_text("1\n2 4 0.\n\n1 1\n 1 2 3\n 4 5 6\n2 2\n0 0 9\n1 1 1\n"), "c.cov");
  EXPECT_EQ(c.cells, (std::array<std::size_t, 3>{2, 3, 2}));
  EXPECT_EQ(c.smoothing_x, (std::vector<double>{0.3, 0.2}));
  EXPECT_EQ(c.smoothing_z, 0.4);
  EXPECT_EQ(c.exceptions[0].second, 4);
  // Rows from north to south: [nz, ny, nx], x ascending to the north.
  EXPECT_EQ(c.area, (std::vector<std::int32_t>{4, 1, 5, 2, 6, 3, 1, 0, 1, 0, 1, 9}));
  const ModelCovariance back = parse_modem_covariance(modem_covariance_text(c), "back.cov");
  EXPECT_EQ(back.area, c.area);
  EXPECT_EQ(back.header, c.header);
  EXPECT_EQ(back.exceptions, c.exceptions);
  EXPECT_EQ(back.smoothing_y, c.smoothing_y);
  EXPECT_EQ(back.applications, 1);
  ModelCovariance odd = c;
  odd.header[0] = "\xef\xbb\xbf ";  // a byte order mark, behind which the line is blank
  EXPECT_EQ(parse_modem_covariance(modem_covariance_text(odd), "odd.cov").area, c.area);
  const ResistivityModel model = parse_modem_model(small, "m.rho");
  const ResistivityModel areas = with_areas(model, c);
  EXPECT_EQ(areas.kind[7], Cell::air);
  EXPECT_EQ(areas.kind[11], Cell::sea);
  EXPECT_EQ(areas.kind[0], Cell::free);
}

TEST(ModemCovariance, AnotherSizeThanTheModelIsRefused) {
  ModelCovariance c = parse_modem_covariance(covariance_text("0\n"), "c.cov");
  EXPECT_TRUE(c.area.empty());
  const ResistivityModel model = parse_modem_model(small, "m.rho");
  EXPECT_NO_THROW(expect_match(model, c));
  c.cells[2] = 3;
  try {
    expect_match(model, c);
    FAIL();
  } catch (const MeshError& error) {
    EXPECT_STREQ(error.what(), "the covariance c.cov is for 2 x 3 x 3 cells, but the model m.rho has 2 x 3 x 2");
  }
}

TEST(ModemCovariance, SaysWhatIsWrong) {
  const auto message = [](const std::string& end) -> std::string {
    try {
      parse_modem_covariance(covariance_text(end), "c.cov");
    } catch (const FormatError& error) { return error.what(); }
    return "";
  };
  EXPECT_NE(message("1\n").find("the file ends where an exception"), std::string::npos);
  EXPECT_NE(message("0\n1 3\n").find("last layer: 3 is not within 1 .. 2"), std::string::npos);
  EXPECT_NE(message("0\n1 1\n1 1 1\n1 1 1\n").find("layer 2 has no map"), std::string::npos);
  EXPECT_NE(message("0\n1 2\n1 1 1\n1 1 1\n2 2\n1 1 1\n1 1 1\n").find("second map"), std::string::npos);
  EXPECT_NE(message("0\n1 2\n1 1 1\n1 1.5 1\n").find("area 1.5"), std::string::npos);
  EXPECT_NE(message("x\n").find("not a whole number"), std::string::npos);
}
