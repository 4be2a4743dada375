#include "elec/strike/groom_bailey.h"

#include <gtest/gtest.h>

#include "datasets/survey/rotation.h"
#include "tests/elec/strike/distorted_line.h"

using namespace terrella;
using namespace terrella::elec;

namespace {

double off(double a, double b, double turn) { return std::abs(std::remainder(a - b, turn)); }

}  // namespace

TEST(GroomBailey, RecoversExactAngles) {
  for (double strike : {25.0, -40.0, 0.0, 44.0}) {
    const DistortedLine line{.strike = strike, .seed = 0};
    const GroomBaileyFit fit = groom_bailey(line.make());
    EXPECT_TRUE(fit.converged);
    EXPECT_LT(fit.chi_squared, 1e-8);
    EXPECT_LT(off(fit.strike.value, strike, 90), 1e-5);
    const bool exchanged = off(fit.strike.value, strike, 180) > 45;
    for (std::size_t s = 0; s < line.sites; ++s) {
      EXPECT_NEAR(fit.sites[s].twist.value, line.twist(s), 1e-4);
      EXPECT_NEAR(fit.sites[s].shear.value, exchanged ? -line.shear(s) : line.shear(s), 1e-4);
    }
    EXPECT_EQ(fit.data, 8 * line.sites * 12);
    EXPECT_EQ(fit.freedom, 4 * line.sites * 12 - 2 * line.sites - 1);
  }
}

TEST(GroomBailey, FindsRegionalImpedances) {
  const DistortedLine line{.strike = 10, .seed = 0};
  const GroomBaileyFit fit = groom_bailey(line.make());
  const auto a = impedance_1d({50.0, 5.0, 300.0}, {3000.0, 8000.0}, 1 / Tensor(fit.sites[0].period))
                     .to_vector<std::complex<double>>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_LT(std::abs(fit.sites[0].a[i] / a[i] - 1.0), 1e-5);
}

TEST(GroomBailey, DoesNotDependOnTheAxesOfTheSites) {
  const DistortedLine line{.strike = 25, .seed = 3};
  const GroomBaileyFit fit = groom_bailey(line.make());
  datasets::Survey turned = line.make();
  for (auto& site : turned.sites) site = datasets::rotate_to(site, 33);
  const GroomBaileyFit other = groom_bailey(turned);
  EXPECT_LT(off(fit.strike.value, other.strike.value, 90), 1e-4);  // errors are equal for all components here
  EXPECT_NEAR(other.chi_squared / fit.chi_squared, 1, 1e-6);
  for (std::size_t s = 0; s < line.sites; ++s) EXPECT_NEAR(fit.sites[s].twist.value, other.sites[s].twist.value, 1e-3);
}

TEST(GroomBailey, IntervalsCoverTheTruthAndChiSquaredFollowsItsLaw) {
  // 150 draws of noise: 95 % intervals of strike, five twists and five shears; chi squared has the mean `freedom` and
  // the standard deviation sqrt(2 freedom / 100) of its mean.
  int strikes = 0, angles = 0;
  double sum = 0, freedom = 0;
  const int draws = 150;
  for (unsigned seed = 1; seed <= draws; ++seed) {
    const DistortedLine line{.noise = 0.02, .seed = seed};
    const GroomBaileyFit fit = groom_bailey(line.make(), {.profile_step = 15});
    const bool exchanged = off(fit.strike.value, line.strike, 180) > 45;
    strikes += off(fit.strike.value, line.strike, 90) <= fit.strike.half;
    for (std::size_t s = 0; s < line.sites; ++s) {
      angles += std::abs(fit.sites[s].twist.value - line.twist(s)) <= fit.sites[s].twist.half;
      angles += std::abs((exchanged ? -1 : 1) * fit.sites[s].shear.value - line.shear(s)) <= fit.sites[s].shear.half;
    }
    sum += fit.chi_squared;
    freedom = static_cast<double>(fit.freedom);
  }
  std::cout << "coverage: strike " << strikes << " of " << draws << ", twist and shear " << angles << " of "
            << 10 * draws << "; mean chi squared " << sum / draws << " for " << freedom << "\n";
  EXPECT_NEAR(strikes, 142, 9);   // three standard deviations
  EXPECT_NEAR(angles, 1425, 45);  // ten angles of a draw depend on each other
  EXPECT_NEAR(sum / draws, freedom, 4 * std::sqrt(2 * freedom / draws));
}

TEST(GroomBailey, MisfitShowsThatTheModelDoesNotHold) {
  // Two halves of the line with strikes 40 degrees apart have no strike in common.
  datasets::Survey survey = DistortedLine{.strike = 0, .sites = 3, .seed = 2}.make();
  const datasets::Survey other = DistortedLine{.strike = 40, .sites = 3, .seed = 5}.make();
  EXPECT_LT(groom_bailey(survey).reduced(), 1.3);
  survey.sites.insert(survey.sites.end(), other.sites.begin(), other.sites.end());
  const GroomBaileyFit fit = groom_bailey(survey);
  EXPECT_GT(fit.reduced(), 3);
}

TEST(GroomBailey, ProfileHasItsLeastMisfitAtTheStrike) {
  const GroomBaileyFit fit = groom_bailey(DistortedLine{.strike = -20, .seed = 4}.make());
  ASSERT_EQ(fit.profile_strike.size(), 18U);
  const auto least = std::min_element(fit.profile_chi_squared.begin(), fit.profile_chi_squared.end());
  EXPECT_NEAR(fit.profile_strike[static_cast<std::size_t>(least - fit.profile_chi_squared.begin())], -20, 5.1);
  EXPECT_LE(fit.chi_squared, *least * (1 + 1e-9));
}

TEST(GroomBailey, SaysWhatIsWrong) {
  const auto message = [](const datasets::Survey& survey, const GroomBaileyOptions& options = {}) -> std::string {
    try {
      groom_bailey(survey, options);
    } catch (const std::invalid_argument& e) { return e.what(); }
    return "accepted";
  };
  datasets::Survey survey = DistortedLine{}.make();
  EXPECT_EQ(message(survey, {.largest_shear = 45}),
            "groom_bailey: largest twist 60, largest shear 45 degrees; below 90 and 45");
  EXPECT_EQ(message(survey, {.shortest_period = 1e6}),
            "groom_bailey: no period of 5 sites from 1e+06 to inf s has all four components of the impedance");
  survey.sites[1].z_error[2][1] = datasets::not_a_number;
  EXPECT_EQ(message(survey),
            "groom_bailey: site 'D2', period 3.16228 s: error nan ohm is not positive; give an error floor");
  survey.sites[1].z_masked.resize(12);
  survey.sites[1].z_masked[2][1] = true;
  EXPECT_EQ(message(survey), "accepted");
}
