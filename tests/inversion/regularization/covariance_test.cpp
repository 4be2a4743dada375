// The root of a covariance against dense matrices, Matérn's function, and its own adjoint.
#include "inversion/regularization/covariance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

/// Cells of a rectangle, `width` and `height` of its columns and rows, with one length along and one across.
struct Rectangle {
  std::vector<double> width, height;
  double along = 1, across = 1;
  std::int64_t cut = -1;  ///< no links between this column and the next
  std::vector<double> area() const {
    std::vector<double> all;
    for (const double h : height)
      for (const double w : width) all.push_back(w * h);
    return all;
  }
  std::vector<CellLink> links() const {
    std::vector<CellLink> all;
    const auto nx = static_cast<std::int64_t>(width.size()), ny = static_cast<std::int64_t>(height.size());
    const auto at = [](const std::vector<double>& v, std::int64_t i) { return v[static_cast<std::size_t>(i)]; };
    for (std::int64_t j = 0; j < ny; ++j)
      for (std::int64_t i = 0; i < nx; ++i) {
        if (i + 1 < nx && i != cut)
          all.push_back(
              {j * nx + i, j * nx + i + 1, along * along * at(height, j) * 2 / (at(width, i) + at(width, i + 1))});
        if (j + 1 < ny)
          all.push_back(
              {j * nx + i, (j + 1) * nx + i, across * across * at(width, i) * 2 / (at(height, j) + at(height, j + 1))});
      }
    return all;
  }
  CovarianceRoot root() const { return {area(), links()}; }
};

const Rectangle uneven{{1, 2, 4, 3, 1}, {0.5, 1, 2, 4}, 2.5, 1.2};

Tensor root_matrix(const CovarianceRoot& root) { return root.multiply(eye(root.size())); }

TEST(Covariance, IsThatOfDenseMatrices) {
  const CovarianceRoot root = uneven.root();
  const std::int64_t n = root.size();
  const std::vector<double> area = uneven.area();
  std::vector<double> k(static_cast<std::size_t>(n * n), 0.0);
  const auto at = [&](std::int64_t i, std::int64_t j) -> double& { return k[static_cast<std::size_t>(i * n + j)]; };
  for (std::int64_t i = 0; i < n; ++i) at(i, i) = area[static_cast<std::size_t>(i)];
  for (const CellLink& link : uneven.links()) {
    at(link.a, link.a) += link.flux, at(link.b, link.b) += link.flux;
    at(link.a, link.b) -= link.flux, at(link.b, link.a) -= link.flux;
  }
  const Tensor inverse = solve(Tensor::from(k, {n, n}), eye(n));
  const Tensor whole = matmul(inverse * Tensor(area), inverse);
  const Tensor scale = 1.0 / sqrt(diagonal(whole));
  const Tensor c = reshape(scale, {n, 1}) * whole * scale, l = root_matrix(root);
  EXPECT_LT(max(abs(matmul(l, transpose(l)) - c)).item(), 1e-13);
  EXPECT_LT(max(abs(diagonal(c) - 1.0)).item(), 1e-14);
  // The symmetric root of the dense matrix differs from ours by a rotation: white stays white.
  const Eigh e = eigh(c);
  const Tensor symmetric = matmul(e.vectors * sqrt(e.values), transpose(e.vectors));
  const Tensor turned = solve(symmetric, l);
  EXPECT_LT(max(abs(matmul(turned, transpose(turned)) - eye(n))).item(), 1e-10);
}

TEST(Covariance, AdjointAndInverseAreThoseOfTheRoot) {
  const CovarianceRoot root = uneven.root();
  const Tensor w = random_normal({root.size()}, 1), v = random_normal({root.size()}, 2);
  const auto times = [&](const Tensor& x) { return root.multiply(x); };
  const double left = sum(v * root.multiply(w)).item(), right = sum(root.multiply_transposed(v) * w).item();
  EXPECT_NEAR(left, right, 1e-13 * std::abs(left));
  EXPECT_LT(check::dot_product_error(times, w), 1e-13);
  EXPECT_NEAR(check::taylor_order([&](const Tensor& x) { return square(root.multiply(x)); }, w), 2.0, 0.05);
  EXPECT_LT(max(abs(root.solve(root.multiply(w)) - w)).item(), 1e-12);
}

TEST(Covariance, FarFromBordersItIsMaternsFunction) {
  const std::int64_t n = 81, middle = n / 2;
  const double along = 6, across = 4;
  const CovarianceRoot root = Rectangle{std::vector<double>(static_cast<std::size_t>(n), 1.0),
                                        std::vector<double>(static_cast<std::size_t>(n), 1.0), along, across}
                                  .root();
  std::vector<double> unit(static_cast<std::size_t>(n * n), 0.0);
  unit[static_cast<std::size_t>(middle * n + middle)] = 1;
  const std::vector<double> row = root.multiply(root.multiply_transposed(Tensor(unit))).to_vector<double>();
  for (const auto& [i, j] : {std::pair{6, 0}, {12, 0}, {0, 4}, {0, 8}, {3, 3}, {6, 4}, {12, 8}}) {
    const double r = std::hypot(i / along, j / across), exact = r * std::cyl_bessel_k(1, r);
    const double found = row[static_cast<std::size_t>((middle + j) * n + middle + i)];
    EXPECT_NEAR(found, exact, 0.02) << i << " " << j;  // of 1: cells are a sixth and a quarter of a length
  }
}

TEST(Covariance, NothingPassesACut) {
  Rectangle cut = uneven;
  cut.cut = 1;
  const Tensor l = root_matrix(cut.root()), c = matmul(l, transpose(l));
  const std::vector<double> values = c.to_vector<double>();
  const std::size_t n = 20;
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      if ((a % 5 <= 1) != (b % 5 <= 1)) { EXPECT_EQ(values[a * n + b], 0.0); }
  EXPECT_LT(max(abs(diagonal(c) - 1.0)).item(), 1e-13);
}

TEST(Covariance, RefusesWhatIsNoCell) {
  EXPECT_THROW(CovarianceRoot({1, 0}, {}), std::invalid_argument);
  EXPECT_THROW(CovarianceRoot({1, 1}, {{0, 2, 1.0}}), std::invalid_argument);
  EXPECT_THROW(CovarianceRoot({1, 1}, {{0, 1, -1.0}}), std::invalid_argument);
}

}  // namespace
