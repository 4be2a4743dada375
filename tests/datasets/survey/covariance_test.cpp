#include "datasets/survey/covariance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"

using namespace terrella::datasets;

namespace {

// A hand-made pair: S has correlated channels, N too, and Hz hangs on both electric ones.
const InverseSignalPower s = {2.0, Complex(0.6, 0.3), Complex(0.6, -0.3), 0.5};
const ResidualCovariance n = {
    1.0, Complex(-0.8, 0.4), Complex(0.1, 0.2), Complex(-0.8, -0.4), 2.0, 0.3, Complex(0.1, -0.2), 0.3, 0.25};

Site site_with(const ImpedanceError& z_error, const TipperError& tipper_error) {
  Site site;
  site.name = "A";
  site.period = {1.0};
  site.z = {{0.1, 2.0, -3.0, 0.2}};
  site.z_error = {z_error};
  site.tipper = {{0.1, 0.2}};
  site.tipper_error = {tipper_error};
  site.inverse_signal_power = {s};
  site.residual_covariance = {n};
  return site;
}

// A vector with that covariance, E[v v^H] = m, by the Cholesky factor of m.
template <std::size_t size, class Random>
std::array<Complex, size> draw(const std::array<Complex, size * size>& m, Random& random) {
  std::array<Complex, size * size> l{};
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t k = 0; k <= i; ++k) {
      Complex sum = m[i * size + k];
      for (std::size_t j = 0; j < k; ++j) sum -= l[i * size + j] * std::conj(l[k * size + j]);
      l[i * size + k] = i == k ? std::sqrt(sum.real()) : sum / l[k * size + k].real();
    }
  std::normal_distribution<double> normal(0, std::sqrt(0.5));
  std::array<Complex, size> v{};
  for (std::size_t k = 0; k < size; ++k) {
    const Complex white(normal(random), normal(random));
    for (std::size_t i = k; i < size; ++i) v[i] += l[i * size + k] * white;
  }
  return v;
}

}  // namespace

TEST(Covariance, ErrorsByHand) {
  const ImpedanceError z = impedance_error(s, n);
  EXPECT_DOUBLE_EQ(z[xx], 1.0);             // sqrt(1 * 2 / 2)
  EXPECT_DOUBLE_EQ(z[xy], 0.5);             // sqrt(1 * 0.5 / 2)
  EXPECT_DOUBLE_EQ(z[yx], std::sqrt(2.0));  // sqrt(2 * 2 / 2)
  EXPECT_DOUBLE_EQ(z[yy], std::sqrt(0.5));  // sqrt(2 * 0.5 / 2)
  const TipperError t = tipper_error(s, n);
  EXPECT_DOUBLE_EQ(t[0], 0.5);   // sqrt(0.25 * 2 / 2)
  EXPECT_DOUBLE_EQ(t[1], 0.25);  // sqrt(0.25 * 0.5 / 2)
}

TEST(Covariance, UnitsAreThoseOfImpedanceAndTipper) {
  const ImpedanceError in_field_units = impedance_error(s, n), si = impedance_error(to_si(s), to_si(n));
  for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(si[c] / in_field_units[c], ohm_per_field_unit, 1e-12);
  const TipperError t = tipper_error(s, n), t_si = tipper_error(to_si(s), to_si(n));
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(t_si[c] / t[c], 1.0, 1e-12);
  const ResidualCovariance back = from_si(to_si(n));
  for (std::size_t c = 0; c < 9; ++c) EXPECT_LE(std::abs(back[c] - n[c]), 1e-15 * std::abs(n[c]));
}

