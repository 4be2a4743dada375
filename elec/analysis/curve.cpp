#include "elec/analysis/curve.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"
#include "elec/response/depth.h"
#include "elec/response/error_propagation.h"
#include "elec/response/invariants.h"
#include "elec/response/resistivity.h"
#include "elec/response/site_tensors.h"

namespace terrella::elec {
namespace {

using Complex = std::complex<double>;

bool known(Complex z) { return std::isfinite(z.real()) && std::isfinite(z.imag()) && z != 0.0; }

double median(std::vector<double> values) {
  if (values.empty()) return datasets::not_a_number;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// The value at 0 of the line through points by the median of slopes.
double theil_sen_at_zero(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> slopes, level;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = i + 1; j < x.size(); ++j) slopes.push_back((y[j] - y[i]) / (x[j] - x[i]));
  const double slope = slopes.empty() ? 0 : median(slopes);
  for (std::size_t i = 0; i < x.size(); ++i) level.push_back(y[i] - slope * x[i]);
  return median(level);
}

/// Indices of the `points` known entries nearest to `at` in period, itself included or not.
std::vector<std::size_t> neighbours(const std::vector<std::size_t>& rows, std::size_t position, std::size_t points,
                                    bool itself) {
  std::size_t first = position, last = position;  // of rows, both included
  while (last - first < points && (first > 0 || last + 1 < rows.size())) {
    const bool left = first > 0 && (position - first <= last - position || last + 1 == rows.size());
    left ? --first : ++last;
  }
  std::vector<std::size_t> result;
  for (std::size_t k = first; k <= last; ++k)
    if (itself || k != position) result.push_back(rows[k]);
  return result;
}

}  // namespace

const char* name_of(Mode mode) { return mode == Mode::xy ? "xy" : mode == Mode::yx ? "yx" : "determinant"; }

Curve curve_of(const datasets::Site& site, Mode mode) {
  Curve curve;
  curve.period = site.period;
  if (site.periods() == 0) return curve;
  const Tensor z = impedance_of(site), error = impedance_error_of(site), frequency = 1 / Tensor(site.period);
  Tensor value, deviation;
  if (mode == Mode::determinant) {
    value = determinant_impedance(z);
    const auto part = [&](Tensor (*f)(const Tensor&)) {
      return propagate_error([f](const Tensor& x) { return f(determinant_impedance(x)); }, z, error, 2);
    };
    const Tensor re = part(&real), im = part(&imag);
    deviation = sqrt(0.5 * (re * re + im * im));
  } else {
    const bool xy = mode == Mode::xy;
    const std::int64_t i = xy ? 0 : 1;
    value = index(z, {Ellipsis{}, i, 1 - i});
    if (!xy) value = -value;
    deviation = index(error, {Ellipsis{}, i, 1 - i});
  }
  curve.z = value.to_vector<Complex>();
  curve.error = deviation.to_vector<double>();
  curve.resistivity = apparent_resistivity(value, frequency).to_vector<double>();
  curve.phase = phase(value).to_vector<double>();
  for (std::size_t i = 0; i < site.periods(); ++i) {
    const double relative = curve.error[i] / std::abs(curve.z[i]);
    curve.resistivity_error.push_back(2 * relative * curve.resistivity[i]);
    curve.phase_error.push_back(relative * 180 / datasets::pi);
  }
  return curve;
}

DepthTable niblett_bostick(const Curve& curve, std::size_t points) {
  if (points < 2) fail("niblett_bostick: a slope needs at least 2 points, got ", points);
  DepthTable table;
  const std::size_t n = curve.period.size();
  table.depth.assign(n, datasets::not_a_number);
  table.resistivity = table.by_slope = table.depth;
  if (n == 0) return table;
  const Tensor rho(curve.resistivity), period(curve.period);
  table.depth = niblett_bostick_depth(rho, period).to_vector<double>();
  const auto by_phase = niblett_bostick_from_phase(rho, Tensor(curve.phase)).to_vector<double>();
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < n; ++i)
    if (known(curve.z[i])) rows.push_back(i);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::size_t i = rows[k];
    if (curve.phase[i] > 0 && curve.phase[i] < 90) table.resistivity[i] = by_phase[i];
    const auto near = neighbours(rows, k, points - 1, true);
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t j : near) {
      const double x = std::log(curve.period[j] / curve.period[i]), y = std::log(curve.resistivity[j]);
      sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    const auto m = static_cast<double>(near.size());
    const double spread = m * sxx - sx * sx;
    if (near.size() < 2 || !(spread > 0)) continue;
    const double slope = (m * sxy - sx * sy) / spread;
    if (std::abs(slope) < 1) table.by_slope[i] = niblett_bostick_resistivity(curve.resistivity[i], slope).item();
  }
  return table;
}

std::vector<double> outlier_measure(const Curve& curve, std::size_t points) {
  if (points < 3) fail("outlier_measure: needs at least 3 neighbours, got ", points);
  std::vector<double> measure(curve.period.size(), datasets::not_a_number);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < curve.period.size(); ++i)
    if (known(curve.z[i])) rows.push_back(i);
  if (rows.size() < points + 1) return measure;
  std::vector<double> distances;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::size_t i = rows[k];
    std::vector<double> x, size, angle;
    for (std::size_t j : neighbours(rows, k, points, false)) {
      const Complex ratio = std::log(curve.z[j] / curve.z[i]);  // phases within half a turn of each other
      x.push_back(std::log(curve.period[j] / curve.period[i]));
      size.push_back(ratio.real());
      angle.push_back(ratio.imag());
    }
    measure[i] = std::hypot(theil_sen_at_zero(x, size), theil_sen_at_zero(x, angle));
    distances.push_back(measure[i]);
  }
  // 1.18 standard deviations are the median of the length of a vector of two normal numbers.
  const double scale = std::max(median(distances) / 1.18, 1e-12);
  for (std::size_t i : rows) {
    const double error = std::isfinite(curve.error[i]) ? curve.error[i] / std::abs(curve.z[i]) : 0;
    measure[i] /= std::max(scale, error);
  }
  return measure;
}

}  // namespace terrella::elec
