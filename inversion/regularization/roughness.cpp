#include "inversion/regularization/roughness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::inversion {

using optimize::SparseMatrix;

SparseMatrix first_difference(std::int64_t layers, std::int64_t columns) {
  SparseMatrix w;
  w.columns = layers * columns;
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t i = 0; i + 1 < layers; ++i) {
      const std::int64_t k = c * layers + i;
      w.add_row(std::array{k, k + 1}, std::array{-1.0, 1.0});
    }
  return w;
}

SparseMatrix second_difference(std::int64_t layers, std::int64_t columns) {
  SparseMatrix w;
  w.columns = layers * columns;
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t i = 1; i + 1 < layers; ++i) {
      const std::int64_t k = c * layers + i;
      w.add_row(std::array{k - 1, k, k + 1}, std::array{1.0, -2.0, 1.0});
    }
  return w;
}

SparseMatrix lateral_difference(std::int64_t layers, std::int64_t columns, const std::vector<Neighbours>& pairs) {
  SparseMatrix w;
  w.columns = layers * columns;
  for (const Neighbours& pair : pairs) {
    if (pair.a == pair.b || std::min(pair.a, pair.b) < 0 || std::max(pair.a, pair.b) >= columns)
      fail("lateral_difference: columns ", pair.a, " and ", pair.b, " are no pair of ", columns);
    const auto [low, high] = std::minmax(pair.a, pair.b);
    const double sign = pair.a < pair.b ? 1 : -1;
    for (std::int64_t i = 0; i < layers; ++i)
      w.add_row(std::array{low * layers + i, high * layers + i}, std::array{-sign * pair.weight, sign * pair.weight});
  }
  return w;
}

SparseMatrix identity(std::int64_t size) {
  SparseMatrix w;
  w.columns = size;
  for (std::int64_t i = 0; i < size; ++i) w.add_row(std::array{i}, std::array{1.0});
  return w;
}

optimize::Term linear_term(std::string name, const SparseMatrix& w, std::vector<double> reference, optimize::Loss loss,
                           double weight) {
  if (!reference.empty() && static_cast<std::int64_t>(reference.size()) != w.columns)
    fail(name, ": a reference of ", reference.size(), " values for a model of ", w.columns);
  if (reference.empty()) reference.assign(static_cast<std::size_t>(w.columns), 0.0);

  std::vector<std::int64_t> row;
  for (std::int64_t i = 0; i < w.rows; ++i)
    row.resize(static_cast<std::size_t>(w.row_start[static_cast<std::size_t>(i + 1)]), i);
  const auto entries = static_cast<std::int64_t>(w.column.size());
  const Tensor rows = Tensor::from(row, {entries}), columns = Tensor::from(w.column, {entries});
  const Tensor values = Tensor::from(w.value, {entries}), origin(reference);

  optimize::Term term;
  term.name = std::move(name);
  term.residual = [=, count = w.rows](const Tensor& m) {
    return scatter_add(values * gather(m - origin, columns), rows, count);
  };
  term.linearize = [w, reference](const Tensor& m) {
    std::vector<double> difference = m.to_vector<double>();
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= reference[i];
    return optimize::Linearization{optimize::multiply(w, difference), w};
  };
  term.loss = std::move(loss);
  term.weight = weight;
  return term;
}

namespace {

/// Plane coordinates of stations about their middle, m; NaN where unknown.
struct Plane {
  std::vector<double> north, east;
  Plane(const std::vector<double>& latitude, const std::vector<double>& longitude) {
    constexpr double degree = 111.2e3 /* m */, radian = 0.017453292519943295;
    double middle = 0, count = 0, first = 0;
    for (std::size_t i = 0; i < latitude.size(); ++i) {
      if (!std::isfinite(latitude[i]) || !std::isfinite(longitude[i])) continue;
      if (count == 0) first = longitude[i];  // longitudes relative to it, so that the date line does not matter
      middle += latitude[i];
      ++count;
    }
    middle /= std::max(count, 1.0);
    for (std::size_t i = 0; i < latitude.size(); ++i) {
      north.push_back(degree * (latitude[i] - middle));
      east.push_back(degree * std::cos(middle * radian) * std::remainder(longitude[i] - first, 360.0));
    }
  }
  bool known(std::size_t i) const { return std::isfinite(north[i]) && std::isfinite(east[i]); }
};

void check_coordinates(const std::vector<double>& latitude, const std::vector<double>& longitude) {
  if (longitude.size() != latitude.size())
    fail("line: ", latitude.size(), " latitudes but ", longitude.size(), " longitudes");
}

}  // namespace

std::vector<std::size_t> line_order(const std::vector<double>& latitude, const std::vector<double>& longitude) {
  check_coordinates(latitude, longitude);
  const std::size_t n = latitude.size();
  const Plane plane(latitude, longitude);
  double count = 0, north = 0, east = 0, nn = 0, ne = 0, ee = 0;
  for (std::size_t i = 0; i < n; ++i)
    if (plane.known(i)) {
      north += plane.north[i];
      east += plane.east[i];
      ++count;
    }
  for (std::size_t i = 0; i < n; ++i)
    if (plane.known(i)) {
      const double dn = plane.north[i] - north / count, de = plane.east[i] - east / count;
      nn += dn * dn;
      ne += dn * de;
      ee += de * de;
    }
  const double angle = 0.5 * std::atan2(2 * ne, nn - ee);  // of the larger principal axis
  std::vector<double> along(n, 0);
  for (std::size_t i = 0; i < n; ++i)
    along[i] = plane.known(i) ? std::cos(angle) * plane.north[i] + std::sin(angle) * plane.east[i]
               : i > 0        ? along[i - 1]
                              : 0;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return along[i] < along[j]; });
  return order;
}

std::vector<Neighbours> line_neighbours(const std::vector<double>& latitude, const std::vector<double>& longitude,
                                        double strength) {
  check_coordinates(latitude, longitude);
  const Plane plane(latitude, longitude);
  const std::vector<std::size_t> order = line_order(latitude, longitude);
  std::vector<double> distance, positive;
  for (std::size_t k = 0; k + 1 < order.size(); ++k) {
    const std::size_t i = order[k], j = order[k + 1];
    distance.push_back(std::hypot(plane.north[i] - plane.north[j], plane.east[i] - plane.east[j]));
    if (distance.back() > 0) positive.push_back(distance.back());
  }
  double median = 1;
  if (!positive.empty()) {
    const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
    std::nth_element(positive.begin(), middle, positive.end());
    median = *middle;
  }
  std::vector<Neighbours> pairs;
  for (std::size_t k = 0; k < distance.size(); ++k) {
    const double closeness =
        std::isnan(distance[k]) ? 1.0 : std::min(3.0, median / distance[k]);  // 3 where they coincide
    pairs.push_back(
        {static_cast<std::int64_t>(order[k]), static_cast<std::int64_t>(order[k + 1]), strength * closeness});
  }
  return pairs;
}

}  // namespace terrella::inversion
