// The C++ of notebook 07, "Gradients of a 2D response". Its cells quote lines of this file, which a test of the
// notebooks checks.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "elec/mt2d/forward.h"

namespace terrella {
namespace {

using elec::mt2d::Forward;
using elec::mt2d::Grid;
using elec::mt2d::grid_under;
using elec::mt2d::Receivers;
using elec::mt2d::Response;
using elec::mt2d::Rows;
using elec::mt2d::Sensitivity;
const double pi = std::numbers::pi;

// A hill over 100 ohm m, five sites, two periods.
struct Section2 {
  std::vector<double> y = {-12e3, -7e3, -4200, -2600};
  Rows rows{{30, 45, 65, 95, 140, 200, 290, 420, 610, 900, 1300, 1900, 2800, 4000},
            {40, 90, 200, 450, 1000, 2200, 5000, 11000},
            800};
  Tensor periods = {0.05, 0.5}, ground, middle_y, middle_z;
  Forward forward;

  Section2() : forward(made()) {}
  Forward made() {
    for (double at = -2000; at <= 2000; at += 200) y.push_back(at);
    y.insert(y.end(), {2600, 4200, 7e3, 12e3});
    ground = -150.0 * exp(-square(Tensor(y) / 700.0));
    const Grid grid = grid_under(y, ground, rows);
    const auto lines = static_cast<std::int64_t>(y.size());
    const Tensor z = slice(grid.z, 0, {grid.surface, {}}), at = Tensor(y);
    const auto half = [](const Tensor& x, int axis) {
      return 0.5 * (slice(x, axis, {1, {}}) + slice(x, axis, {0, x.size(axis) - 1}));
    };
    middle_z = half(half(z, 0), 1).eval();
    middle_y = broadcast_to(half(at, 0), {grid.earth_rows(), lines - 1}).eval();
    return {grid, periods, {Tensor{-1500.0, -600.0, 0.0, 700.0, 1600.0}}, {.order = 1}};
  }
};

// ln resistivity of 100 ohm m with a body: p = (y in km, depth in km, ln of its contrast).
Tensor blob(const Section2& s, const Tensor& p) {
  const Tensor far = square((s.middle_y / 1000.0 - p[0]) / 0.5) + square((s.middle_z / 1000.0 - p[1]) / 0.3);
  return std::log(100.0) + p[2] * exp(-far);
}

// ln apparent resistivity of TE and TM, [mode, period, site].
Tensor sounding(const Section2& s, const Response& r) {
  const Tensor logs = 2.0 * stack({log(abs(r.zxy)), log(abs(r.zyx))});
  return logs + expand_dims(log(s.periods / (2 * pi * 4e-7 * pi)), 1);
}

class GradientsOf2d : public testing::Test {
 protected:
  Section2 s;
  Tensor truth = {0.3, 0.6, -2.5}, model = blob(s, truth).eval();
  Tensor response(const Tensor& m) const { return sounding(s, s.forward(exp(m))); }
};

TEST_F(GradientsOf2d, KernelsAreThoseOfTheTransform) {
  const Sensitivity kernels = s.forward.sensitivity(exp(model));
  const Tensor by_transform = grad([&](const Tensor& m) { return sounding(s, s.forward(exp(m)))[0][0][2]; })(model);
  const Tensor at_once = 2.0 * real(kernels.zxy.by_x[0][2] / kernels.zxy.value[0][2]);
  EXPECT_LT(max_abs(by_transform - at_once), 1e-9 * max_abs(at_once));
  EXPECT_GT(max_abs(at_once), 1e-3);
}

TEST_F(GradientsOf2d, ByTheGroundAndByPlaces) {
  const auto of_ground = [&](const Tensor& depth) {
    return sounding(s, s.forward.with_grid(grid_under(s.y, depth, s.rows))(exp(model)));
  };
  const Tensor shape = jacobian(of_ground, s.ground);
  const double step = 0.01;
  const std::int64_t line = 14;
  const Tensor up = of_ground(index_add(s.ground, {line}, step)), down = of_ground(index_add(s.ground, {line}, -step));
  const Tensor difference = (up - down) / (2 * step);
  EXPECT_LT(max_abs(slice(shape, 3, {line, line + 1}) - expand_dims(difference, 3)), 1e-6 * max_abs(difference));

  const auto of_places = [&](const Tensor& places) {
    Receivers moved = s.forward.receivers();
    moved.y = places;
    return sounding(s, s.forward.with_receivers(moved)(exp(model)));
  };
  const Tensor places = s.forward.receivers().y + 40.0;
  const Jvp per_metre = jvp(function(of_places), {places}, {ones_like(places)});
  const Tensor moved = (of_places(places + 0.01) - of_places(places - 0.01)) / 0.02;
  EXPECT_LT(max_abs(per_metre.tangent[0] - moved), 1e-6 * max_abs(moved));
}

TEST_F(GradientsOf2d, PassTaylorsTestAndHaveCurvature) {
  const auto response = [&](const Tensor& m) { return sounding(s, s.forward(exp(m))); };
  EXPECT_NEAR(check::taylor_order(response, model), 2.0, 0.05);
  EXPECT_LT(check::dot_product_error(response, model), 1e-11);

  const Tensor data = response(model).eval(), start = full(model.shape(), std::log(100.0), DType::f64);
  const auto misfit = [&](const Tensor& m) { return 0.5 * sum(square(response(m) - data)) / (0.05 * 0.05); };
  const Tensor v = model - start;
  const Tensor curvature = hvp(misfit, start, v);
  const double h = 1e-4;
  const Tensor change = (grad(misfit)(start + h * v) - grad(misfit)(start - h * v)) / (2 * h);
  EXPECT_LT(max_abs(curvature - change), 1e-5 * max_abs(change));
}

TEST_F(GradientsOf2d, AFitOfOnesOwnFindsTheBody) {
  const Tensor noisy = response(model) + 0.01 * random_normal({2, 2, 5}, 2);
  const auto residual = [&](const Tensor& p) { return ravel(response(blob(s, p)) - noisy) / 0.01; };
  const auto slopes = [&](const Tensor& p) {
    return jacobian_of(function([&](const Tensor& x) { return response(blob(s, x)); }), {p}, 0, Mode::forward);
  };
  Tensor p = {-0.6, 1.0, -0.7}, r = residual(p).eval(), normal;
  double damping = 10;
  for (int i = 0; i < 15; ++i) {
    const Tensor j = reshape(slopes(p), {20, 3}) / 0.01;
    normal = matmul(transpose(j), j).eval();
    const Tensor slope = matmul(transpose(j), r), diagonal = sum(square(j), {0});
    Tensor trial, tried;
    do {
      trial = (p - solve(normal + damping * diagonal * eye(3), slope)).eval();
      tried = residual(trial).eval();
      damping *= 4;
    } while (sum(square(tried)).item() >= sum(square(r)).item() && damping < 1e8);
    damping /= 16;
    p = trial, r = tried;
  }
  EXPECT_LT(std::sqrt(mean(square(r)).item()), 1.3);
  const std::vector<double> found = p.to_vector<double>(), covariance = inv(normal).to_vector<double>(),
                            wanted = truth.to_vector<double>();
  for (std::size_t k = 0; k < 3; ++k) EXPECT_LT(std::abs(found[k] - wanted[k]), 5 * std::sqrt(covariance[k * 4])) << k;
}

}  // namespace
}  // namespace terrella
