#include "core/optimize/bounded_linear.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::optimize {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

enum class Place : std::uint8_t { lower, upper, inside };

void check(std::int64_t rows, std::int64_t columns, const std::vector<double>& a, const std::vector<double>& b,
           const std::vector<double>& lower, const std::vector<double>& upper) {
  const auto n = static_cast<std::size_t>(columns);
  if (rows < 1 || columns < 1 || a.size() != static_cast<std::size_t>(rows) * n ||
      b.size() != static_cast<std::size_t>(rows) || lower.size() != n || upper.size() != n)
    fail("bounded_least_squares: ", rows, " x ", columns, " needs as many values, ", rows, " data and ", columns,
         " bounds, got ", a.size(), ", ", b.size(), ", ", lower.size(), " and ", upper.size());
  for (double value : a)
    if (!std::isfinite(value)) fail("bounded_least_squares: the matrix holds ", value);
  for (double value : b)
    if (!std::isfinite(value)) fail("bounded_least_squares: the data hold ", value);
  for (std::size_t j = 0; j < n; ++j)
    if (!(lower[j] <= upper[j])) fail("bounded_least_squares: bounds ", lower[j], " .. ", upper[j], " of variable ", j);
}

/// The variables that are free to move, solved for; x is what the others have.
Vector solve_inside(const Matrix& a, const Vector& rest, const std::vector<Eigen::Index>& inside) {
  Matrix part(a.rows(), static_cast<Eigen::Index>(inside.size()));
  for (std::size_t k = 0; k < inside.size(); ++k) part.col(static_cast<Eigen::Index>(k)) = a.col(inside[k]);
  return part.colPivHouseholderQr().solve(rest);
}

}  // namespace

BoundedLinearSolution bounded_least_squares(std::int64_t rows, std::int64_t columns, const std::vector<double>& values,
                                            const std::vector<double>& data, const std::vector<double>& lower,
                                            const std::vector<double>& upper) {
  check(rows, columns, values, data, lower, upper);
  Matrix a = Eigen::Map<const RowMajor>(values.data(), rows, columns);
  const Vector b = Eigen::Map<const Vector>(data.data(), rows);
  const auto n = static_cast<std::size_t>(columns);
  const auto at = [](std::size_t j) { return static_cast<Eigen::Index>(j); };
  Vector scale(columns), low(columns), high(columns), x(columns);
  std::vector<Place> place(n, Place::lower);
  for (std::size_t j = 0; j < n; ++j) {
    const double length = a.col(at(j)).norm();
    scale(at(j)) = length > 0 ? 1 / length : 1;
    a.col(at(j)) *= scale(at(j));
    low(at(j)) = lower[j] / scale(at(j));
    high(at(j)) = upper[j] / scale(at(j));
    place[j] = std::isfinite(lower[j]) ? Place::lower : std::isfinite(upper[j]) ? Place::upper : Place::inside;
    x(at(j)) = place[j] == Place::lower ? low(at(j)) : place[j] == Place::upper ? high(at(j)) : 0;
  }

  BoundedLinearSolution result;
  const double tolerance = 1e-13 * (b.norm() + 1e-300);
  const int most = static_cast<int>(20 * columns + 100);
  Eigen::Index freed = -1;
  std::vector<bool> refused(n, false);  // moved the wrong way by rounding when it was last freed
  for (; result.iterations < most; ++result.iterations) {
    std::vector<Eigen::Index> inside;
    for (std::size_t j = 0; j < n; ++j)
      if (place[j] == Place::inside) inside.push_back(at(j));
    if (!inside.empty()) {
      Vector rest = b;
      for (std::size_t j = 0; j < n; ++j)
        if (place[j] != Place::inside) rest -= x(at(j)) * a.col(at(j));
      const Vector z = solve_inside(a, rest, inside);
      // The whole way, or until the first variable meets its bound.
      double step = 1;
      std::ptrdiff_t met = -1;
      for (std::size_t k = 0; k < inside.size(); ++k) {
        const Eigen::Index j = inside[k];
        const double to = z(at(k));
        if (to >= low(j) && to <= high(j)) continue;
        const double bound = to < low(j) ? low(j) : high(j), way = to - x(j);
        const double part = way == 0 ? 0 : std::clamp((bound - x(j)) / way, 0.0, 1.0);
        if (met < 0 || part < step) step = part, met = static_cast<std::ptrdiff_t>(k);
      }
      for (std::size_t k = 0; k < inside.size(); ++k)
        x(inside[k]) = std::clamp(x(inside[k]) + step * (z(at(k)) - x(inside[k])), low(inside[k]), high(inside[k]));
      if (met >= 0) {
        const Eigen::Index j = inside[static_cast<std::size_t>(met)];
        const bool below = z(met) < low(j);
        x(j) = below ? low(j) : high(j);
        place[static_cast<std::size_t>(j)] = below ? Place::lower : Place::upper;
        if (j == freed && step == 0) refused[static_cast<std::size_t>(j)] = true;
        continue;
      }
    }
    const Vector gradient = a.transpose() * (b - a * x);
    freed = -1;
    double best = tolerance;
    for (std::size_t j = 0; j < n; ++j) {
      if (place[j] == Place::inside || refused[j] || low(at(j)) == high(at(j))) continue;
      const double gain = place[j] == Place::lower ? gradient(at(j)) : -gradient(at(j));
      if (gain > best) best = gain, freed = at(j);
    }
    if (freed < 0) {
      result.converged = true;
      break;
    }
    place[static_cast<std::size_t>(freed)] = Place::inside;
    std::fill(refused.begin(), refused.end(), false);
  }
  result.squares = (a * x - b).squaredNorm();
  for (std::size_t j = 0; j < n; ++j) {
    // What stands at a bound is the bound to the last bit, whatever the scaling made of it.
    result.x.push_back(place[j] == Place::lower   ? lower[j]
                       : place[j] == Place::upper ? upper[j]
                                                  : std::clamp(x(at(j)) * scale(at(j)), lower[j], upper[j]));
    result.bound.push_back(place[j] != Place::inside);
  }
  return result;
}

}  // namespace terrella::optimize
