#include "inversion/regularization/covariance.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::inversion {
namespace {

Tensor scaled(const Tensor& diagonal, const Tensor& x) {
  return (x.rank() == 1 ? diagonal : reshape(diagonal, {-1, 1})) * x;
}

}  // namespace

CovarianceRoot::CovarianceRoot(const std::vector<double>& area, const std::vector<CellLink>& links)
    : left_(Tensor::none()), right_(Tensor::none()) {
  const auto n = static_cast<std::int64_t>(area.size());
  std::vector<std::int64_t> row, column;
  std::vector<double> value, roots;
  const auto add = [&](std::int64_t i, std::int64_t j, double v) {
    row.push_back(i);
    column.push_back(j);
    value.push_back(v);
  };
  for (std::int64_t i = 0; i < n; ++i) {
    const double own = area[static_cast<std::size_t>(i)];
    if (!(own > 0) || std::isinf(own)) fail("covariance: cell ", i, " has the area ", own);
    add(i, i, own);
    roots.push_back(std::sqrt(own));
  }
  for (const CellLink& link : links) {
    if (std::min(link.a, link.b) < 0 || std::max(link.a, link.b) >= n || link.a == link.b)
      fail("covariance: cells ", link.a, " and ", link.b, " are linked; there are ", n);
    if (!(link.flux >= 0) || std::isinf(link.flux))
      fail("covariance: the flux between cells ", link.a, " and ", link.b, " is ", link.flux);
    add(link.a, link.a, link.flux);
    add(link.b, link.b, link.flux);
    add(link.a, link.b, -link.flux);
    add(link.b, link.a, -link.flux);
  }
  const Assembly assembly = assemble(n, n, row, column);
  matrix_ = SparseTensor(assembly.pattern, assembly.values(Tensor(value)).eval());
  factor_ = std::make_shared<const SparseFactor>(matrix_, MatrixKind::positive_definite);
  right_ = Tensor(roots);
  // Variances are sums over the squares of the rows of K^-1 M^1/2, some columns at a time.
  std::vector<double> variance(area.size(), 0.0);
  constexpr std::int64_t columns_at_a_time = 128;
  for (std::int64_t first = 0; first < n; first += columns_at_a_time) {
    const std::int64_t count = std::min(columns_at_a_time, n - first);
    std::vector<double> unit(static_cast<std::size_t>(n * count), 0.0);
    for (std::int64_t k = 0; k < count; ++k)
      unit[static_cast<std::size_t>((first + k) * count + k)] = roots[static_cast<std::size_t>(first + k)];
    const std::vector<double> of_rows =
        sum(square(factor_->solve(Tensor::from(unit, {n, count}))), {1}).to_vector<double>();
    for (std::size_t i = 0; i < variance.size(); ++i) variance[i] += of_rows[i];
  }
  for (double& v : variance) v = 1 / std::sqrt(v);
  left_ = Tensor(variance);
}

Tensor CovarianceRoot::multiply(const Tensor& w) const { return scaled(left_, factor_->solve(scaled(right_, w))); }

Tensor CovarianceRoot::multiply_transposed(const Tensor& v) const {
  return scaled(right_, factor_->solve(scaled(left_, v)));  // K is symmetric
}

Tensor CovarianceRoot::solve(const Tensor& m) const {
  return scaled(1.0 / right_, matmul(matrix_, scaled(1.0 / left_, m)));
}

}  // namespace terrella::inversion
