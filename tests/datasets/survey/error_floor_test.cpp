#include "datasets/survey/error_floor.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace terrella;
using namespace terrella::datasets;

namespace {

Site example() {
  Site site;
  site.period = {1, 2};
  const double none = datasets::not_a_number;
  site.z = {{0.1, datasets::Complex(3, 4), datasets::Complex(0, -20), 0.2},
            {0.1, datasets::Complex(none, none), 20, 0.2}};
  site.z_error = {{0.01, 0.1, none, 0.3}, {0.01, none, 0.5, none}};
  site.tipper = {{0.1, 0.2}, {0.3, 0.4}};
  site.tipper_error = {{0.01, none}, {0.05, 0.02}};
  return site;
}

TEST(ErrorFloor, RaisesComponentsByTheirRuleAndKeepsIt) {
  // sqrt|Zxy Zyx| = sqrt(5 20) = 10 ohm at the first period; at the second Zxy is missing, so own sizes serve.
  const Site s = with_error_floor(example(), {.impedance = {0.02, 0.05, 0.05, 0}, .tipper = {0.02, 0.03}});
  EXPECT_NEAR(s.z_error[0][0], 0.2, 1e-15);
  EXPECT_NEAR(s.z_error[0][1], 0.5, 1e-15);
  EXPECT_NEAR(s.z_error[0][2], 0.5, 1e-15);
  EXPECT_EQ(s.z_error[0][3], 0.3);  // no floor
  EXPECT_EQ(s.z_error[1][0], 0.01);
  EXPECT_TRUE(std::isnan(s.z_error[1][1]));  // no datum
  EXPECT_NEAR(s.z_error[1][2], 1.0, 1e-15);
  EXPECT_TRUE(std::isnan(s.z_error[1][3]));
  EXPECT_EQ(s.tipper_error[0][0], 0.02);
  EXPECT_EQ(s.tipper_error[0][1], 0.03);
  EXPECT_EQ(s.tipper_error[1][0], 0.05);
  ASSERT_EQ(s.provenance.history.size(), 1);
  EXPECT_EQ(s.provenance.history[0], "error floor xx 2 %, xy 5 %, yx 5 % of sqrt|Zxy Zyx|, Tx 0.02, Ty 0.03");
}

TEST(ErrorFloor, OfItsOwnSize) {
  const Site s =
      with_error_floor(example(), {.impedance = {0.5, 0.05, 0.05, 0}, .reference = ErrorFloor::Reference::own});
  EXPECT_NEAR(s.z_error[0][0], 0.05, 1e-15);
  EXPECT_NEAR(s.z_error[0][1], 0.25, 1e-15);
  EXPECT_NEAR(s.z_error[0][2], 1.0, 1e-15);
  EXPECT_EQ(describe({}), "error floor none");
}

TEST(ErrorFloor, NegativeOnesAreRefused) {
  try {
    with_error_floor(example(), {.impedance = {0, -0.1, 0, 0}});
    ADD_FAILURE();
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "error floor: xy is -0.1; give 0 or a positive number");
  }
}

}  // namespace
