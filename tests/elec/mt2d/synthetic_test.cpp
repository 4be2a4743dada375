#include "elec/mt2d/synthetic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/ops.h"
#include "elec/mt1d/impedance.h"

using namespace terrella;
using namespace terrella::elec::mt2d;

TEST(BasinResponse, IsThatOfTheLayersWhereTheSkinDepthIsSmallAndTellsTheBasinFromItsTipper) {
  datasets::SyntheticLine line = datasets::basin_line();
  line.period = {0.003, 0.03, 10};
  const datasets::LineResponse response = basin_response(line);
  ASSERT_EQ(response.zxy.size(), line.sites.size());
  double edge = 0, middle = 0;
  for (std::size_t i = 0; i < line.sites.size(); ++i) {
    const datasets::SyntheticSite& site = line.sites[i];
    const auto z = elec::impedance_1d(Tensor(site.resistivity), Tensor(site.thickness), 1 / Tensor(line.period))
                       .to_vector<std::complex<double>>();
    if (i >= 9 && i <= 14)  // above the basin, two skin depths of 0.03 s are 0.5 km
      for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_NEAR(std::abs(response.zxy[i][k]) / std::abs(z[k]), 1, 0.03) << site.name << " " << k;
        EXPECT_NEAR(std::abs(response.zyx[i][k]) / std::abs(z[k]), 1, 0.03) << site.name << " " << k;
      }
    const double tipper = std::abs(response.tzy[i][2]);
    if (i == 4 || i == 20) edge = std::max(edge, tipper);
    if (i == 12) middle = tipper;
  }
  EXPECT_GT(edge, 0.05);
  EXPECT_LT(middle, edge / 2);
}
