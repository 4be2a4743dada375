#include "datasets/survey/survey.h"

#include <cmath>

#include "core/error.h"

namespace terrella::datasets {
namespace {

template <class Rows>
void expect_rows(const Site& site, const char* field, const Rows& rows, bool may_be_empty) {
  if (rows.size() == site.period.size() || (may_be_empty && rows.empty())) return;
  fail("survey: site '", site.name, "' has ", site.period.size(), " periods but ", rows.size(), " rows of ", field);
}

template <class Rows>
void expect_not_negative(const Site& site, const char* field, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (double error : rows[i])
      if (error < 0)
        fail("survey: site '", site.name, "', period ", site.period[i], " s: negative ", field, " ", error);
}

void validate(const Site& site) {
  for (std::size_t i = 0; i < site.period.size(); ++i) {
    const double period = site.period[i];
    if (!(period > 0) || std::isinf(period))
      fail("survey: site '", site.name, "': period ", period, " s is not positive");
    if (i > 0 && period <= site.period[i - 1])
      fail("survey: site '", site.name, "': periods must ascend, but ", period, " s follows ", site.period[i - 1],
           " s");
  }
  expect_rows(site, "z", site.z, true);
  expect_rows(site, "z_error", site.z_error, site.z.empty());
  expect_rows(site, "z_masked", site.z_masked, true);
  expect_rows(site, "tipper", site.tipper, true);
  expect_rows(site, "tipper_error", site.tipper_error, site.tipper.empty());
  expect_rows(site, "tipper_masked", site.tipper_masked, true);
  expect_not_negative(site, "z_error", site.z_error);
  expect_not_negative(site, "tipper_error", site.tipper_error);
  if (std::abs(site.latitude) > 90)
    fail("survey: site '", site.name, "': latitude ", site.latitude, " is beyond 90 degrees");
  if (std::abs(site.longitude) > 180)
    fail("survey: site '", site.name, "': longitude ", site.longitude, " is beyond 180 degrees");
}

}  // namespace

void validate(const Survey& survey) {
  for (const Site& site : survey.sites) validate(site);
}

}  // namespace terrella::datasets
