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
    for (std::int64_t i = 0; i < layers; ++i)
      w.add_row(std::array{low * layers + i, high * layers + i}, std::array{-pair.weight, pair.weight});
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
  term.residual = [=, count = w.rows](const Tensor& m) { return scatter_add(values * gather(m - origin, columns), rows, count); };
  term.linearize = [w, reference](const Tensor& m) {
    std::vector<double> difference = m.to_vector<double>();
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= reference[i];
    return optimize::Linearization{optimize::multiply(w, difference), w};
  };
  term.loss = std::move(loss);
  term.weight = weight;
  return term;
}

std::vector<Neighbours> line_neighbours(const std::vector<double>& latitude, const std::vector<double>& longitude,
                                        double strength) {
  const std::size_t n = latitude.size();
  if (longitude.size() != n) fail("line_neighbours: ", n, " latitudes but ", longitude.size(), " longitudes");
  constexpr double degree = 111.2e3 /* m */, radian = 0.017453292519943295;
  const auto known = [&](std::size_t i) { return std::isfinite(latitude[i]) && std::isfinite(longitude[i]); };

  // Plane coordinates about the mean; longitudes relative to the first, so that the date line does not matter.
  std::vector<double> x(n, 0), y(n, 0), along(n, 0);
  double count = 0, mean_x = 0, mean_y = 0, mean_latitude = 0, first = 0;
  for (std::size_t i = 0; i < n; ++i)
    if (known(i)) {
      if (count == 0) first = longitude[i];
      mean_latitude += latitude[i];
      ++count;
    }
  mean_latitude /= std::max(count, 1.0);
  for (std::size_t i = 0; i < n; ++i)
    if (known(i)) {
      x[i] = degree * (latitude[i] - mean_latitude);
      y[i] = degree * std::cos(mean_latitude * radian) * std::remainder(longitude[i] - first, 360.0);
      mean_x += x[i] / count;
      mean_y += y[i] / count;
    }
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < n; ++i)
    if (known(i)) {
      xx += (x[i] - mean_x) * (x[i] - mean_x);
      xy += (x[i] - mean_x) * (y[i] - mean_y);
      yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
  const double angle = 0.5 * std::atan2(2 * xy, xx - yy);  // of the larger principal axis
  for (std::size_t i = 0; i < n; ++i)
    along[i] = known(i) ? std::cos(angle) * x[i] + std::sin(angle) * y[i] : (i > 0 ? along[i - 1] : 0.0);

  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return along[i] < along[j]; });
  std::vector<double> distance, positive;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    const std::size_t i = order[k], j = order[k + 1];
    distance.push_back(known(i) && known(j) ? std::hypot(x[i] - x[j], y[i] - y[j]) : 0.0);
    if (distance.back() > 0) positive.push_back(distance.back());
  }
  double median = 1;
  if (!positive.empty()) {
    std::nth_element(positive.begin(), positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2), positive.end());
    median = positive[positive.size() / 2];
  }
  std::vector<Neighbours> pairs;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    const bool both = known(order[k]) && known(order[k + 1]);
    const double closeness = !both ? 1.0 : distance[k] > 0 ? std::min(3.0, median / distance[k]) : 3.0;
    pairs.push_back({static_cast<std::int64_t>(order[k]), static_cast<std::int64_t>(order[k + 1]), strength * closeness});
  }
  return pairs;
}

}  // namespace terrella::inversion
