#include "datasets/coprod2/coprod2.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "tests/datasets/model/same.h"
#include "tests/datasets/observations/same.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const std::string data =
    "Format: MT2DData_1.0\n#Comments: by hand\nReceiver Location (m): 2\n# Y Z\n0 0\n100 -5\nFrequencies (Hz): 1\n 4\n"
    "DataType: Impedance\nDataComp: 2\nZXY\nZYX\nData Block: 2\n# rows\n1 1 1 0.1 0.2 0.01\n1 2 2 -0.1 -0.2 0.02\n";
const std::string model =
    "#Format: EM2DModelFile\n#Comments: by hand\nNY: 2\n10 20\nNAIR: 2\n100 300\nNZ: 3\n5 6 7\n"
    "Resistivity Type: Conductivity\nModel Type: Linear\n0.01 0.02\n0.1 0.2\n1 2\nOrigin (m): 10 0\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

void data_says(const std::string& text, const char* part) {
  try {
    parse_coprod2_data(text, "d.dat");
    FAIL() << part;
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

void model_says(const std::string& text, const char* part) {
  try {
    parse_coprod2_model(text, "m.mod");
    FAIL() << part;
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

}  // namespace

TEST(Coprod2, DataAreReadAndComeBack) {
  const Observations o = parse_coprod2_data(data, "d.dat");
  EXPECT_EQ(o.rows[0].quantity, Quantity::z_te);
  EXPECT_EQ(o.rows[0].period, 0.25);
  EXPECT_EQ(o.rows[1].quantity, Quantity::z_tm);
  EXPECT_EQ(o.rows[1].site, 1U);
  EXPECT_EQ(o.sites[1].z, -5);
  EXPECT_EQ(difference(o, parse_coprod2_data(coprod2_data_text(o), "back")), "");
  EXPECT_TRUE(looks_like_coprod2_data(data));
  EXPECT_FALSE(looks_like_coprod2_data(model));
  Observations phases = o;
  phases.rows[0].quantity = Quantity::phase_te;
  phases.rows[0].value = 1;
  EXPECT_THROW(coprod2_data_text(phases), std::invalid_argument);
}

TEST(Coprod2, ASurveyIsWrittenAlongItsLine) {
  Survey survey;
  for (const double longitude : {10.0, 10.1}) {
    Site site;
    site.name = longitude == 10.0 ? "west" : "east";
    site.latitude = 45;
    site.longitude = longitude;
    site.period = {1};
    site.z = {{Complex(0, 0), Complex(1e-3, 1e-3), Complex(-2e-3, -2e-3), Complex(0, 0)}};
    site.z_error = {{1e-4, 1e-4, 1e-4, 1e-4}};
    survey.sites.push_back(site);
  }
  const Observations o = parse_coprod2_data(coprod2_survey_text(survey), "line");
  ASSERT_EQ(o.rows.size(), 4U);
  EXPECT_EQ(o.rows[0].quantity, Quantity::z_te);
  EXPECT_LT(std::abs(o.rows[0].value - Complex(1e-3, 1e-3)), 1e-6);  // the line runs east, a little off at its latitude
  EXPECT_LT(std::abs(o.rows[1].value - Complex(-2e-3, -2e-3)), 1e-6);
  EXPECT_NEAR(o.sites[1].y, 7886, 10);
}

TEST(Coprod2, ModelIsReadAndComesBack) {
  const ResistivityModel m = parse_coprod2_model(model, "m.mod");
  EXPECT_EQ(std::get<Mesh2D>(m.mesh).y, (std::vector<double>{-10, 0, 20}));
  EXPECT_EQ(m.resistivity, (std::vector<double>{100, 50, 10, 5, 1, 0.5}));
  EXPECT_EQ(m.entries.at("air"), "100 300");
  EXPECT_EQ(m.storage, Storage::conductivity);
  EXPECT_EQ(difference(m, parse_coprod2_model(coprod2_model_text(m), "back")), "");
  EXPECT_TRUE(looks_like_coprod2_model(model));
}

TEST(Coprod2, SaysWhatIsWrongAndWhere) {
  data_says(replaced(data, "Impedance", "Rho_Pha"), "d.dat:9: data type 'Rho_Pha'");
  data_says(replaced(data, "1 2 2 -0.1", "1 3 2 -0.1"), "d.dat:16: number of the receiver: 3 is not within 1 .. 2");
  data_says(replaced(data, "1 2 2 -0.1", "1 1 1 -0.1"), "d.dat:16: this datum stands in line 15 too");
  data_says(replaced(data, "0.02\n", "0\n"), "error 0 is not positive");
  data_says(replaced(data, "Data Block: 2", "Data Block: 3"), "the file ends where a row of data");
  data_says(replaced(data, "(Hz): 1", "(Hz): 900000"), "900000 are announced");
  data_says(replaced(data, "\n 4\n", "\n -4\n"), "frequency -4 Hz");
  data_says(replaced(data, "ZYX\n", "ZYY\n"), "component 'ZYY'");
  data_says("Format: MT2DData_1.0\n", "there is no 'Data Block'");
  model_says(replaced(model, "NZ: 3", "NZ: 4"), "m.mod:9: width of a cell along z: 'Resistivity' is not a number");
  model_says(replaced(model, "Conductivity", "Impedivity"), "m.mod:9: 'IMPEDIVITY' should be");
  model_says(replaced(model, "0.1 0.2", "0.1 0"), "m.mod:12: cell 4: 0 as conductivity");
  model_says(replaced(model, "Model Type: Linear", "Model Type: cubic"), "should be LINEAR or LOG");
  model_says(replaced(model, "NY: 2\n10 20\n", ""), "NY, NZ and Resistivity Type");
}

TEST(Coprod2, RealFilesAreReadAndComeBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Observations o = read_coprod2_data(folder + "/coprod2/coprod2data.dat");
  EXPECT_EQ(o.sites.size(), 20U);
  EXPECT_EQ(o.rows.size(), 470U);
  EXPECT_EQ(difference(o, parse_coprod2_data(coprod2_data_text(o), "back")), "");
  for (const Observation& row : o.rows)  // the quadrants of exp(+i w t), TE in the first and TM in the third
    EXPECT_EQ(row.value.real() > 0, row.quantity == Quantity::z_te);
  EXPECT_EQ(survey_of(o).survey.sites.size(), 20U);
  const ResistivityModel m = read_coprod2_model(folder + "/coprod2/coprod2.mod");
  const auto& mesh = std::get<Mesh2D>(m.mesh);
  EXPECT_EQ(mesh.ny(), 76U);
  EXPECT_EQ(mesh.nz(), 45U);
  EXPECT_EQ(mesh.y.front(), -1024000);
  EXPECT_EQ(m.resistivity[0], 100);
  EXPECT_EQ(difference(m, parse_coprod2_model(coprod2_model_text(m), "back")), "");
}
