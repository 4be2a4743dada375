// Designed grids are good enough, and what is wrong with others is found and named.
#include "elec/mt2d/design.h"

#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "elec/mt1d/impedance.h"
#include "tests/elec/mt2d/sections.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;

const std::vector<double> sites = {-4000, -2500, -1100, 0, 900, 2600, 4100}, periods = {0.01, 0.1, 1, 10};

TEST(Mt2dDesign, GridsAreRightToAPercentAndFoundSound) {
  const Grid grid = design_grid(sites, periods);
  const Receivers receivers{Tensor(sites)};
  const Tensor rho = resistivity_of(
      grid, [](double y, double z) { return y > -1500 && y < 500 && z > 400 && z < 3000 ? 10.0 : 100.0; });
  EXPECT_TRUE(diagnose(grid, rho, periods, receivers).empty());
  const Response error = refinement_error(grid, rho, Tensor(periods), receivers);
  EXPECT_LT(max_abs(error.zxy), 0.01);
  EXPECT_LT(max_abs(error.zyx), 0.01);
  EXPECT_LT(max_abs(error.tipper), 0.005);
  // The estimate is that of the error: over a half-space it is known.
  const Response half =
      Forward(grid, Tensor(periods), receivers)(full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64));
  const Tensor true_error = abs(
      half.zxy / expand_dims(elec::impedance_1d({100.0}, Tensor(std::vector<double>{}), 1 / Tensor(periods)), 1) - 1);
  const Response estimate =
      refinement_error(grid, full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64), Tensor(periods), receivers);
  EXPECT_LT(max_abs(true_error - estimate.zxy), 0.3 * max_abs(true_error) + 1e-6);
}

TEST(Mt2dDesign, FollowsTheGround) {
  const Profile ground{{-3000, -500, 700, 3500}, {0, -300, -420, 150}};
  const Grid grid = design_grid(sites, periods, ground);
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t lines = grid.y.size(), first = static_cast<std::size_t>(grid.surface) * lines;
  EXPECT_DOUBLE_EQ(z[first], 0);
  EXPECT_DOUBLE_EQ(z[first + lines - 1], 150);
  for (std::size_t i = 0; i < lines; ++i)
    if (grid.y[i] > -500 && grid.y[i] < 700) { EXPECT_NEAR(z[first + i], -300 - 0.1 * (grid.y[i] + 500), 1e-9); }
  const std::set<double> top(z.begin(), z.begin() + static_cast<std::ptrdiff_t>(lines));
  EXPECT_LT(*top.rbegin() - *top.begin(), 1e-6);  // level far up
}

TEST(Mt2dDesign, BrokenRulesAreNamed) {
  const Receivers receivers{Tensor(sites)};
  const auto rules = [&](const DesignOptions& o, const std::vector<double>& of_periods) {
    const Grid grid = design_grid(sites, periods, {}, o);
    std::set<std::string> names;
    for (const Finding& f :
         diagnose(grid, full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64), of_periods, receivers))
      names.insert(f.rule);
    return names;
  };
  const Grid sparse = design_grid({-4000, 4000}, periods);
  const std::vector<Finding> found =
      diagnose(sparse, full({sparse.earth_rows(), sparse.ny()}, 100.0, DType::f64), periods, {{-100.0, 100.0}});
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const Finding& f) { return f.rule == "sites"; }));
  using Names = std::set<std::string>;
  EXPECT_EQ(rules({}, periods), Names{});
  EXPECT_EQ(rules({.depth = 1.5}, periods), Names{"depth"});
  EXPECT_EQ(rules({.sides = 1}, periods), Names{"sides"});
  EXPECT_EQ(rules({.air = 1}, periods), Names{"air"});
  EXPECT_EQ(rules({.padding_growth = 4}, periods), Names{"growth"});
  EXPECT_EQ(rules({}, {1e-4}), Names{"first row"});
  EXPECT_EQ(rules({}, {1e3}), (Names{"depth", "sides", "air"}));
}

TEST(Mt2dDesign, MistakesAreErrorsBeforeWorkStarts) {
  EXPECT_THROW(design_grid({}, periods), std::invalid_argument);
  EXPECT_THROW(design_grid(sites, {0.0}), std::invalid_argument);
  EXPECT_THROW(design_grid(sites, periods, {{0, 0}, {1, 2}}), std::invalid_argument);
  EXPECT_THROW(design_grid(sites, periods, {}, {.growth = 1}), std::invalid_argument);
  EXPECT_THROW(design_grid({0, 1e300}, periods), std::invalid_argument);
  EXPECT_THROW(design_grid(sites, {1e300}), std::invalid_argument);
  EXPECT_NO_THROW(design_grid(sites, periods, {{0, 100}, {0, 490}}));
  try {
    design_grid(sites, periods, {{0, 100, 101}, {0, 0, -10000}});
    FAIL() << "a cliff of 10 km";
  } catch (const MeshError& error) {
    EXPECT_NE(std::string(error.what()).find("climbs 10000 m from y = 100 to 101 m, a slope of 10000"),
              std::string::npos)
        << error.what();
  }
  const Grid grid = design_grid(sites, periods);
  const Tensor rho = full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64);
  EXPECT_THROW(Forward(grid, Tensor(periods), {Tensor{1e9}}), MeshError);
  EXPECT_THROW(Forward(grid, Tensor(periods), {Tensor{0.0}, 0}), MeshError);  // in the air
  EXPECT_THROW(Forward(grid, Tensor{-1.0}, {Tensor{0.0}}), std::invalid_argument);
  EXPECT_THROW(Forward(grid, Tensor(periods), {Tensor{0.0}})(ones({3, 3})), std::invalid_argument);
  EXPECT_THROW(Forward(grid, Tensor(periods), {Tensor{0.0}})(-rho), std::invalid_argument);
  EXPECT_THROW(
      Forward(grid, Tensor(periods), {Tensor{0.0}})(index_set(rho, {std::int64_t{2}, std::int64_t{3}}, std::nan(""))),
      std::invalid_argument);
  Grid crossed = grid;
  crossed.z = index_add(grid.z, {grid.surface + 1, std::int64_t{4}}, 5000.0);
  EXPECT_THROW(Forward(crossed, Tensor(periods), {Tensor{0.0}}), MeshError);
}

}  // namespace
}  // namespace terrella::test
