#include "cli/holding.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <complex>

namespace terrella::cli {
namespace {

constexpr const char* masked_values = "masked values";

}  // namespace

Holding holding(const datasets::Survey& survey) {
  Holding held;
  const auto count = [&](const char* name, const std::complex<double>& value, double error, bool masked) {
    if (!std::isfinite(value.real()) || !std::isfinite(value.imag())) return;
    ++held[masked ? masked_values : name];
    if (!masked && std::isfinite(error)) ++held["errors"];
  };
  for (const datasets::Site& site : survey.sites) {
    held["coordinates of sites"] += std::isfinite(site.latitude);
    for (std::size_t i = 0; i < site.z.size(); ++i)
      for (std::size_t c = 0; c < 4; ++c)
        count(std::array{"Zxx", "Zxy", "Zyx", "Zyy"}[c], site.z[i][c], site.z_error[i][c],
              !site.z_masked.empty() && site.z_masked[i][c]);
    for (std::size_t i = 0; i < site.tipper.size(); ++i)
      for (std::size_t c = 0; c < 2; ++c)
        count(std::array{"Tx", "Ty"}[c], site.tipper[i][c], site.tipper_error[i][c],
              !site.tipper_masked.empty() && site.tipper_masked[i][c]);
  }
  return held;
}

Holding holding(const datasets::Observations& observations) {
  Holding held;
  for (const datasets::Observation& row : observations.rows) ++held[row.masked ? masked_values : "data"];
  for (const datasets::ObservationSite& site : observations.sites)
    held["coordinates of sites"] += std::isfinite(site.latitude);
  return held;
}

std::vector<std::string> lost(const Holding& before, const Holding& after) {
  std::vector<std::string> all;
  const auto count_of = [](const Holding& held, const std::string& name) {
    const auto found = held.find(name);
    return found == held.end() ? 0 : found->second;
  };
  for (const auto& [name, count] : before) {
    const std::size_t kept = count_of(after, name);
    if (kept < count) all.push_back(fmt::format("{} of {} {}", count - kept, count, name));
  }
  const std::size_t was = count_of(before, masked_values), is = count_of(after, masked_values);
  if (is > was) all.push_back(fmt::format("{} more values are masked there", is - was));
  return all;
}

}  // namespace terrella::cli
