// The C++ of notebook 03, "Differentiating through a PDE solve". Its cells quote lines of this file, which a test of
// the notebooks checks.
#include <gtest/gtest.h>

#include <numbers>

#include "core/check.h"
#include "core/implicit.h"
#include "core/jit.h"
#include "core/ops.h"
#include "core/optimize/lbfgs.h"
#include "core/sparse.h"

namespace terrella {
namespace {

const double pi = std::numbers::pi;

/// Square of n x n unknowns, zero on its boundary: places of the five-point Laplacian, diagonal entries first.
struct Square {
  std::int64_t n;
  double h = 1.0 / static_cast<double>(n + 1);
  Assembly places;
  Tensor laplace, x, y;  // contributions of -Laplace; coordinates

  explicit Square(std::int64_t size) : n(size) {
    std::vector<std::int64_t> row, column;
    for (std::int64_t p = 0; p < n * n; ++p) row.push_back(p), column.push_back(p);
    const auto link = [&](std::int64_t p, std::int64_t q) {
      row.insert(row.end(), {p, q});
      column.insert(column.end(), {q, p});
    };
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        if (i + 1 < n) link(i * n + j, (i + 1) * n + j);
        if (j + 1 < n) link(i * n + j, i * n + j + 1);
      }
    places = assemble(n * n, n * n, row, column);
    const std::int64_t links = places.entry.size() - n * n;
    laplace = concatenate({4.0 * ones({n * n}), -ones({links})}) / (h * h);
    const Tensor line = linspace(h, 1 - h, n);
    x = ravel(broadcast_to(expand_dims(line, 1), {n, n}));
    y = ravel(broadcast_to(line, {n, n}));
  }
  /// -Laplace + diag(d), d [.., n n].
  SparseTensor operator()(const Tensor& d) const {
    return {places.pattern, places.values(laplace + scatter_add(d, arange(n * n), laplace.size(), -1))};
  }
};

// u of -Laplace u + exp(m) u^3 = f, by Newton's method with sparse solves.
Tensor reaction(const Square& square, const Tensor& m, const Tensor& f) {
  const auto equation = [&](const Tensor& u) { return matmul(square(zeros_like(u)), u) + exp(m) * pow(u, 3) - f; };
  RootOptions newton;
  newton.solver = [&](const Tensor& u, const Tensor& r) {
    return solve(square(3.0 * exp(m) * pow(u, 2)), r, MatrixKind::positive_definite);
  };
  return root(equation, zeros_like(f), newton).x;
}

// Waves at several wavenumbers k through a medium whose squared slowness is 1 + m, in a sponge of complex slowness.
struct Waves {
  Square square;
  Tensor k = 2 * pi * Tensor({2.0, 3.0, 4.0, 5.0});
  Tensor sponge, sources;
  Tensor receivers;

  explicit Waves(std::int64_t n) : square(n) {
    const Tensor edge = minimum(minimum(square.x, 1.0 - square.x), minimum(square.y, 1.0 - square.y));
    sponge = 1.0 - std::complex<double>(0, 0.6) * pow(clip((0.15 - edge) / 0.15, 0.0, 1.0), 2);
    const auto ring = [&](std::int64_t count) {  // unknowns near a circle
      std::vector<std::int64_t> at;
      for (std::int64_t i = 0; i < count; ++i) {
        const double angle = 2 * pi * static_cast<double>(i) / static_cast<double>(count);
        const auto place = [&](double c) { return std::llround((0.5 + 0.33 * c) / square.h - 1); };
        at.push_back(place(std::cos(angle)) * n + place(std::sin(angle)));
      }
      return Tensor::from(at, {count});
    };
    receivers = ring(24);
    sources = transpose(cast(expand_dims(ring(8), 1) == arange(n * n), DType::f64)) / (square.h * square.h);
  }

  // [wavenumber, receiver, source]
  Tensor seen(const Tensor& m) const {
    const Tensor slowness = -expand_dims(k * k, 1) * sponge * (1.0 + m);
    const Tensor u = solve(square(slowness), sources, MatrixKind::symmetric);
    return gather(u, receivers, 1);
  }

  Tensor misfit(const Tensor& m, const Tensor& data) const {
    const Tensor r = seen(m) - data, s = reshape(m, {square.n, square.n});
    const auto steps = [&](int axis) { return slice(s, axis, {1, square.n}) - slice(s, axis, {0, square.n - 1}); };
    const Tensor rough = sum(pow(steps(0), 2)) + sum(pow(steps(1), 2));
    return sum(pow(abs(r), 2)) / sum(pow(abs(data), 2)) + 1e-6 * rough;
  }
};

Tensor blob(const Square& square, double x, double y, double width) {
  return exp(-(pow(square.x - x, 2) + pow(square.y - y, 2)) / (width * width));
}

}  // namespace

TEST(ThroughAPde, ReactionConvergesWithSecondOrderToAManufacturedSolution) {
  const auto error = [](std::int64_t n) {
    const Square square(n);
    const Tensor exact = sin(pi * square.x) * sin(2 * pi * square.y), m = square.x - square.y;
    const Tensor f = 5 * pi * pi * exact + exp(m) * pow(exact, 3);
    return max_abs(reaction(square, m, f) - exact);
  };
  EXPECT_NEAR(check::convergence_order(error, {15, 31, 63}), 2.0, 0.1);
}

TEST(ThroughAPde, GradientOfReactionIsThatOfTheAdjointEquation) {
  const Square square(20);
  const Tensor m = square.x - square.y, f = 300.0 * blob(square, 0.4, 0.6, 0.2), data = blob(square, 0.5, 0.5, 0.3);
  const auto misfit = [&](const Tensor& p) { return 0.5 * sum(pow(reaction(square, p, f) - data, 2)); };
  const Tensor gradient = grad(misfit)(m);
  // By hand: J^T lambda = u - data, gradient = -lambda exp(m) u^3.
  const Tensor u = reaction(square, m, f);
  const Tensor lambda = solve(square(3.0 * exp(m) * pow(u, 2)), u - data, MatrixKind::positive_definite);
  EXPECT_LT(max_abs(gradient + lambda * exp(m) * pow(u, 3)) / max_abs(gradient), 1e-10);
  EXPECT_NEAR(check::taylor_order(function(misfit), m), 2.0, 0.1);
  const auto slope = function([&](const Tensor& p) { return grad(misfit)(p); });
  EXPECT_LT(check::gradient_error(slope, m), 1e-5);
  EXPECT_LT(check::dot_product_error(slope, m), 1e-9);
}

TEST(ThroughAPde, LbfgsRecoversTheCoefficientOfHelmholtzEquation) {
  const Waves waves(36);
  const Tensor truth = 0.4 * blob(waves.square, 0.42, 0.55, 0.07) - 0.3 * blob(waves.square, 0.62, 0.45, 0.06);
  const Tensor data = waves.seen(truth).eval();
  const auto misfit = jit([&](const Tensor& m) { return waves.misfit(m, data); });
  optimize::LbfgsOptions options;
  options.max_iterations = 80;
  const optimize::Summary found = minimize_lbfgs(optimize::objective_of([&](const Tensor& m) { return misfit(m); }),
                                                 {.x = zeros_like(truth)}, options);
  EXPECT_LT(found.state.value, 1e-3 * found.state.history.front().value);
  EXPECT_LT(norm(found.state.x - truth).item() / norm(truth).item(), 0.15);
}

}  // namespace terrella
