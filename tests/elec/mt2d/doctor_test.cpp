// What breaking a rule costs, as the doctor says it, is what it costs: measured against an exact response or a grid far
// better than the doctor's own.
#include "elec/mt2d/doctor.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "elec/mt1d/impedance.h"
#include "tests/elec/mt2d/sections.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;

const std::vector<double> sites = {-4000, -2500, -1100, 0, 900, 2600, 4100}, periods = {0.1, 1, 10};

double block(double y, double z) { return y > -1500 && y < 500 && z > 400 && z < 3000 ? 10.0 : 100.0; }

/// The largest |Z / Z' - 1| of both impedances.
double largest(const Response& z, const Response& truth) {
  return std::max(max_abs(z.zxy / truth.zxy - 1), max_abs(z.zyx / truth.zyx - 1));
}

Response response(const Grid& grid, const Tensor& rho, int order) {
  return Forward(grid, Tensor(periods), {Tensor(sites)}, {.order = order})(rho);
}

TEST(MeshDoctor, ErrorOfElementsIsThatAgainstALayeredEarth) {
  const std::vector<double> rho = {30, 300}, thickness = {800};
  const Tensor exact = expand_dims(elec::impedance_1d(Tensor(rho), Tensor(thickness), 1 / Tensor(periods)), 1);
  for (const int order : {1, 2}) {
    Rows rows;
    rows.thickness = {200, 200, 200, 200};
    for (double h = 240; h < 20000; h *= 1.3) rows.thickness.push_back(h);
    for (double h = 200; h < 2e5; h *= 1.6) rows.air.push_back(h);
    const std::vector<double> y = lines_around(sites, 600, 1.6, 60000);
    const Grid coarse = grid_under(y, zeros({static_cast<std::int64_t>(y.size())}), rows);
    const Tensor model = resistivity_of(coarse, [](double, double z) { return z < 800 ? 30.0 : 300.0; });
    const Checkup checkup = check_up(coarse, model, periods, {Tensor(sites)}, {.order = order});
    const Response z = response(coarse, model, order);
    const double truth = std::max(max_abs(z.zxy / exact - 1), max_abs(z.zyx / exact + 1));
    EXPECT_GT(truth, 1e-6);
    EXPECT_GT(checkup.elements.largest(), truth / 2) << "order " << order;
    EXPECT_LT(checkup.elements.largest(), truth * 2) << "order " << order;
  }
}

struct Broken {
  const char* rule;
  DesignOptions options;
};

TEST(MeshDoctor, ErrorOfEachRuleIsThatOfBreakingIt) {
  const Grid sound = design_grid(sites, periods, {}, {.depth = 8, .sides = 10, .air = 10});
  for (const auto& [rule, options] :
       {Broken{"depth", {.depth = 0.7, .sides = 10, .air = 10}}, Broken{"sides", {.depth = 8, .sides = 0.7, .air = 10}},
        Broken{"air", {.depth = 8, .sides = 10, .air = 0.5}}}) {
    const Grid broken = design_grid(sites, periods, {}, options);
    const Tensor model = resistivity_of(broken, block);
    const Checkup checkup = check_up(broken, model, periods, {Tensor(sites)}, {.order = 2});
    const auto found = std::find_if(checkup.ailments.begin(), checkup.ailments.end(),
                                    [rule = rule](const Ailment& a) { return a.finding.rule == rule; });
    ASSERT_NE(found, checkup.ailments.end()) << rule;
    const double truth = largest(response(broken, model, 2), response(sound, resistivity_of(sound, block), 2));
    EXPECT_GT(truth, 0.001) << rule;  // so that the comparison means something
    EXPECT_GT(found->error.largest(), truth / 2) << rule;
    EXPECT_LT(found->error.largest(), truth * 2) << rule;
    EXPECT_GT(found->error.period, 0);
    EXPECT_EQ(std::count(sites.begin(), sites.end(), found->error.place), 1);
  }
}

TEST(MeshDoctor, RulesOfSizesHaveTheErrorOfTheElements) {
  // A first row of half a skin depth's multiple, columns that grow too fast, and two receivers within one column.
  Rows rows;
  rows.thickness = {900, 1100};
  for (double h = 1500; h < 20000; h *= 1.5) rows.thickness.push_back(h);
  for (double h = 900; h < 2e5; h *= 1.6) rows.air.push_back(h);
  const std::vector<double> y = {-90000, -40000, -15000, -5000, -4700, 0, 5000, 15000, 40000, 90000};
  const Grid grid = grid_under(y, zeros({10}), rows);
  const Tensor model = full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64);
  const std::vector<double> close = {1000, 2000};
  const Checkup checkup = check_up(grid, model, {0.1, 10}, {Tensor(close)}, {.order = 1});
  std::vector<std::string> rules;
  for (const Ailment& a : checkup.ailments) {
    rules.push_back(a.finding.rule);
    EXPECT_EQ(a.error.largest(), checkup.elements.largest());
  }
  EXPECT_EQ(rules, (std::vector<std::string>{"first row", "growth", "sites"}));
  const Tensor exact = expand_dims(
      elec::impedance_1d({100.0}, Tensor(std::vector<double>{}), 1 / Tensor(std::vector<double>{0.1, 10})), 1);
  const Response z = Forward(grid, Tensor(std::vector<double>{0.1, 10}), {Tensor(close)}, {.order = 1})(model);
  const double truth = std::max(max_abs(z.zxy / exact - 1), max_abs(z.zyx / exact + 1));
  EXPECT_GT(checkup.elements.largest(), truth / 2);
  EXPECT_LT(checkup.elements.largest(), truth * 2);
}

