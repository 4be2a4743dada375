#include "datasets/survey/survey.h"

#include <cmath>

#include "core/error.h"
#include "datasets/survey/covariance.h"

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

template <class Rows>
void expect_covariances(const Site& site, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const std::string fault = fault_of(rows[i]); !fault.empty())
      fail("survey: site '", site.name, "', period ", site.period[i], " s: ", fault);
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
  expect_rows(site, "inverse_signal_power", site.inverse_signal_power, true);
  expect_rows(site, "residual_covariance", site.residual_covariance, true);
  if (site.inverse_signal_power.empty() != site.residual_covariance.empty())
    fail("survey: site '", site.name, "' has only one of inverse signal power and residual covariance");
  expect_covariances(site, site.inverse_signal_power);
  expect_covariances(site, site.residual_covariance);
  expect_not_negative(site, "z_error", site.z_error);
  expect_not_negative(site, "tipper_error", site.tipper_error);
  if (!std::isfinite(site.rotation) || !std::isfinite(site.elevation))
    fail("survey: site '", site.name, "': rotation ", site.rotation, " and elevation ", site.elevation,
         " must be finite");
  if (std::abs(site.latitude) > 90)
    fail("survey: site '", site.name, "': latitude ", site.latitude, " is beyond 90 degrees");
  if (std::abs(site.longitude) > 180)
    fail("survey: site '", site.name, "': longitude ", site.longitude, " is beyond 180 degrees");
}

}  // namespace

bool has_usable_values(const Site& site) {
  const auto any = [](const auto& rows, const auto& masks) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t c = 0; c < rows[i].size(); ++c)
        if (!std::isnan(rows[i][c].real()) && !std::isnan(rows[i][c].imag()) && (masks.empty() || !masks[i][c]))
          return true;
    return false;
  };
  return any(site.z, site.z_masked) || any(site.tipper, site.tipper_masked);
}

void validate(const Survey& survey) {
  for (const Site& site : survey.sites) validate(site);
}

}  // namespace terrella::datasets
