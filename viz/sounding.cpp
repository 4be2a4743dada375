#include "viz/sounding.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace terrella::viz {

Sounding make_sounding(const inversion::SiteFit& fit) {
  const std::size_t n = fit.period.size();
  if (fit.observed.size() != n || fit.error.size() != n || fit.predicted.size() != n)
    fail("make_sounding: site '", fit.site, "' has ", n, " periods, ", fit.observed.size(), " observed, ",
         fit.error.size(), " errors, ", fit.predicted.size(), " predicted");
  constexpr double degrees = 180 / std::numbers::pi;
  constexpr double mu_0 = 4e-7 * std::numbers::pi;  // V s / (A m)
  Sounding sounding;
  sounding.site = fit.site;
  sounding.rms = fit.rms;
  sounding.period = fit.period;
  for (std::size_t i = 0; i < n; ++i) {
    const double omega_mu = 2 * std::numbers::pi / fit.period[i] * mu_0;
    const double size = std::abs(fit.observed[i]);
    sounding.resistivity.push_back(size * size / omega_mu);
    sounding.resistivity_error.push_back(2 * size * fit.error[i] / omega_mu);
    sounding.phase.push_back(std::arg(fit.observed[i]) * degrees);
    sounding.phase_error.push_back(fit.error[i] / size * degrees);
    sounding.fitted_resistivity.push_back(std::norm(fit.predicted[i]) / omega_mu);
    sounding.fitted_phase.push_back(std::arg(fit.predicted[i]) * degrees);
  }
  return sounding;
}

bool turn_third_quadrant(Sounding& sounding) {
  std::vector<double> phase;
  for (double value : sounding.phase)
    if (std::isfinite(value)) phase.push_back(value);
  if (phase.empty()) return false;
  const auto middle = phase.begin() + std::ptrdiff_t(phase.size() / 2);
  std::nth_element(phase.begin(), middle, phase.end());
  if (*middle >= -90) return false;
  for (auto* phases : {&sounding.phase, &sounding.fitted_phase})
    for (double& value : *phases) value += value > 0 ? -180 : 180;
  return true;
}

}  // namespace terrella::viz
