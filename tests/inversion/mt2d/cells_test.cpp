#include "inversion/mt2d/cells.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/ops.h"
#include "elec/mt2d/design.h"
#include "inversion/mt2d/smoothness.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

elec::mt2d::Grid level_grid(const std::vector<double>& widths, const std::vector<double>& heights) {
  std::vector<double> y = {0};
  for (const double w : widths) y.push_back(y.back() + w);
  return elec::mt2d::grid_under(y, zeros({static_cast<std::int64_t>(y.size())}),
                                {.thickness = heights, .air = {10, 20}});
}

elec::mt2d::Grid hilly() {
  return elec::mt2d::design_grid({-1000, 0, 1000}, {0.01, 10}, {{-1000, 0, 1000}, {0, -200, 50}}, {.resistivity = 30});
}

TEST(Cells, DesignedOnesCoverAllAndGrowWithDepth) {
  const elec::mt2d::Grid grid = hilly();
  const Cells cells = cells_of(grid, design_cells(grid, {.width = 0.5, .height = 0.2}));
  const ElementPlaces places = element_places(grid);
  EXPECT_NEAR(std::accumulate(cells.area.begin(), cells.area.end(), 0.0),
              std::accumulate(places.area.begin(), places.area.end(), 0.0), 1e-3);
  EXPECT_LT(cells.count, static_cast<std::int64_t>(places.y.size()) * 3 / 4);
  std::int64_t shallow = 0, deep = 0;
  for (std::size_t c = 0; c < cells.area.size(); ++c) {
    if (std::abs(cells.y[c]) > 1500) continue;
    std::int64_t& most = cells.depth[c] < 100 ? shallow : deep;
    most = std::max(most, cells.elements[c]);
  }
  EXPECT_EQ(shallow, 1);
  EXPECT_GE(deep, 4);
  const auto all = design_cells(grid, {.width = 0, .height = 0});
  EXPECT_EQ(cells_of(grid, all).count, static_cast<std::int64_t>(places.y.size()));
}

TEST(Cells, SitesStandInTheMiddleOfTheirs) {
  const elec::mt2d::Grid grid = level_grid({4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4}, {1, 1});
  const auto cell = design_cells(grid, {.sites = {8.5, 13.5}, .columns = 3, .width = 0});
  const std::vector<std::int64_t> expected = {0, 1, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 7, 8};  // sites in columns 4 and 9
  EXPECT_EQ(std::vector<std::int64_t>(cell.begin(), cell.begin() + 14), expected);
  EXPECT_THROW(design_cells(grid, {.columns = 2}), std::invalid_argument);
}

TEST(Cells, HeldElementsBelongToNone) {
  const elec::mt2d::Grid grid = level_grid({1, 1, 1, 1}, {1, 1, 1});
  std::vector<bool> held(12, false);
  held[0] = held[1] = held[5] = true;
  const auto cell = design_cells(grid, {.width = 0, .height = 0}, held);
  EXPECT_EQ(cell[0], -1);
  EXPECT_EQ(cell[2], 0);
  EXPECT_EQ(cell[5], -1);
  EXPECT_EQ(cells_of(grid, cell).count, 9);
}

TEST(Cells, RefusesGapsAndStrangers) {
  const elec::mt2d::Grid grid = level_grid({1, 1, 1}, {1, 1});
  EXPECT_THROW(cells_of(grid, {0, 1, 2}), std::invalid_argument);
  EXPECT_THROW(cells_of(grid, {0, 1, 2, 3, 4, 6}), std::invalid_argument);
  EXPECT_THROW(cells_of(grid, {0, 1, 2, 3, 4, -2}), std::invalid_argument);
  EXPECT_THROW(cells_of(grid, {-1, -1, -1, -1, -1, -1}), std::invalid_argument);
}

