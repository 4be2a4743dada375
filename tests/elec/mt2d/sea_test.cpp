// Receivers on a sea floor, beside exact responses.
#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "core/error.h"
#include "core/ops.h"
#include "elec/mt1d/impedance.h"
#include "elec/mt2d/design.h"
#include "tests/elec/mt2d/sections.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;

Tensor water_of(const Tensor& y, double rho) { return full(y.shape(), rho, DType::f64); }

/// Rows of a floor below the sea, level or with a slope, fine enough for a part in a thousand.
Rows rows_of(double sea_level) {
  return {.thickness = growing(15, 1.2, 1e9, 120e3),
          .air = growing(100, 1.6, 1e9, 200e3),
          .sea = growing(15, 1.2, 1e9, 1000),
          .sea_level = sea_level};
}

// What lies above the receivers cancels in E/H: under level water the impedance at the floor is that of the layers
// below it, by the recursion of Wait (1954).
TEST(Mt2dSea, LayersUnderWaterAreThoseOfTheRecursion) {
  const Tensor periods = {1.0, 10.0, 100.0, 1000.0};
  const Tensor exact = elec::impedance_1d({1.0, 20.0, 3.0}, {600.0, 3000.0}, 1 / periods);
  const std::vector<double> y = lines_around({-2000, 2000}, 500, 2, 100e3);
  const double level = -50, floor = 950;  // the datum need not be the sea level
  Rows rows = rows_of(level);
  rows.thickness.clear();
  std::vector<double> edges = lines_around({0, 600, 3600}, 15, 1.25, 120e3);
  std::erase_if(edges, [](double z) { return z < 0; });
  for (std::size_t j = 1; j < edges.size(); ++j) rows.thickness.push_back(edges[j] - edges[j - 1]);
  const Grid grid = grid_under(y, full({static_cast<std::int64_t>(y.size())}, floor, DType::f64), rows);
  EXPECT_EQ(grid.sea, static_cast<std::int64_t>(rows.sea.size()));
  EXPECT_NEAR(grid.z[grid.surface][3].item(), level, 1e-9);
  EXPECT_NEAR(grid.z[grid.ground()][3].item(), floor, 1e-9);
  const Tensor rho = resistivity_of(grid, [&](double, double z) {
    return z < floor ? 0.3 : z < floor + 600 ? 1.0 : z < floor + 3600 ? 20.0 : 3.0;
  });
  for (const int order : {1, 2})
    for (const Stance stance : {Stance::level, Stance::along_ground}) {
      Receivers receivers{{-2500.0, -500.0, 333.0, 1900.0}};
      receivers.stance = stance;
      receivers.water = water_of(receivers.y, 0.3);
      const Response r = Forward(grid, periods, receivers, {.order = order})(rho);
      for (const auto& [z, sign] : {std::pair(r.zxy, 1.0), {r.zyx, -1.0}}) {
        const Tensor ratio = z * sign / expand_dims(exact, 1);
        EXPECT_LT(max_abs(square(abs(ratio)) - 1), order == 2 ? 1e-3 : 4e-3);
        EXPECT_LT(max_abs(phase_of(ratio)), order == 2 ? 0.05 : 0.2);
      }
      EXPECT_LT(max_abs(r.tipper), 1e-6);
    }
}