TEST(Covariance, TurnedErrorsAreThoseOfCorrelatedNoise) {
  // dZ = e g^T with E[e e^H] = N and E[g g^H] = S has E[dZ_ij conj(dZ_kl)] = N_ik S_jl.
  constexpr int draws = 40000;
  constexpr double azimuth = 35;
  std::mt19937_64 random(7);
  std::array<double, 4> z_sum{};
  std::array<double, 2> t_sum{};
  for (int k = 0; k < draws; ++k) {
    const auto e = draw<3>(n, random);
    const auto g = draw<2>(s, random);
    const Impedance z = rotate(Impedance{e[0] * g[0], e[0] * g[1], e[1] * g[0], e[1] * g[1]}, azimuth);
    const Tipper t = rotate(Tipper{e[2] * g[0], e[2] * g[1]}, azimuth);
    for (std::size_t c = 0; c < 4; ++c) z_sum[c] += std::norm(z[c]) / 2;
    for (std::size_t c = 0; c < 2; ++c) t_sum[c] += std::norm(t[c]) / 2;
  }
  const Site turned = rotate_to(site_with(impedance_error(s, n), tipper_error(s, n)), azimuth);
  // A product of two complex normal numbers has E|x|^4 = 4 E[|x|^2]^2: 0.9 % is one standard error of the root.
  for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(turned.z_error[0][c] / std::sqrt(z_sum[c] / draws), 1.0, 0.03) << c;
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_NEAR(turned.tipper_error[0][c] / std::sqrt(t_sum[c] / draws), 1.0, 0.03) << c;
  // And they are not what independent errors would give.
  EXPECT_GT(std::abs(turned.z_error[0][xy] / rotate(impedance_error(s, n), azimuth)[xy] - 1), 0.1);
}

TEST(Covariance, ThereAndBackIsTheSameSite) {
  const Site site = site_with(impedance_error(s, n), tipper_error(s, n));
  const Site back = rotate_to(rotate_to(site, 50), 0);
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(back.z_error[0][c], site.z_error[0][c], 1e-14);
    EXPECT_LT(std::abs(back.inverse_signal_power[0][c] - s[c]), 1e-14);
  }
  for (std::size_t c = 0; c < 9; ++c) EXPECT_LT(std::abs(back.residual_covariance[0][c] - n[c]), 1e-14);
  EXPECT_NO_THROW(validate(Survey{"", {rotate_to(site, 50)}}));
}

TEST(Covariance, ErrorsThatAreNotItsOwnTurnAsIndependentOnes) {
  const ImpedanceError floored = {2, 2, 2, 2};
  const Site turned = rotate_to(site_with(floored, tipper_error(s, n)), 35);
  const ImpedanceError expected = rotate(floored, 35);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_DOUBLE_EQ(turned.z_error[0][c], expected[c]);
}

TEST(Covariance, MissingChannelsStayMissing) {
  Site site = site_with(impedance_error(s, n), tipper_error(s, n));
  const Complex missing(not_a_number, not_a_number);
  site.residual_covariance[0] = {missing, missing, missing, missing, missing, missing, missing, missing, 0.25};
  const Site turned = rotate_to(site, 35);
  EXPECT_TRUE(std::isnan(turned.residual_covariance[0][0].real()));
  EXPECT_EQ(turned.residual_covariance[0][8], Complex(0.25));
  const TipperError t = turned.tipper_error[0];
  EXPECT_FALSE(std::isnan(t[0]) || std::isnan(t[1]));
  EXPECT_DOUBLE_EQ(turned.z_error[0][0], rotate(impedance_error(s, n), 35)[0]);
}

TEST(Covariance, WhatIsNoCovarianceIsRefused) {
  Site site = site_with(impedance_error(s, n), tipper_error(s, n));
  const auto fault = [&](const InverseSignalPower& power) {
    site.inverse_signal_power = {power};
    try {
      validate(Survey{"", {site}});
    } catch (const std::invalid_argument& error) { return std::string(error.what()); }
    return std::string();
  };
  EXPECT_EQ(fault(s), "");
  EXPECT_NE(fault({-1, 0, 0, 1}).find("diagonal entry 1 is negative"), std::string::npos);
  EXPECT_NE(fault({1, Complex(0, 1), Complex(0, 1), 2}).find("are no conjugates"), std::string::npos);
  EXPECT_NE(fault({1, 2, 2, 1}).find("claims a correlation of 2"), std::string::npos);
  EXPECT_NE(fault({Complex(1, 0.5), 0, 0, 1}).find("not finite and real"), std::string::npos);
  site.residual_covariance.clear();
  EXPECT_NE(fault(s).find("only one of inverse signal power"), std::string::npos);
}
