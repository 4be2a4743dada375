// Sections of other programs become grids, or are refused with the reason.
#include "elec/mt2d/model_grid.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/model/format.h"
#include "tests/datasets/real_data.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;
using datasets::Cell;

datasets::ResistivityModel small() {
  datasets::ResistivityModel model;
  model.mesh = Mesh2D{{0, 100, 250, 500}, {0, 50, 120, 300}};
  for (int i = 0; i < 9; ++i) model.resistivity.push_back(10 * (i + 1));
  return model;
}

std::string refusal(const datasets::ResistivityModel& model) {
  try {
    grid_of(model, 1000);
  } catch (const MeshError& error) { return error.what(); }
  return "none";
}

TEST(ModelGrid, PutsAirOnTopWhereThereIsNone) {
  const ModelGrid made = grid_of(small(), 1000);
  EXPECT_EQ(made.grid.y, (std::vector<double>{0, 100, 250, 500}));
  EXPECT_EQ(made.grid.earth_rows(), 3);
  EXPECT_EQ(made.grid.surface, 5);  // 50 + 100 + 200 + 400 + 800
  EXPECT_EQ(made.grid.z.to_vector<double>()[2], -1550);
  EXPECT_EQ(made.resistivity.to_vector<double>(), small().resistivity);
  ASSERT_EQ(made.notes.size(), 1U);
  EXPECT_NE(made.notes[0].find("5 rows up to 1550 m"), std::string::npos);
}

TEST(ModelGrid, KeepsAirThatIsThere) {
  datasets::ResistivityModel model = small();
  model.kind.assign(9, Cell::free);
  std::fill_n(model.kind.begin(), 3, Cell::air);
  const ModelGrid made = grid_of(model, 1000);
  EXPECT_EQ(made.grid.surface, 1);
  EXPECT_EQ(made.resistivity.to_vector<double>(), (std::vector<double>{40, 50, 60, 70, 80, 90}));
  EXPECT_TRUE(made.notes.empty());
}

TEST(ModelGrid, RefusesWhatIsNoSectionAndStepsOfTopography) {
  datasets::ResistivityModel steps = small();
  steps.kind.assign(9, Cell::free);
  steps.kind[1] = Cell::air;
  EXPECT_NE(refusal(steps).find("row 1 has air beside earth, at y = 100 m"), std::string::npos) << refusal(steps);
  datasets::ResistivityModel triangles = small();
  triangles.mesh =
      datasets::PointMesh{datasets::PointMesh::Shape::triangle, {{0, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 1, 2}};
  triangles.resistivity = {1};
  EXPECT_NE(refusal(triangles).find("mesh of triangles"), std::string::npos) << refusal(triangles);
  datasets::ResistivityModel block = small();
  block.mesh = Mesh3D{{0, 1}, {0, 1, 2, 3}, {0, 1, 2, 3}};
  EXPECT_NE(refusal(block).find("three-dimensional"), std::string::npos);
  EXPECT_THROW(grid_of(small(), 0), std::invalid_argument);
}

TEST(ModelGrid, RealSections) {
  TERRELLA_NEED_REAL_DATA(data);
  const ModelGrid modem = grid_of(datasets::read_model(data + "/modem-examples/2D_BLOCK2/m1.rho"), 1e6);
  EXPECT_EQ(modem.grid.ny(), 100);
  EXPECT_EQ(modem.grid.earth_rows(), 31);
  const ModelGrid occam = grid_of(datasets::read_model(data + "/paralana-profile/occam2d/ITER12.iter"), 1e6);
  EXPECT_GT(occam.grid.ny(), 20);
}

}  // namespace
}  // namespace terrella::test
