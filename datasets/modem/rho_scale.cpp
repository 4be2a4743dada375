#include "datasets/modem/rho_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace terrella::datasets::modem {
namespace {

double ln_rho(double value, RhoScale scale) {
  switch (scale) {
    case RhoScale::linear:
      return std::log(value);
    case RhoScale::ln:
      return value;
    default:
      return value * std::numbers::ln10;
  }
}

}  // namespace

ScaleFinding find_rho_scale(const std::vector<Curve>& curves) {
  constexpr std::array scales = {RhoScale::linear, RhoScale::ln, RhoScale::log10};
  const double least = std::log(1e-6), most = std::log(1e9);
  std::array<bool, 3> possible = {true, true, true};
  for (const Curve& curve : curves)
    for (const double rho : curve.rho)
      for (std::size_t s = 0; s < 3; ++s) {
        const double value = ln_rho(rho, scales[s]);
        possible[s] = possible[s] && value >= least && value <= most;  // false for NaN: the logarithm of <= 0
      }
  std::array<double, 3> misfit = {0, 0, 0};
  std::size_t values = 0;
  for (const Curve& curve : curves) {
    const std::size_t n = curve.rho.size();
    if (n < 3) continue;
    std::vector<double> shape(n, 0.0);  // of ln rho, from the phases
    for (std::size_t i = 1; i < n; ++i)
      shape[i] = shape[i - 1] +
                 (1 - (curve.phase[i] + curve.phase[i - 1]) / 90) * std::log(curve.period[i] / curve.period[i - 1]);
    for (std::size_t s = 0; s < 3; ++s) {
      if (!possible[s]) continue;
      double mean = 0;
      for (std::size_t i = 0; i < n; ++i) mean += ln_rho(curve.rho[i], scales[s]) - shape[i];
      mean /= static_cast<double>(n);
      for (std::size_t i = 0; i < n; ++i) misfit[s] += std::abs(ln_rho(curve.rho[i], scales[s]) - shape[i] - mean);
    }
    values += n;
  }
  std::vector<std::size_t> order;
  for (std::size_t s = 0; s < 3; ++s)
    if (possible[s]) order.push_back(s);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return misfit[a] < misfit[b]; });
  if (order.empty()) return {RhoScale::linear, false, "no reading of the resistivities is physical"};
  const RhoScale best = scales[order[0]];
  if (order.size() == 1) return {best, true, "the only reading with resistivities of 1e-6 .. 1e9 ohm m"};
  const double n = static_cast<double>(std::max<std::size_t>(values, 1));
  const double first = misfit[order[0]] / n, second = misfit[order[1]] / n;
  std::string why = text("mean difference of ln rho from its shape by the phases: ", first, " as ", name_of(best), ", ",
                         second, " as ", name_of(scales[order[1]]));
  if (values >= 10 && second > 2 * first && second > 0.05) return {best, true, std::move(why)};
  return {RhoScale::linear, false, std::move(why)};
}

}  // namespace terrella::datasets::modem
