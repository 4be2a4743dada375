#include "core/mesh/mesh.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"

using namespace terrella;

namespace {

template <class Mesh>
std::string refusal(const Mesh& mesh) {
  try {
    validate(mesh);
  } catch (const MeshError& error) { return error.what(); }
  return "";
}

}  // namespace

TEST(Mesh, EdgesAndWidthsAreInverse) {
  std::vector<double> widths(3000, 0.1);  // no multiple of a power of two
  const std::vector<double> edges = edges_of(widths, -150.0, "x");
  ASSERT_EQ(edges.size(), 3001U);
  EXPECT_EQ(edges.front(), -150.0);
  EXPECT_NEAR(edges.back(), 150.0, 1e-13);  // plain addition is off by 2e-12
  for (const double width : widths_of(edges)) EXPECT_NEAR(width, 0.1, 3e-14);
  EXPECT_EQ(centres_of({0, 2, 6}), (std::vector<double>{1, 4}));
  EXPECT_THROW(edges_of({1, 0}, 0, "x"), MeshError);
  EXPECT_THROW(edges_of({1, std::nan("")}, 0, "x"), MeshError);
}

TEST(Mesh, CountsCells) {
  const Mesh2D section{{0, 1, 2}, {0, 1, 3, 4}};
  EXPECT_EQ(section.ny(), 2U);
  EXPECT_EQ(section.nz(), 3U);
  EXPECT_EQ(section.cells(), 6U);
  const Mesh3D block{{0, 1}, {0, 1, 2}, {0, 1, 3, 4}};
  EXPECT_EQ(block.cells(), 6U);
  EXPECT_EQ(refusal(section), "");
  EXPECT_EQ(refusal(block), "");
  EXPECT_EQ(Mesh2D{}.cells(), 0U);
}

TEST(Mesh, RefusesWhatIsNoMesh) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal(Mesh2D{{0}, {0, 1}}), "mesh: no cell along y");
  EXPECT_EQ(refusal(Mesh2D{{0, 1}, {}}), "mesh: no cell along z");
  EXPECT_EQ(refusal(Mesh2D{{0, 1, 1}, {0, 1}}), "mesh: edges along y must ascend, but 1 m follows 1 m (edge 2)");
  EXPECT_EQ(refusal(Mesh3D{{0, 1}, {0, inf}, {0, 1}}), "mesh: edge 1 along y is not finite");
  EXPECT_EQ(refusal(Mesh3D{{0, 1}, {0, 1}, {0, 1}, std::nan("")}), "mesh: the rotation is not finite");
  std::vector<double> many(most_cells_along_axis + 2);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_NE(refusal(Mesh2D{many, {0, 1}}).find("more than 1000000 are refused"), std::string::npos);
  many.pop_back();
  EXPECT_NE(refusal(Mesh2D{many, std::vector<double>(many.begin(), many.begin() + 1002)}).find("cells; more than"),
            std::string::npos);
  EXPECT_NE(refusal(Mesh3D{many, many, {0, 1}}).find("cells; more than"), std::string::npos);
}
