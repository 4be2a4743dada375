#include "elec/mt2d/elements.h"

#include <cmath>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::elec::mt2d {
namespace {

Basis make_basis(int order) {
  Basis b{order, {}, {}, {}, {}};
  if (order == 1) {
    const double d = std::sqrt(1.0 / 3);
    b.point = {(1 - d) / 2, (1 + d) / 2};
    b.weight = {0.5, 0.5};
  } else {
    const double d = std::sqrt(0.6);
    b.point = {(1 - d) / 2, 0.5, (1 + d) / 2};
    b.weight = {5.0 / 18, 8.0 / 18, 5.0 / 18};
  }
  for (const double x : b.point) {
    b.value.push_back(values_at(order, x));
    b.slope.push_back(slopes_at(order, x));
  }
  return b;
}

/// [points, nodes^2]: weights times products of two sets of values at each point.
Tensor table(const Basis& b, const auto& left, const auto& right) {
  const std::size_t n = b.point.size();
  std::vector<double> out;
  for (std::size_t q = 0; q < n; ++q)    // along z
    for (std::size_t p = 0; p < n; ++p)  // along y
      for (std::size_t k = 0; k < n * n; ++k)
        for (std::size_t l = 0; l < n * n; ++l)
          out.push_back(b.weight[q] * b.weight[p] * left(q, p, k) * right(q, p, l));
  const auto points = static_cast<std::int64_t>(n * n);
  return Tensor::from(out, {points, points * points});
}

/// z of rows [first, last) of nodes; lines likewise.
Tensor part(const Tensor& z, std::int64_t first, std::int64_t last, std::int64_t left, std::int64_t right) {
  return slice(z, {{first, last}, {left, right}});
}

}  // namespace

const Basis& Basis::of(int order) {
  static const Basis linear = make_basis(1), quadratic = make_basis(2);
  if (order != 1 && order != 2) fail("mt2d: elements of order ", order, "; there are order 1 and 2");
  return order == 1 ? linear : quadratic;
}

Tensor Basis::products(const std::vector<std::vector<double>>& of) const {
  std::vector<double> sums;
  for (std::size_t k = 0; k < point.size(); ++k)
    for (std::size_t l = 0; l < point.size(); ++l) {
      double sum = 0;
      for (std::size_t q = 0; q < point.size(); ++q) sum += weight[q] * of[q][k] * of[q][l];
      sums.push_back(sum);
    }
  return Tensor(sums);
}

Elements elements_of(const Grid& grid, std::int64_t first, int order) {
  const Basis& b = Basis::of(order);
  const std::size_t n = b.point.size();
  const std::int64_t last = grid.nz(), ny = grid.ny(), count = (last - first) * ny;
  const Tensor h = Tensor(grid.widths());
  const Tensor upper_left = part(grid.z, first, last, 0, ny), upper_right = part(grid.z, first, last, 1, ny + 1),
               lower_left = part(grid.z, first + 1, last + 1, 0, ny),
               lower_right = part(grid.z, first + 1, last + 1, 1, ny + 1);
  const Tensor left = lower_left - upper_left, right = lower_right - upper_right;  // heights of the sides
  const Tensor top = upper_right - upper_left, bottom = lower_right - lower_left;  // what edges descend
  // At each point dz/d(eta) = t, dz/d(xi) = s, dy/d(xi) = h; d/dz = 1/t d/d(eta), d/dy = (d/d(xi) - s/t d/d(eta)) / h.
  Tensors by_xi, across, by_eta_y, by_eta_z, area;
  for (std::size_t q = 0; q < n; ++q)
    for (std::size_t p = 0; p < n; ++p) {
      const double xi = b.point[p], eta = b.point[q];
      const Tensor t = (1 - xi) * left + xi * right, s = (1 - eta) * top + eta * bottom;
      by_xi.push_back(t / h);
      across.push_back(s / h);
      by_eta_y.push_back(square(s) / (t * h));
      by_eta_z.push_back(h / t);
      area.push_back(h * t);
    }
  const auto at_points = [&](const Tensors& x) {
    return reshape(stack(x, -1), {count, static_cast<std::int64_t>(n * n)});
  };
  const auto value = [&](std::size_t q, std::size_t p, std::size_t k) { return b.value[q][k / n] * b.value[p][k % n]; };
  const auto xi_slope = [&](std::size_t q, std::size_t p, std::size_t k) {
    return b.value[q][k / n] * b.slope[p][k % n];
  };
  const auto eta_slope = [&](std::size_t q, std::size_t p, std::size_t k) {
    return b.slope[q][k / n] * b.value[p][k % n];
  };
  const Tensor eta_eta = table(b, eta_slope, eta_slope);
  Elements e;
  e.order = order;
  e.rows = last - first;
  e.columns = ny;
  e.stiffness_y = matmul(at_points(by_xi), table(b, xi_slope, xi_slope)) -
                  matmul(at_points(across), table(b, xi_slope, eta_slope) + table(b, eta_slope, xi_slope)) +
                  matmul(at_points(by_eta_y), eta_eta);
  e.stiffness_z = matmul(at_points(by_eta_z), eta_eta);
  e.mass = matmul(at_points(area), table(b, value, value));
  e.bottom = expand_dims(h, 1) * b.mass();
  return e;
}

LineElements line_elements_of(const Grid& grid, std::int64_t first, std::int64_t line, int order) {
  const Basis& b = Basis::of(order);
  const Tensor z = slice(grid.z, {{first, grid.nz() + 1}, {line, line + 1}});  // [rows + 1, 1]
  const Tensor t = slice(z, 0, {1, {}}) - slice(z, 0, {0, grid.nz() - first});
  return {b.products(b.slope) / t, b.mass() * t};
}

}  // namespace terrella::elec::mt2d
