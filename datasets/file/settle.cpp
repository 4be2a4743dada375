#include "datasets/file/settle.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "datasets/survey/rotation.h"
#include "datasets/survey/rows.h"

namespace terrella::datasets {
namespace {

template <class Row>
std::size_t missing_of(const Row& row) {
  return static_cast<std::size_t>(
      std::count_if(row.begin(), row.end(), [](const Complex& v) { return std::isnan(v.real()); }));
}

template <class Rows>
bool holds_values(const Rows& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return missing_of(row) < row.size(); });
}

void sort_by_period(Site& site, Report& report) {
  std::vector<std::size_t> order(site.periods());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto& period = site.period;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return period[a] < period[b]; });
  for (std::size_t k = 1; k < order.size(); ++k)
    if (period[order[k]] == period[order[k - 1]])
      report.error(0, "period ", period[order[k]], " s stands twice (rows ", order[k - 1] + 1, " and ", order[k] + 1,
                   ")");
  if (std::is_sorted(order.begin(), order.end())) return;
  if (!std::is_sorted(order.rbegin(), order.rend()))
    report.repair(0, "period-order", "periods neither ascend nor descend; sorted");
  keep_rows(site, order);
}

void finish(Site& site, Report& report) {
  site.provenance.path = report.path();
  site.provenance.repairs = report.take_repairs();
  try {
    validate(Survey{"", {site}});
  } catch (const std::invalid_argument& error) { report.error(0, error.what()); }
}

void expect_values(const Site& site, const Report& report) {
  if (!holds_values(site.z) && !holds_values(site.tipper)) report.error(0, "all values are missing");
}

}  // namespace

void settle(Site& site, Report& report) {
  expect_values(site, report);
  sort_by_period(site, report);
  if (const double azimuth = site.rotation; azimuth != 0) {
    const std::size_t partial = partial_rows(site);
    if (partial > 0 && std::remainder(azimuth, 90.0) != 0)
      report.repair(
          0, "rotation-kept",
          text(partial, " rows lack components, so the sounding stays in its axes, x at ", azimuth, " degrees"));
    else
      site = rotate_to(site, 0);
  }
  finish(site, report);
}

void settle(Site& site, const ChannelAzimuths& azimuths, Report& report) {
  if (azimuths.orthogonal() || (!site.has_impedance() && azimuths.magnetic_orthogonal())) {
    site.rotation = std::remainder(azimuths.hx, 360.0);
    return settle(site, report);
  }
  expect_values(site, report);
  sort_by_period(site, report);
  if (const std::size_t partial = partial_rows(site))
    report.repair(0, "rotation-lost",
                  text(partial, " rows lack components; what depends on them in geographic axes is missing"));
  try {
    site = to_geographic(site, azimuths);
  } catch (const std::invalid_argument& error) { report.error(0, error.what()); }
  expect_values(site, report);
  finish(site, report);
}

void make_impedance_rows(Site& site, std::size_t n) {
  site.z.assign(n, {missing_value, missing_value, missing_value, missing_value});
  site.z_error.assign(n, {not_a_number, not_a_number, not_a_number, not_a_number});
}

void make_tipper_rows(Site& site, std::size_t n) {
  site.tipper.assign(n, {missing_value, missing_value});
  site.tipper_error.assign(n, {not_a_number, not_a_number});
}

}  // namespace terrella::datasets
