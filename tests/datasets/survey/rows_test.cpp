// What changes the rows of a site changes all of its arrays, covariances among them.
#include "datasets/survey/rows.h"

#include <gtest/gtest.h>

#include <cmath>

#include "datasets/survey/covariance.h"
#include "datasets/survey/merge.h"
#include "datasets/survey/periods.h"
#include "datasets/survey/scale.h"

using namespace terrella::datasets;

namespace {

/// Rows that differ, with errors that are those of the covariances.
Survey with_covariances(std::size_t rows) {
  Site site;
  site.name = "A";
  site.latitude = site.longitude = 1;
  for (std::size_t i = 0; i < rows; ++i) {
    const double k = 1 + static_cast<double>(i);
    site.period.push_back(std::pow(10.0, 0.1 * k));
    site.z.push_back({0.1 * k, 2.0, -3.0, 0.2});
    site.tipper.push_back({0.1, 0.2 * k});
    site.inverse_signal_power.push_back({2.0 * k, Complex(0.6, 0.3), Complex(0.6, -0.3), 0.5 * k});
    site.residual_covariance.push_back(
        {k, 0.1, Complex(0.1, 0.2), 0.1, 2.0 * k, 0.3, Complex(0.1, -0.2), 0.3, 0.25 * k});
    site.z_error.push_back(impedance_error(site.inverse_signal_power[i], site.residual_covariance[i]));
    site.tipper_error.push_back(tipper_error(site.inverse_signal_power[i], site.residual_covariance[i]));
  }
  return {"line", {site}};
}

void expect_own_errors(const Survey& survey) {
  EXPECT_NO_THROW(validate(survey));
  const Site& site = survey.sites[0];
  ASSERT_TRUE(site.has_covariance());
  for (std::size_t i = 0; i < site.periods(); ++i) {
    const ImpedanceError z = impedance_error(site.inverse_signal_power[i], site.residual_covariance[i]);
    const TipperError t = tipper_error(site.inverse_signal_power[i], site.residual_covariance[i]);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(site.z_error[i][k], z[k], 1e-14 * z[k]);
    for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(site.tipper_error[i][k], t[k], 1e-14 * t[k]);
  }
}

}  // namespace

TEST(Rows, FewerPeriodsKeepTheirCovariances) {
  const Survey few = decimate(with_covariances(12), 4), part = keep_periods(with_covariances(12), 2, 9);
  EXPECT_LT(few.sites[0].periods(), 12U);
  EXPECT_LT(part.sites[0].periods(), 12U);
  expect_own_errors(few);
  expect_own_errors(part);
}

TEST(Rows, OtherPeriodsAndMergedSoundingsHaveNone) {
  Survey survey = with_covariances(12);
  const Survey between = interpolate(survey, {1.5, 3.0});
  EXPECT_NO_THROW(validate(between));
  EXPECT_FALSE(between.sites[0].has_covariance());
  survey.sites.push_back(with_covariances(15).sites[0]);
  const Survey merged = merge_sites(survey, {});
  EXPECT_NO_THROW(validate(merged));
  ASSERT_EQ(merged.sites.size(), 1U);
  EXPECT_EQ(merged.sites[0].periods(), 15U);
  EXPECT_FALSE(merged.sites[0].has_covariance());
}

TEST(Rows, StaticShiftsScaleCovariancesAsErrors) {
  Survey survey = with_covariances(3);
  survey.sites[0] = remove_static_shift(survey.sites[0], 4, 0.25);
  expect_own_errors(survey);
}

TEST(Rows, AreKeptInTheOrderThatIsAskedFor) {
  Site site = with_covariances(3).sites[0];
  const Site before = site;
  keep_rows(site, {2, 0});
  EXPECT_EQ(site.period, (std::vector<double>{before.period[2], before.period[0]}));
  EXPECT_EQ(site.residual_covariance[0], before.residual_covariance[2]);
  EXPECT_TRUE(site.z_masked.empty());
}
