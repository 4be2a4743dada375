#include "datasets/wsinv3dmt/data.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"
#include "tests/datasets/observations/same.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const std::string small =
    "2 1 4\nStation_Location: N-S\n100 -100\nStation_Locations: E-W\n5.0\n6.0\n"
    "DATA_Period: 1.0\n 0.02 -0.02 -0.02 0.02\n 0.03 -0.01 -0.03 0.01\n"
    "ERROR_Period: 1.0\n 0.001 0.002 0.001 0.001\n 0.001 0.001 0.001 0.001\n"
    "ERMAP_Period: 1.0\n 1 1 2 2\n 1 1 9999 1\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string message_of(const std::string& text) {
  try {
    parse_wsinv3dmt_data(text, "d.dat");
  } catch (const FormatError& error) { return error.what(); }
  return "";
}

}  // namespace

TEST(WsData, ReadsWhatStandsThere) {
  const Observations o = parse_wsinv3dmt_data(small, "d.dat");
  ASSERT_EQ(o.rows.size(), 4U);
  EXPECT_EQ(o.sites[1].x, -100);
  EXPECT_EQ(o.sites[1].y, 6);
  EXPECT_EQ(o.rows[0].quantity, Quantity::zxy);
  EXPECT_EQ(o.rows[0].value, Complex(0.02, 0.02));  // exp(-i w t) in the file
  EXPECT_EQ(o.rows[0].error, 0.001);
  EXPECT_EQ(o.rows[0].error_imaginary, 0.002);
  EXPECT_EQ(o.rows[1].error, 0.002);  // twice by the map
  EXPECT_TRUE(o.rows[3].masked);
  EXPECT_EQ(o.rows[3].error, 0.001);
  EXPECT_EQ(difference(o, parse_wsinv3dmt_data(wsinv3dmt_data_text(o), "back")), "");
  EXPECT_TRUE(looks_like_wsinv3dmt_data(small));
  EXPECT_FALSE(looks_like_wsinv3dmt_data("2 1 4\n1 2\n"));
}

TEST(WsData, TheOtherSignIsSeenInTheQuadrants) {
  const std::string plus = replaced(replaced(small, "0.02 -0.02 -0.02 0.02", "0.02 0.02 -0.02 -0.02"),
                                    "0.03 -0.01 -0.03 0.01", "0.03 0.01 -0.03 -0.01");
  const Observations o = parse_wsinv3dmt_data(plus, "d.dat");
  EXPECT_EQ(o.rows[0].value, Complex(0.02, 0.02));
  EXPECT_EQ(o.provenance.repairs.at(0).rule, "sign-by-quadrant");
}

TEST(WsData, SaysWhatIsWrongAndWhere) {
  const auto says = [](const std::string& text, const char* part) {
    const std::string message = message_of(text);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says(replaced(small, "2 1 4", "2 1 5"), "d.dat:1: 5 responses");
  says(replaced(small, "2 1 4", "2 1"), "d.dat:1: the numbers of sites");
  says(replaced(small, "2 1 4", "2000 1000 4"), "d.dat:1: 2000 sites");
  says(replaced(small, "100 -100", "100"), "'Station_Locations:' is not a number");
  says(replaced(small, "ERROR_Period: 1.0", "ERROR_Period: 2.0"), "d.dat:10: ERROR_Period 2 s where 1 s");
  says(replaced(small, "DATA_Period: 1.0", "DATA_Period: -1"), "d.dat:7: period -1 s");
  says(replaced(small, "0.001 0.002", "-0.001 0.002"), "d.dat:11: ERROR_Period: negative value -0.001");
  says(replaced(small, "9999 1", "9999"), "the file ends after");
  says(small + "more", "text behind the last table");
}

TEST(WsData, RealFileIsReadAndComesBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Observations o = read_wsinv3dmt_data(folder + "/pymt-ws-modem/testfile_WS.data");
  EXPECT_EQ(o.sites.size(), 106U);
  EXPECT_EQ(periods_of(o).size(), 12U);
  EXPECT_EQ(o.rows.size(), 106U * 12 * 4);
  EXPECT_EQ(o.blocks[0].sign, "-");
  ASSERT_EQ(o.provenance.repairs.size(), 1U);  // 96 numbers of 0 stand among the errors
  EXPECT_EQ(o.provenance.repairs[0].detail, "48 data with errors of 0, which would weigh without end: masked");
  EXPECT_EQ(difference(o, parse_wsinv3dmt_data(wsinv3dmt_data_text(o), "back")), "");
  // First row of the file: Zxy = 0.6727 - 0.422i ohm at 5.2083 ms.
  EXPECT_EQ(o.rows[1].value, Complex(0.6727, 0.422));
  const double rho = std::norm(o.rows[1].value) * 5.2083e-3 / (2 * pi * mu_0);
  EXPECT_NEAR(rho, 416, 1);  // a plausible earth: the unit is ohm
  std::size_t masked = 0;
  for (const Observation& row : o.rows) masked += row.masked;
  EXPECT_GE(masked, 48U);
  EXPECT_TRUE(survey_of(o).lost.size() == 1);  // places known in x and y only
}

TEST(WsData, WhatIsNotThereIsMaskedWithoutErrorsToo) {
  Observations o = parse_wsinv3dmt_data(small, "d.dat");
  for (Observation& row : o.rows) {
    row.error = row.error_imaginary = not_a_number;
    row.masked = false;
  }
  o.rows.pop_back();  // Zyx of the second site
  const Observations back = parse_wsinv3dmt_data(wsinv3dmt_data_text(o), "back");
  ASSERT_EQ(back.rows.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(back.rows[i].masked, i == 3);
}
