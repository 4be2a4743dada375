#include "datasets/survey/rotation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace terrella::datasets;

namespace {

const Impedance z = {Complex(0.1, 0.2), Complex(3.0, 2.5), Complex(-2.0, -1.5), Complex(-0.2, 0.1)};
const Tipper tipper = {Complex(0.3, -0.1), Complex(-0.2, 0.05)};

// Fields of a plane wave: E and Hz that belong to H in north-east axes, and any vector's components in turned axes.
struct Fields {
  std::array<Complex, 2> h, e;
  Complex hz;
};

Fields respond(const std::array<Complex, 2>& h) {
  return {h, {z[xx] * h[0] + z[xy] * h[1], z[yx] * h[0] + z[yy] * h[1]}, tipper[0] * h[0] + tipper[1] * h[1]};
}

std::array<Complex, 2> components(const std::array<Complex, 2>& north_east, double azimuth) {
  const double a = azimuth * 3.14159265358979323846 / 180;
  return {std::cos(a) * north_east[0] + std::sin(a) * north_east[1],
          -std::sin(a) * north_east[0] + std::cos(a) * north_east[1]};
}

}  // namespace

TEST(Rotation, MapsTheTurnedFieldsOntoEachOther) {
  for (const double azimuth : {30.0, -20.0, 90.0, 135.46, 271.0}) {
    const Impedance turned = rotate(z, azimuth);
    const Tipper turned_tipper = rotate(tipper, azimuth);
    for (const auto& h : {std::array<Complex, 2>{1.0, 0.0}, {Complex(0.2, 0.7), Complex(-1.0, 0.1)}}) {
      const Fields fields = respond(h);
      const auto e = components(fields.e, azimuth), b = components(h, azimuth);
      EXPECT_LT(std::abs(turned[xx] * b[0] + turned[xy] * b[1] - e[0]), 1e-14) << azimuth;
      EXPECT_LT(std::abs(turned[yx] * b[0] + turned[yy] * b[1] - e[1]), 1e-14) << azimuth;
      EXPECT_LT(std::abs(turned_tipper[0] * b[0] + turned_tipper[1] * b[1] - fields.hz), 1e-14) << azimuth;
    }
  }
}

TEST(Rotation, ErrorsAreThoseOfManyNoisyCopies) {
  const ImpedanceError error = {0.1, 0.4, 0.2, 0.05};
  const TipperError tipper_error = {0.02, 0.07};
  std::mt19937_64 random(20261122);
  std::normal_distribution<double> normal;
  constexpr int n = 40000;  // relative error of a standard deviation: 1 / sqrt(4 n), 0.25 %
  std::array<double, 4> sum{};
  std::array<double, 2> tipper_sum{};
  for (int k = 0; k < n; ++k) {
    Impedance noise;
    for (std::size_t c = 0; c < 4; ++c) noise[c] = error[c] * Complex(normal(random), normal(random));
    const Impedance turned = rotate(noise, 33);
    for (std::size_t c = 0; c < 4; ++c) sum[c] += std::norm(turned[c]) / 2;
    const Tipper t = rotate(Tipper{tipper_error[0] * Complex(normal(random), normal(random)),
                                   tipper_error[1] * Complex(normal(random), normal(random))},
                            33);
    for (std::size_t c = 0; c < 2; ++c) tipper_sum[c] += std::norm(t[c]) / 2;
  }
  const ImpedanceError expected = rotate(error, 33);
  const TipperError tipper_expected = rotate(tipper_error, 33);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(std::sqrt(sum[c] / n), expected[c], 0.01 * expected[c]);
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_NEAR(std::sqrt(tipper_sum[c] / n), tipper_expected[c], 0.01 * tipper_expected[c]);
}

TEST(Rotation, RightAnglesAreExactAndLoseNothing) {
  Impedance holes = z;
  holes[xx] = Complex(not_a_number, not_a_number);
  const Impedance turned = rotate(holes, 90);
  EXPECT_TRUE(std::isnan(turned[yy].real()));
  EXPECT_EQ(turned[xy], -z[yx]);
  EXPECT_EQ(turned[yx], -z[xy]);
  EXPECT_EQ(turned[xx], z[yy]);
  EXPECT_EQ(rotate(rotate(z, 180), 180), z);
  for (const Complex& value : rotate(holes, 30)) EXPECT_TRUE(std::isnan(value.real()));
}

TEST(Rotation, OfASiteIsRelativeToItsAxesAndRecorded) {
  Site site;
  site.name = "A";
  site.rotation = 10;
  site.period = {1.0};
  site.z = {z};
  site.z_error = {{0.1, 0.4, 0.2, 0.05}};
  site.z_masked = {{false, true, false, false}};
  const Site turned = rotate_to(site, 40);
  EXPECT_EQ(turned.rotation, 40);
  EXPECT_EQ(turned.z[0], rotate(z, 30));
  EXPECT_EQ(turned.z_error[0], rotate(site.z_error[0], 30));
  EXPECT_EQ(turned.z_masked[0], (std::array<bool, 4>{true, true, true, true}));
  ASSERT_EQ(turned.provenance.history.size(), 1u);
  EXPECT_EQ(turned.provenance.history[0], "rotate from azimuth 10 to 40");
  const Site back = rotate_to(turned, 10);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_LT(std::abs(back.z[0][c] - z[c]), 1e-15);
  EXPECT_EQ(rotate_to(site, 100).z_masked[0], (std::array<bool, 4>{false, false, true, false}));  // a right angle
  EXPECT_TRUE(rotate_to(site, 10).provenance.history.empty());
  try {
    rotate_to(site, not_a_number);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "rotate_to: site 'A': azimuth nan is not finite");
  }
}
