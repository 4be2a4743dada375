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

/// Integral over a cell of rates, from `low` to `high`, of 1/(l + i w) - 1/(l + w_0).
Complex cell(double low, double high, double omega, double reference) {
  return std::log(Complex(high, omega) / Complex(low, omega)) - std::log((high + reference) / (low + reference));
}

struct Density {
  std::vector<double> edge;  // of the cells, [n + 1], the first is 0
  std::vector<double> xi;    // [n]
  double level = 0;          // ln c at the reference
  double squares = infinity;
};

struct Problem {
  const ResponseData& data;
  RhoPlusData kind;
  double reference;  // w_0, 1/s

  Complex log_response(std::size_t p) const {
    const double omega = 2 * pi / data.period[p];
    return std::log(data.z[p] / Complex(0, omega * mu_0));
  }
  double weight(std::size_t p) const { return std::abs(data.z[p]) / data.error[p]; }

  /// Of ln |c| the error is s/|z|, as of the phase: that of ln rho_a is twice as large, and so is ln rho_a.
  Density solve(const std::vector<double>& edge) const {
    const std::size_t n = edge.size() - 1, columns = n + 1;
    std::vector<double> a, b;
    const auto add_row = [&](double weight, double datum, double level, const auto& part, double omega) {
      b.push_back(weight * datum);
      for (std::size_t k = 0; k < n; ++k) a.push_back(weight * part(cell(edge[k], edge[k + 1], omega, reference)));
      a.push_back(weight * level);
    };
    for (std::size_t p : data.rows) {
      const double omega = 2 * pi / data.period[p];
      const Complex c = log_response(p);
      if (kind != RhoPlusData::phase)
        add_row(
            weight(p), c.real(), 1, [](Complex v) { return v.real(); }, omega);
      if (kind != RhoPlusData::resistivity)
        add_row(
            weight(p), c.imag(), 0, [](Complex v) { return v.imag(); }, omega);
    }
    std::vector<double> lower(columns, 0.0), upper(columns, 1.0);
    lower.back() = -infinity;
    upper.back() = infinity;
    const bool level_is_free = kind == RhoPlusData::phase;
    if (level_is_free) lower.back() = upper.back() = 0;
    const auto solution = optimize::bounded_least_squares(static_cast<std::int64_t>(b.size()),
                                                          static_cast<std::int64_t>(columns), a, b, lower, upper);
    Density result{edge, solution.x, solution.x.back(), solution.squares};
    result.xi.pop_back();
    return result;
  }

  Complex response(const Density& density, double omega) const {
    Complex sum = density.level;
    for (std::size_t k = 0; k < density.xi.size(); ++k)
      if (density.xi[k] > 0) sum += density.xi[k] * cell(density.edge[k], density.edge[k + 1], omega, reference);
    return std::exp(sum);
  }
};

/// Cells in which xi is neither 0 nor 1, and their neighbours, become halves.
std::vector<double> split(const Density& density) {
  const std::size_t n = density.xi.size();
  const auto wanted = [&](std::size_t k) { return density.xi[k] > 1e-9 && density.xi[k] < 1 - 1e-9; };
  std::vector<double> edge = {0};
  for (std::size_t k = 0; k < n; ++k) {
    const double low = density.edge[k], high = density.edge[k + 1];
    const bool near = wanted(k) || (k > 0 && wanted(k - 1)) || (k + 1 < n && wanted(k + 1));
    if (near) edge.push_back(low > 0 ? std::sqrt(low * high) : high / 2);
    edge.push_back(high);
  }
  return edge;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

LeastMisfit rho_plus(const std::vector<double>& period, const std::vector<Complex>& z, const std::vector<double>& error,
                     RhoPlusData kind) {
  const ResponseData d = response_data("rho_plus", period, z, error);
  double low = infinity, high = 0;
  for (std::size_t p : d.rows) {
    low = std::min(low, 2 * pi / period[p]);
    high = std::max(high, 2 * pi / period[p]);
  }
  const Problem problem{d, kind, std::sqrt(low * high)};
  std::vector<double> edge = {0};
  for (double at = std::log10(low) - 4; at <= std::log10(high) + 4; at += 0.125) edge.push_back(std::pow(10, at));
  Density best = problem.solve(edge);
  for (int round = 0; round < 8; ++round) {
    edge = split(best);
    if (edge.size() > 600) break;
    Density now = problem.solve(edge);
    const double gain = best.squares - now.squares;
    if (now.squares <= best.squares) best = std::move(now);
    if (gain < 1e-5 * best.squares || best.squares < 1e-12) break;
  }
  if (kind == RhoPlusData::phase) {
    std::vector<double> difference;
    for (std::size_t p : d.rows)
      difference.push_back(problem.log_response(p).real() -
                           std::log(std::abs(problem.response(best, 2 * pi / period[p]))));
    best.level = median(difference);
  }

  LeastMisfit result;
  result.residual.assign(period.size(), datasets::not_a_number);
  for (double t : period) {
    const double omega = 2 * pi / t;
    result.predicted.push_back(problem.response(best, omega) * Complex(0, omega * mu_0));
  }
  for (std::size_t p : d.rows) {
    const Complex r = std::log(z[p] / result.predicted[p]) * problem.weight(p);
    const double resistivity = kind == RhoPlusData::phase ? 0 : r.real();
    const double phase = kind == RhoPlusData::resistivity ? 0 : r.imag();
    result.chi_squared += resistivity * resistivity + phase * phase;
    result.residual[p] = std::max(std::abs(r.real()), std::abs(r.imag()));
  }
  judge(result, (kind == RhoPlusData::both ? 2 : 1) * d.rows.size());
  return result;
}

}  // namespace terrella::elec
