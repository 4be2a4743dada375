#include "viz/sounding.h"

#include <gtest/gtest.h>

#include "example.h"

namespace terrella::viz {
namespace {

// 100 ohm m at 1 s: |Z| = sqrt(2 pi mu_0 100).
inversion::SiteFit half_space(double phase, double fitted_phase) {
  const double size = std::sqrt(2 * std::numbers::pi * 4e-7 * std::numbers::pi * 100), degree = std::numbers::pi / 180;
  inversion::SiteFit fit;
  fit.site = std::string("half-space");
  fit.period = {1};
  fit.observed = {std::polar(size, phase * degree)};
  fit.predicted = {std::polar(size, fitted_phase * degree)};
  fit.error = {0.01 * size};
  return fit;
}

TEST(Sounding, ThirdQuadrantIsTurnedWithItsFit) {
  Sounding yx = make_sounding(half_space(-135, 179));
  EXPECT_NEAR(yx.phase[0], -135, 1e-9);
  EXPECT_TRUE(turn_third_quadrant(yx));
  EXPECT_NEAR(yx.phase[0], 45, 1e-9);
  EXPECT_NEAR(yx.fitted_phase[0], -1, 1e-9);
  EXPECT_NEAR(yx.resistivity[0], 100, 1e-9);
  Sounding xy = make_sounding(half_space(45, 40));
  EXPECT_FALSE(turn_third_quadrant(xy));
  EXPECT_NEAR(xy.phase[0], 45, 1e-9);
}

TEST(Sounding, ErrorsAgreeWithThePerturbedImpedance) {
  // Central differences of |Z|^2 and arg Z along and across Z, whose size is the error's.
  const inversion::SiteFit fit = half_space(30, 30);
  const Sounding sounding = make_sounding(fit);
  const auto at = [&](std::complex<double> factor) {
    inversion::SiteFit moved = fit;
    moved.observed[0] *= factor;
    return make_sounding(moved);
  };
  const double h = 1e-5, scale = 0.01 / h;
  EXPECT_NEAR(sounding.resistivity_error[0], (at(1 + h).resistivity[0] - at(1 - h).resistivity[0]) / 2 * scale, 1e-6);
  EXPECT_NEAR(sounding.phase_error[0], (at({1, h}).phase[0] - at({1, -h}).phase[0]) / 2 * scale, 1e-6);
}

}  // namespace
}  // namespace terrella::viz
