#include "elec/strike/axes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace terrella::elec;

TEST(MeanDirection, KnowsThatDirectionsRepeat) {
  const MeanDirection axis = mean_direction({88, -88, 90, 89}, {1, 1, 1, 1}, 180);
  EXPECT_NEAR(std::remainder(axis.angle - 89.75, 180), 0, 0.01);
  EXPECT_GT(axis.length, 0.99);
  const MeanDirection strike = mean_direction({2, 93, -89, 178}, {1, 1, 1, 1}, 90);  // 2, 3, 1, -2
  EXPECT_NEAR(strike.angle, 1, 0.01);
  const MeanDirection none = mean_direction({0, 45, 90, 135}, {1, 1, 1, 1}, 90);
  EXPECT_LT(none.length, 1e-12);
  EXPECT_GT(none.chance, 0.9);
}

TEST(MeanDirection, WeighsAndLeavesOut) {
  const MeanDirection m = mean_direction({10, 20, NAN, 70}, {1, 3, 5, 0}, 180);
  EXPECT_EQ(m.data, 2U);
  EXPECT_NEAR(m.angle, 17.5, 0.05);
  const MeanDirection nothing = mean_direction({NAN}, {1}, 90);
  EXPECT_EQ(nothing.data, 0U);
  EXPECT_TRUE(std::isnan(nothing.angle));
}

TEST(MeanDirection, IntervalsCoverTheTruth) {
  // 25 groups of 8 directions that share an error: the bootstrap draws groups. 95 % of 400 intervals should hold the
  // truth; percentile intervals of 25 groups are known to be a little short.
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  int held = 0, held_without_groups = 0;
  for (int draw = 0; draw < 400; ++draw) {
    std::vector<double> angle, weight;
    std::vector<std::size_t> group;
    for (std::size_t g = 0; g < 25; ++g) {
      const double shared = 8 * normal(random);
      for (int k = 0; k < 8; ++k) {
        angle.push_back(31 + shared + 3 * normal(random) + 90 * (random() % 2));
        weight.push_back(1);
        group.push_back(g);
      }
    }
    const BootstrapOptions few{.draws = 300, .seed = static_cast<std::uint64_t>(draw) + 1};
    const MeanDirection m = mean_direction(angle, weight, 90, group, few);
    held += m.low <= 31 && 31 <= m.high;
    const MeanDirection alone = mean_direction(angle, weight, 90, {}, few);
    held_without_groups += alone.low <= 31 && 31 <= alone.high;
  }
  EXPECT_GE(held, 0.90 * 400);
  EXPECT_LE(held, 0.99 * 400);
  EXPECT_LT(held_without_groups, 0.7 * 400);  // which is why groups are drawn
}

TEST(MeanDirection, OfUniformDirectionsHasNoPreference) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> uniform(0, 360);
  int found = 0;
  for (int draw = 0; draw < 400; ++draw) {
    std::vector<double> angle(40), weight(40, 1.0);
    for (double& a : angle) a = uniform(random);
    found += mean_direction(angle, weight, 90, {}, {.draws = 1}).chance < 0.05;
  }
  EXPECT_NEAR(found, 20, 12);  // 5 % of 400; three standard deviations
}

TEST(MeanDirection, SaysWhatIsWrong) {
  EXPECT_THROW(mean_direction({1}, {1, 2}, 90), std::invalid_argument);
  EXPECT_THROW(mean_direction({1}, {1}, 0), std::invalid_argument);
  EXPECT_THROW(mean_direction({1}, {INFINITY}, 90), std::invalid_argument);
  EXPECT_THROW(mean_direction({1}, {1}, 90, {}, {.draws = 0}), std::invalid_argument);
}
