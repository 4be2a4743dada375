// tests/elec/mt2d/sections.h: grids and models that several tests use.
#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/ops.h"
#include "elec/mt2d/forward.h"

namespace terrella::test {

/// Widths that start with `first` and grow by `factor` up to `most`, until they reach `length`.
inline std::vector<double> growing(double first, double factor, double most, double length) {
  std::vector<double> widths;
  for (double sum = 0, h = first; sum < length; sum += widths.back(), h = std::min(most, h * factor))
    widths.push_back(h);
  return widths;
}

/// Lines at each of `at` (ascending), as close as `close` there, growing by `factor` in between and `padding` m beyond.
inline std::vector<double> lines_around(const std::vector<double>& at, double close, double factor, double padding) {
  std::vector<double> y;
  const auto beyond = growing(close, factor, 1e9, padding);
  for (double x = at.front(); const double h : beyond) y.push_back(x -= h);
  std::reverse(y.begin(), y.end());
  for (std::size_t k = 0; k < at.size(); ++k) {
    y.push_back(at[k]);
    if (k + 1 == at.size()) break;
    const double gap = at[k + 1] - at[k];
    auto half = growing(close, factor, 1e9, gap / 2);  // scaled to end in the middle
    double sum = 0;
    for (const double h : half) sum += h;
    for (double& h : half) h *= gap / 2 / sum;
    for (const double h : half) y.push_back(y.back() + h);
    for (std::size_t i = half.size(); i-- > 1;) y.push_back(y.back() + half[i]);
  }
  for (double x = at.back(); const double h : beyond) y.push_back(x += h);
  return y;
}

/// Resistivity of each element of the earth from a function of its middle (y, depth).
inline Tensor resistivity_of(const elec::mt2d::Grid& grid, const std::function<double(double, double)>& rho) {
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t lines = grid.y.size();
  std::vector<double> out;
  for (auto j = static_cast<std::size_t>(grid.surface); j < static_cast<std::size_t>(grid.nz()); ++j)
    for (std::size_t i = 0; i + 1 < lines; ++i)
      out.push_back(
          rho((grid.y[i] + grid.y[i + 1]) / 2,
              (z[j * lines + i] + z[j * lines + i + 1] + z[(j + 1) * lines + i] + z[(j + 1) * lines + i + 1]) / 4));
  return Tensor::from(out, {grid.earth_rows(), grid.ny()});
}

inline Tensor apparent(const Tensor& z, const Tensor& periods) {
  return square(abs(z)) / (2 * 3.14159265358979323846 / reshape(periods, {-1, 1}) * 4e-7 * 3.14159265358979323846);
}
inline Tensor phase_of(const Tensor& z) { return atan2(imag(z), real(z)) * (180 / 3.14159265358979323846); }

}  // namespace terrella::test
