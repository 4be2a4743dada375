#include "inversion/mapping/mapping.h"

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/ops.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

TEST(Mapping, ParametersAndPropertyAreInverse) {
  const Tensor m = {-2.0, -0.3, 0.0, 1.0, 2.5};
  for (const Mapping& mapping :
       {log10_mapping(), bounded_mapping(-3, 4), compose(log10_mapping(), bounded_mapping(-3, 4))}) {
    EXPECT_LT(max_abs(mapping.parameters(mapping.property(m)) - m), 1e-12) << mapping.name;
    EXPECT_NEAR(check::taylor_order(mapping.property, m), 2, 0.1) << mapping.name;
    EXPECT_LT(check::dot_product_error(mapping.property, m), 1e-12) << mapping.name;
  }
  EXPECT_EQ(compose(log10_mapping(), bounded_mapping(-3, 4)).name, "log10(bounded)");
}

TEST(Mapping, ValuesByHand) {
  EXPECT_NEAR(log10_mapping().property({2.0}).item(), 100, 1e-11);
  const Mapping bounded = bounded_mapping(1, 3);
  EXPECT_EQ(bounded.property({0.0}).item(), 2);
  EXPECT_NEAR(grad([&](const Tensor& m) { return sum(bounded.property(m)); })(Tensor{0.0}).item(), 1, 1e-15);
  EXPECT_LE(bounded.property({1e9}).item(), 3);
  EXPECT_GE(bounded.property({-1e9}).item(), 1);
  EXPECT_TRUE(all(isfinite(bounded.parameters({1.0, 3.0, -7.0, 9.0}))).item<bool>());
}

TEST(Mapping, ImpossibleBoundsAreRefused) {
  try {
    bounded_mapping(3, 1);
    ADD_FAILURE();
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "bounded_mapping: bounds 3 and 1; give finite ones, the lower first");
  }
}

}  // namespace