// Water as resistive as the earth below it makes a half-space with the field of a plane wave, and a floor that slopes
// through it is no more than a place: level instruments measure the impedance of the half-space there, tilted ones the
// cosine of their tilt times E and over H.
TEST(Mt2dSea, InstrumentsOnASlopeOfNothing) {
  const Tensor periods = {1.0, 10.0};
  const Tensor exact = elec::impedance_1d({2.0}, {}, 1 / periods);
  const std::vector<double> y = lines_around({-2000, 2000}, 250, 1.5, 60e3);
  const Tensor floor = 1000.0 + 300.0 * tanh(Tensor(y) / 1500.0);
  Rows rows = rows_of(0);
  rows.level = 3000;
  const Grid grid = grid_under(y, floor, rows);
  const Tensor rho = full({grid.earth_rows(), grid.ny()}, 2.0, DType::f64);
  Receivers receivers{{-1200.0, -300.0, 0.0, 700.0}};
  receivers.water = water_of(receivers.y, 2.0);
  const auto within = [&](const Tensor& z, const Tensor& expected, double share) {
    EXPECT_LT(max_abs(z / expected - 1.0), share);
  };
  const Tensor whole = expand_dims(exact, 1);
  const Response level = Forward(grid, periods, receivers)(rho);
  within(level.zxy, whole, 2e-3);
  within(level.zyx, -whole, 2e-3);
  EXPECT_LT(max_abs(level.tipper), 2e-3);
  receivers.stance = Stance::tilted;
  receivers.tilt = {-20.0, 0.0, 11.0, 35.0};
  const Tensor cosine = expand_dims(cos(receivers.tilt * (3.14159265358979323846 / 180)), 0);
  const Response tilted = Forward(grid, periods, receivers)(rho);
  within(tilted.zxy, whole / cosine, 3e-3);
  within(tilted.zyx, -whole * cosine, 3e-3);
  receivers.stance = Stance::along_ground;  // 11 degrees at 0: along it less of E is seen
  receivers.tilt = Tensor::none();
  EXPECT_GT(max_abs(Forward(grid, periods, receivers)(rho).zyx / -whole - 1.0), 0.015);
}

TEST(Mt2dSea, DerivativesByResistivityAndBySeaFloor) {
  const std::vector<double> y = {-9000, -4000, -1800, -900, -400, 0, 350, 900, 1900, 4200, 9500};
  Rows rows{.thickness = {150, 200, 280, 400, 560, 790, 1100, 1500, 2100, 3000},
            .air = {200, 600, 1800, 5400},
            .level = 4000,
            .sea = {80, 120, 180, 270},
            .sea_level = 0};
  const Tensor periods = {3.0, 30.0};
  const Tensor floor = 600.0 - 80.0 * exp(-square(Tensor(y) / 800.0));
  const Grid grid = grid_under(y, floor, rows);
  const Tensor rho = resistivity_of(grid, [](double p, double z) {
    return z < 590 - 80 * std::exp(-p * p / 64e4) ? 0.3 : std::abs(p) < 600 && z > 1000 && z < 2500 ? 20.0 : 1.0;
  });
  Receivers receivers{{-1000.0, -130.0, 10.0, 820.0}};
  receivers.stance = Stance::tilted;
  receivers.tilt = {-10.0, 20.0, 5.0, 0.0};
  receivers.water = water_of(receivers.y, 0.3);
  const auto all_of = [](const Response& r) {
    return concatenate({ravel(r.zxy), ravel(r.zyx), 1e-3 * ravel(r.tipper)});
  };
  for (const int order : {1, 2}) {
    const Forward forward(grid, periods, receivers, {.order = order});
    const auto of_rho = [&](const Tensor& m) { return all_of(forward(exp(m))); };
    EXPECT_NEAR(check::taylor_order(of_rho, log(rho), {.step = 1e-2}), 2.0, 0.05);
    EXPECT_LT(check::dot_product_error(of_rho, log(rho)), 1e-11);
    const auto of_floor = [&](const Tensor& z) {
      return all_of(forward.with_grid(grid_under(y, 100.0 * z, rows))(rho));
    };
    EXPECT_NEAR(check::taylor_order(of_floor, floor / 100.0, {.step = 1e-3}), 2.0, 0.05);
    EXPECT_LT(check::dot_product_error(of_floor, floor / 100.0), 1e-11);
    // The Jacobian of Gauss-Newton is that of the transforms.
    const Sensitivity s = forward.sensitivity(rho);
    const Tensor ours = s.zyx.by_y + s.zyx.by_z;
    const auto by = [&](const auto& part) {
      return jacobian([&](const Tensor& m) { return part(forward(exp(m)).zyx); }, log(rho));
    };
    const Tensor re = by([](const Tensor&z) { return real(z); }), im = by([](const Tensor&z) { return imag(z); });
    EXPECT_LT(max_abs(real(ours) - re), 1e-10 * max_abs(re));
    EXPECT_LT(max_abs(imag(ours) - im), 1e-10 * max_abs(im));
  }
}

