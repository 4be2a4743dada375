#include "elec/dplus/dplus.h"

#include <algorithm>
#include <numeric>

#include "core/optimize/bounded_linear.h"
#include "datasets/survey/units.h"
#include "elec/dplus/data.h"

namespace terrella::elec {
namespace {

using datasets::mu_0;
using datasets::pi;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// b / (rate + i w), and the constant as the rate that is infinite.
Complex kernel(double rate, double omega) { return std::isinf(rate) ? 1.0 : 1.0 / Complex(rate, omega); }

struct Fit {
  std::vector<double> rate, residue;  // those above 0
  double squares = 0;
};

Fit fit(const ResponseData& d, const std::vector<double>& rates) {
  const std::size_t rows = 2 * d.rows.size(), columns = rates.size();
  std::vector<double> a(rows * columns), b(rows);
  for (std::size_t i = 0; i < d.rows.size(); ++i) {
    const std::size_t p = d.rows[i];
    const double omega = 2 * pi / d.period[p], weight = omega * mu_0 / d.error[p];
    const Complex c = d.z[p] / Complex(0, omega * mu_0);
    b[2 * i] = weight * c.real();
    b[2 * i + 1] = weight * c.imag();
    for (std::size_t k = 0; k < columns; ++k) {
      const Complex value = weight * kernel(rates[k], omega);
      a[2 * i * columns + k] = value.real();
      a[(2 * i + 1) * columns + k] = value.imag();
    }
  }
  const auto solution =
      optimize::bounded_least_squares(static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns), a, b,
                                      std::vector<double>(columns, 0.0), std::vector<double>(columns, infinity));
  Fit result{.rate = {}, .residue = {}, .squares = solution.squares};
  for (std::size_t k = 0; k < columns; ++k)
    if (solution.x[k] > 0) {
      result.rate.push_back(rates[k]);
      result.residue.push_back(solution.x[k]);
    }
  return result;
}

}  // namespace

DPlus d_plus(const std::vector<double>& period, const std::vector<Complex>& z, const std::vector<double>& error) {
  const ResponseData d = response_data("d_plus", period, z, error);
  const auto [shortest, longest] =
      std::minmax_element(d.rows.begin(), d.rows.end(), [&](auto a, auto b) { return period[a] < period[b]; });
  const double low = std::log10(2 * pi / period[*longest]) - 3, high = std::log10(2 * pi / period[*shortest]) + 3;
  constexpr double spacing = 0.1;  // decades
  std::vector<double> grid;
  for (double at = low; at <= high; at += spacing) grid.push_back(std::pow(10, at));

  Fit best;
  std::vector<double> rates = grid;
  double step = spacing;
  for (int round = 0; round < 26; ++round, step /= 2) {
    rates.push_back(0);
    rates.push_back(infinity);
    std::sort(rates.begin(), rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    const Fit now = fit(d, rates);
    const double gain = best.squares - now.squares;
    if (round == 0 || now.squares <= best.squares) best = now;
    if (round > 3 && gain < 1e-9 * best.squares) break;
    if (best.squares < 1e-16 * static_cast<double>(d.rows.size())) break;
    rates = grid;
    for (double rate : best.rate)
      if (rate > 0 && std::isfinite(rate))
        for (double move : {-step / 2, 0.0, step / 2}) rates.push_back(rate * std::pow(10, move));
  }

  DPlus result;
  for (std::size_t k = 0; k < best.rate.size(); ++k) {
    if (std::isinf(best.rate[k])) {
      result.surface = best.residue[k];
    } else {
      result.rate.push_back(best.rate[k]);
      result.residue.push_back(best.residue[k]);
    }
  }
  result.residual.assign(period.size(), datasets::not_a_number);
  for (double t : period) {
    const double omega = 2 * pi / t;
    Complex c = result.surface;
    for (std::size_t k = 0; k < result.rate.size(); ++k) c += result.residue[k] * kernel(result.rate[k], omega);
    result.predicted.push_back(c * Complex(0, omega * mu_0));
  }
  for (std::size_t p : d.rows) {
    const Complex r = (z[p] - result.predicted[p]) / error[p];
    result.chi_squared += std::norm(r);
    result.residual[p] = std::max(std::abs(r.real()), std::abs(r.imag()));
  }
  judge(result, 2 * d.rows.size());
  return result;
}

}  // namespace terrella::elec