TEST(Cells, SidesAndCuts) {
  const elec::mt2d::Grid grid = level_grid({1, 2, 3}, {1, 2});
  const Cells cells = cells_of(grid, {0, 1, 1, 2, 3, 4});
  const auto sides = sides_of(grid, cells);
  const auto find = [&](std::int64_t a, std::int64_t b) {
    for (const CellSide& s : sides)
      if (s.a == a && s.b == b) return s;
    return CellSide{-1, -1};
  };
  EXPECT_EQ(sides.size(), 6);
  EXPECT_DOUBLE_EQ(find(0, 1).length, 1);
  EXPECT_DOUBLE_EQ(find(0, 1).distance, 3);
  EXPECT_DOUBLE_EQ(find(1, 3).length, 2);
  EXPECT_DOUBLE_EQ(find(1, 4).length, 3);
  EXPECT_DOUBLE_EQ(find(1, 4).distance, 1.5);
  EXPECT_FALSE(find(1, 4).along_rows);
  // A level line between the rows parts all cells above from those below.
  for (const CellSide& s : sides_of(grid, cells, {{{-1, 10}, {1, 1}}})) EXPECT_TRUE(s.along_rows);
  EXPECT_THROW(sides_of(grid, cells, {{{1}, {1}}}), std::invalid_argument);
}

/// The sum of squares is the integral of the squared gradient, whatever the cells.
TEST(Smoothness2d, IntegratesTheSquaredGradient) {
  const elec::mt2d::Grid grid = level_grid({1, 2, 1.5, 1, 2, 3, 1}, {0.5, 0.7, 1, 1.5, 2});
  const Cells cells = cells_of(grid, design_cells(grid, {.width = 0, .height = 0}));
  Invert2dOptions o;
  o.depth_scaling = 0, o.horizontal = 1, o.vertical = 3;
  const auto terms = section_terms(grid, cells, o, {}, cells.count, 1.0);
  std::vector<double> along, down;
  for (std::size_t c = 0; c < cells.y.size(); ++c) {
    along.push_back(2 * cells.y[c]);
    down.push_back(cells.z[c]);
  }
  // Between the middles of the outer columns, the whole height; and the other way.
  EXPECT_NEAR(optimize::value(terms, Tensor(along)), 0.5 * 4 * (11.5 - 0.5 - 0.5) * 5.7, 1e-9);
  EXPECT_NEAR(optimize::value(terms, Tensor(down)), 0.5 * 3 * 11.5 * (5.7 - 0.25 - 1), 1e-9);
}

TEST(Smoothness2d, WeightsAreSlopesOfTheLoss) {
  const std::vector<double> weight = {2.0, 0.5, 1.0};
  const Tensor r = {0.01, -0.3, 2.0};
  for (const Smoothing2d kind : {Smoothing2d::squares, Smoothing2d::total_variation, Smoothing2d::minimum_support}) {
    const optimize::Loss loss = side_loss(kind, weight, 0.05);
    const Tensor slope = grad([&](const Tensor& x) { return sum(loss.value(x)); })(r);
    EXPECT_LT(max(abs(slope - loss.weight(r) * r)).item(), 1e-14);
    EXPECT_NEAR(loss.weight({1e-9, 1e-9, 1e-9}).to_vector<double>()[0], 2.0, 1e-9);  // all agree where it is smooth
  }
}

TEST(Smoothness2d, CouplingAndReferencePullWhereTheySay) {
  const elec::mt2d::Grid grid = level_grid({1, 1, 1}, {1, 1});
  const Cells cells = cells_of(grid, {0, 1, 2, 3, 4, 5});
  Invert2dOptions o;
  o.anisotropic = true, o.coupling = 2, o.reference_weight = 1;
  const std::vector<double> reference(18, 1.5);
  const auto terms = section_terms(grid, cells, o, reference, 20, 1.0);
  std::vector<double> m(20, 1.5);
  m[18] = m[19] = 7;  // static shifts are nobody's business here
  EXPECT_DOUBLE_EQ(optimize::value(terms, Tensor(m)), 0);
  for (std::size_t i = 0; i < 6; ++i) m[i] += 1;  // one direction as a whole: smooth, but another than its neighbours
  double pull = 0;
  for (const optimize::Term& t : terms) {
    const double v = t.weight * optimize::cost(t.loss, t.residual(Tensor(m))).item();
    if (t.name.starts_with("smooth")) { EXPECT_DOUBLE_EQ(v, 0); }
    pull += t.name == "coupling" ? v : 0;
  }
  EXPECT_GT(pull, 0);
}

}  // namespace
