#include "inversion/mt2d/result.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inversion/mt2d/example.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

std::string message(const Result2d& result) {
  try {
    validate(result);
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "accepted";
}

TEST(Result2d, ResidualsAreInErrorsAndPhasesGoTheShortWayRound) {
  const auto r = residuals(tests::odd_result_2d());
  ASSERT_EQ(r.size(), 6u);
  EXPECT_NEAR(r[0].real(), 1, 1e-12);  // (1.1e-3 - 1e-3) / 1e-4
  EXPECT_EQ(r[0].imag(), 0);
  EXPECT_EQ(r[1].real(), 0);
  EXPECT_NEAR(r[1].imag(), 1, 1e-12);    // by the error of the imaginary part
  EXPECT_NEAR(r[2].real(), 1, 1e-12);    // -179 - 179 degrees are 2
  EXPECT_NEAR(r[3].real(), -2, 1e-12);   // a logarithm, not wrapped
  EXPECT_TRUE(std::isnan(r[4].real()));  // masked
  EXPECT_NEAR(r[5].imag(), -1, 1e-12);
}

TEST(Result2d, RmsCountsRealNumbersOfWhatWasFitted) {
  const Result2d result = tests::odd_result_2d();
  const auto sites = rms_of_sites(result), periods = rms_of_periods(result);
  ASSERT_EQ(sites.size(), 3u);
  EXPECT_NEAR(sites[0], std::sqrt(2.0 / 4), 1e-12);
  EXPECT_NEAR(sites[1], std::sqrt(5.0 / 2), 1e-12);
  EXPECT_NEAR(sites[2], std::sqrt(1.0 / 2), 1e-12);
  ASSERT_EQ(periods.size(), 3u);
  EXPECT_NEAR(periods[0], std::sqrt(2.0 / 4), 1e-12);
  EXPECT_NEAR(periods[1], std::sqrt(2.0 / 3), 1e-12);
  EXPECT_NEAR(periods[2], 2, 1e-12);
  Result2d none = result;
  for (auto& row : none.data.rows) row.masked = row.masked || row.site == 1;
  EXPECT_TRUE(std::isnan(rms_of_sites(none)[1]));
  EXPECT_TRUE(std::isnan(rms_of_periods(none)[2]));
}

TEST(Result2d, WhatDisagreesIsNamed) {
  EXPECT_EQ(message(tests::odd_result_2d()), "accepted");
  const auto changed = [](const auto& change) {
    Result2d result = tests::odd_result_2d();
    change(result);
    return message(result);
  };
  EXPECT_EQ(message({}), "result: a section of 0 rows and 0 columns; at least one of each is needed");
  EXPECT_EQ(changed([](Result2d& r) { r.model.z.pop_back(); }), "result: model.z has 11 values instead of 12");
  EXPECT_EQ(changed([](Result2d& r) { r.model.sensitivity.pop_back(); }),
            "result: model.sensitivity has 5 values instead of 6");
  EXPECT_EQ(changed([](Result2d& r) { r.model.z[4] = -200; }),
            "result: model.z is -200 m at node 1 of line 0; it must be finite and increase downwards");
  EXPECT_EQ(changed([](Result2d& r) { r.model.y[1] = -2000; }),
            "result: model.y is -2000 m at line 1; it must be finite and ascend");
  EXPECT_EQ(changed([](Result2d& r) { r.model.resistivity[2] = 0; }),
            "result: model.resistivity of element 2 is 0 ohm m; it must be positive and finite");
  EXPECT_EQ(changed([](Result2d& r) { r.model.cell[0] = -2; }),
            "result: model.cell of element 0 is -2; -1 is the least");
  EXPECT_EQ(changed([](Result2d& r) { r.predicted.clear(); }), "result: predicted has 0 values instead of 6");
  EXPECT_EQ(changed([](Result2d& r) { r.static_shift.pop_back(); }), "result: static_shift has 5 values instead of 6");
  EXPECT_EQ(changed([](Result2d& r) { r.history.pop_back(); }), "result: models has 12 values instead of 6");
  EXPECT_EQ(changed([](Result2d& r) { r.ensemble.pop_back(); }),
            "result: ensemble has 17 values, which are no whole number of sections of 6 elements");
  EXPECT_NE(changed([](Result2d& r) { r.data.rows[0].site = 9; }).find("site 9 of 3"), std::string::npos);
}

}  // namespace