TEST(MeshDoctor, SteepGroundIsNamedAndMeasured) {
  const Grid grid = design_grid({-800, 0, 800}, {0.1}, {{-300, -100, 100, 300}, {0, -400, -400, 0}});
  const Checkup checkup = check_up(grid, full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64), {0.1},
                                   {Tensor{-800.0, 0.0, 800.0}}, {.order = 1});
  ASSERT_EQ(checkup.ailments.size(), 1U);
  EXPECT_EQ(checkup.ailments[0].finding.rule, "slope");
  // The estimate falls as the error of bilinear elements does, by four, or less where corners of the ground rule.
  const Grid fine = refined(grid);
  const Checkup less = check_up(fine, full({fine.earth_rows(), fine.ny()}, 100.0, DType::f64), {0.1},
                                {Tensor{-800.0, 0.0, 800.0}}, {.order = 1});
  EXPECT_GT(checkup.elements.largest() / less.elements.largest(), 1.5);
  EXPECT_LT(checkup.elements.largest() / less.elements.largest(), 5);
}

TEST(MeshDoctor, ASoundGridIsMeasuredToo) {
  const Grid grid = design_grid(sites, periods);
  const Checkup checkup = check_up(grid, resistivity_of(grid, block), periods, {Tensor(sites)});
  EXPECT_TRUE(checkup.ailments.empty());
  EXPECT_LT(checkup.elements.largest(), 0.03);  // beside the block, 3 elements above it
  EXPECT_LT(checkup.elements.tipper, 0.005);
  const Checkup tm = check_up(grid, resistivity_of(grid, block), periods, {Tensor(sites)}, {.te = false});
  EXPECT_TRUE(std::isnan(tm.elements.zxy));
  EXPECT_EQ(tm.elements.largest(), tm.elements.zyx);
}

TEST(MeshDoctor, ExtendedGridsGoOnWithWhatIsThere) {
  const Grid grid = design_grid(sites, periods, {{-3000, 3000}, {100, -400}});
  const Grid wide = extended(grid, 5000, 70000, 9000);
  validate(wide);
  EXPECT_LE(wide.y.front(), grid.y.front() - 70000);
  EXPECT_GE(wide.y.back(), grid.y.back() + 70000);
  EXPECT_GT(wide.earth_rows(), grid.earth_rows());
  EXPECT_GT(wide.surface, grid.surface);
  const Tensor model = resistivity_of(grid, block), more = extended(model, grid, wide);
  EXPECT_EQ(more.shape(), (Shape{wide.earth_rows(), wide.ny()}));
  // Another grid's model, where both have elements.
  const auto first = std::find(wide.y.begin(), wide.y.end(), grid.y.front()) - wide.y.begin();
  EXPECT_EQ(max_abs(slice(slice(more, 0, {0, grid.earth_rows()}), 1, {first, first + grid.ny()}) - model), 0);
  const Grid same = extended(grid, 0, 0, 0);
  EXPECT_EQ(same.y, grid.y);
  EXPECT_EQ(max_abs(same.z - grid.z), 0);
  EXPECT_THROW(extended(grid, -1, 0, 0), std::invalid_argument);
  EXPECT_THROW(extended(model, wide, grid), std::invalid_argument);
}

TEST(MeshDoctor, CostIsCountedForTheModesAskedFor) {
  const Grid grid = design_grid(sites, periods);
  const Tensor model = full({grid.earth_rows(), grid.ny()}, 100.0, DType::f64);
  const Receivers receivers{Tensor(sites)};
  const Cost both = cost_of_period(grid, model, 1, receivers, {.order = 1});
  const Cost tm = cost_of_period(grid, model, 1, receivers, {.order = 1, .te = false});
  EXPECT_EQ(both.unknowns_te, (grid.nz() + 1) * (grid.ny() - 1));
  EXPECT_EQ(both.unknowns_tm, grid.earth_rows() * (grid.ny() - 1));
  EXPECT_EQ(tm.unknowns_te, 0);
  EXPECT_EQ(tm.unknowns_tm, both.unknowns_tm);
  EXPECT_GT(both.factor_bytes, tm.factor_bytes);
  EXPECT_GT(tm.factor_bytes, 16.0 * static_cast<double>(tm.unknowns_tm));
  // TE: two responses by rho_x; TM: one by rho_y and one by rho_z.
  EXPECT_EQ(both.jacobian_bytes, 16.0 * 4 * 7 * static_cast<double>(model.size()));
  EXPECT_GT(both.forward_seconds, 0);
  EXPECT_GT(both.jacobian_seconds, 0);
}

}  // namespace
}  // namespace terrella::test