// Rows of water are designed by its skin depth, thinnest at the floor, and reach the level everywhere.
TEST(Mt2dSea, DesignedGrids) {
  const Profile floor{{0, 5000, 10000}, {2000, 1200, 150}};
  const DesignOptions options{.resistivity = 3, .near_surface = 1, .per_skin_depth = 4, .sea = {0.3, 0}};
  const Grid grid = design_grid({0, 2500, 5000, 7500, 10000}, {10, 1000}, floor, options);
  EXPECT_GE(grid.sea, 4);
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t lines = grid.y.size(), surface = static_cast<std::size_t>(grid.surface),
                    ground = static_cast<std::size_t>(grid.ground());
  const double skin = std::sqrt(0.3 * 10 / (3.14159265358979323846 * 4e-7 * 3.14159265358979323846));
  for (std::size_t i = 0; i < lines; ++i) {
    EXPECT_NEAR(z[surface * lines + i], 0, 1e-9);
    EXPECT_GE(z[ground * lines + i], 150 - 1e-9);
    for (std::size_t j = surface; j < ground; ++j) EXPECT_LT(z[(j + 1) * lines + i] - z[j * lines + i], 0.55 * skin);
  }
  EXPECT_LT(z[ground * lines] - z[(ground - 1) * lines], 1.01 * (z[(surface + 1) * lines] - z[surface * lines]));
  const Grid fine = refined(grid);
  EXPECT_EQ(fine.sea, 2 * grid.sea);
  EXPECT_EQ(fine.ground(), 2 * grid.ground());
  const Grid shallow = design_grid({0, 1000}, {10}, {{0, 1000}, {20, 20}}, options);
  EXPECT_EQ(shallow.sea, 2);
}

TEST(Mt2dSea, WhatHasNoSeaFloorIsRefused) {
  const auto refusal = [](const auto& work) -> std::string {
    try {
      work();
    } catch (const MeshError& e) { return e.what(); } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "nothing was thrown";
  };
  const auto design = [&](double rho, double level, const Profile& floor) {
    return refusal([&] { design_grid({0, 1000}, {10}, floor, {.sea = {rho, level}}); });
  };
  const auto expect = [](const std::string& message, const char* words) {
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };
  expect(design(0.3, 0, {{0, 1000}, {500, -20}}), "the sea floor is -20 m deep and the sea level 0 m");
  expect(design(0.3, 800, {{0, 1000}, {500, 700}}), "rows of water need a floor below it everywhere");
  expect(design(0.3, 0, {}), "rows of water need a floor below it everywhere");
  expect(design(-0.3, 0, {{0, 1000}, {500, 600}}), "the sea's resistivity must be positive or 0, not -0.3");
  expect(design(NAN, 0, {{0, 1000}, {500, 600}}), "the sea's resistivity");
  expect(refusal([] {
           design_grid({0, 1000}, {0.01, 100}, {{0, 1000}, {5000, 5000}}, {.sea = {0.3, 0}});
         }),
         "5000 m deep, 181.");
  expect(design(0.3, NAN, {{0, 1000}, {500, 600}}), "the sea level must be finite");
  const Grid grid = design_grid({0, 1000}, {10}, {{0, 1000}, {500, 600}}, {.sea = {0.3, 0}});
  expect(refusal([&] { Forward(grid, {10.0}, {Tensor{0.0}}); }), "need the water's resistivity");
  Grid none = grid;
  none.sea = grid.earth_rows();
  expect(refusal([&] { validate(none); }), "there must be earth below it");
}

}  // namespace
}  // namespace terrella::test
