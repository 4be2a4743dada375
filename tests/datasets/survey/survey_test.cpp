#include "datasets/survey/survey.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace terrella::datasets;

namespace {
Survey one_site() {
  Site site;
  site.name = "A01";
  site.period = {0.1, 1.0};
  site.z.assign(2, Impedance{});
  site.z_error.assign(2, ImpedanceError{});
  return {"test", {site}};
}
}  // namespace

TEST(Survey, AcceptsWhatAgrees) { EXPECT_NO_THROW(validate(one_site())); }

TEST(Survey, NamesSiteAndFieldOfWhatDisagrees) {
  Survey survey = one_site();
  survey.sites[0].z_error.pop_back();
  try {
    validate(survey);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "survey: site 'A01' has 2 periods but 1 rows of z_error");
  }
  for (double Site::*const field : {&Site::rotation, &Site::elevation})
    for (const double value : {not_a_number, HUGE_VAL}) {
      survey = one_site();
      survey.sites[0].*field = value;
      EXPECT_THROW(validate(survey), std::invalid_argument);
    }
  survey = one_site();
  survey.sites[0].period = {1.0, 0.1};
  EXPECT_THROW(validate(survey), std::invalid_argument);
}
