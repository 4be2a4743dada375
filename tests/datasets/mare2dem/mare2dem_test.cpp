// MARE2DEM's models by hand, and the real ones: which region holds a point.
#include "datasets/mare2dem/mare2dem.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

// Air above a layer above a half-space, 100 m by 100 m; numbers from 0.
const char* const poly_by_hand =
    "# by hand\n8 2 0 0\n0 -50 -50\n1 50 -50\n2 50 0\n3 50 20\n4 50 50\n5 -50 50\n6 -50 20\n7 -50 0\n"
    "10 1\n0 0 1 1\n1 1 2 1\n2 2 3 1\n3 3 4 1\n4 4 5 1\n5 5 6 1\n6 6 7 1\n7 7 0 1\n8 7 2 1\n9 6 3 1\n"
    "0\n3\n0 0 -10 1 -1\n1 0 10 2 -1\n2 0 40 3 -1\n";
const char* const resistivity_by_hand =
    "Format: mare2dem_1.1 ! input\nModel File: hand.poly\nGlobal Bounds: 0.1 ,100000\nTarget Misfit: 1\nModel Misfit:  "
    "! "
    "output\nAnisotropy: triaxial\nNumber of regions: 3\n!# Rho Param Lower Upper Prej Weight Ratio\n"
    "1 1e12 1e12 1e12 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    "2 10 20 30 1 2 3 1 100 0 0 0 0 15 0.5 0 0 0 0 0 0 0 0 0 0\n"
    "3 100 100 100 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

void expect_same(const PolygonMap& a, const PolygonMap& b) {
  EXPECT_EQ(a.vertex, b.vertex);
  EXPECT_EQ(a.segment, b.segment);
  EXPECT_EQ(a.marker, b.marker);
  EXPECT_EQ(a.region, b.region);
}

// Whether the straight way between two points meets no segment: proof that one region holds both.
bool sees(const PolygonMap& map, const PlanePoint& from, const PlanePoint& to) {
  for (const auto& [i, j] : map.segment) {
    const PlanePoint &a = map.vertex[i], &b = map.vertex[j];
    if (orientation(a, b, from) * orientation(a, b, to) <= 0 &&
        orientation(from, to, a) * orientation(from, to, b) <= 0)
      return false;
  }
  return true;
}

std::vector<PlanePoint> random_points(std::size_t n, double width, double top, double bottom) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> y(-width, width), z(top, bottom);
  std::vector<PlanePoint> points(n);
  for (PlanePoint& p : points) p = {y(random), z(random)};
  return points;
}

}  // namespace

TEST(Mare2dem, EvaluatesAModelByHand) {
  Mare2demModel model{parse_poly(poly_by_hand, "hand.poly"), parse_mare2dem_resistivity(resistivity_by_hand, "hand")};
  const std::vector<PlanePoint> points = {{0, -1}, {0, 1}, {49, 19}, {-49, 21}, {0, 51}};
  const auto found = resistivity_at(model, points, 2);
  EXPECT_EQ(found[0], 1e12);
  EXPECT_EQ(found[1], 30);
  EXPECT_EQ(found[2], 30);
  EXPECT_EQ(found[3], 100);
  EXPECT_TRUE(std::isnan(found[4]));
  EXPECT_THROW(resistivity_at(model, points, 3), std::invalid_argument);
  EXPECT_EQ(model.resistivity.regions[1].prejudice[0], 15);
  EXPECT_EQ(model.resistivity.regions[1].weight[0], 0.5);
  EXPECT_EQ(model.resistivity.regions[1].upper[0], 100);
  Mesh2D mesh;
  mesh.y = {-10, 0, 10};
  mesh.z = {-20, 0, 20, 40};
  const ResistivityModel section = section_of(model, mesh);
  EXPECT_EQ(section.resistivity, (std::vector<double>{1e12, 1e12, 10, 10, 100, 100}));
  EXPECT_EQ(section.kind, (std::vector<Cell>{Cell::air, Cell::air, Cell::free, Cell::free, Cell::fixed, Cell::fixed}));
  mesh.z.back() = 90;
  EXPECT_THROW(section_of(model, mesh), MeshError);
}

TEST(Mare2dem, IsWrittenAsItWasRead) {
  const PolygonMap map = parse_poly(poly_by_hand, "p");
  expect_same(map, parse_poly(poly_text(map), "again"));
  const Mare2demResistivity r = parse_mare2dem_resistivity(resistivity_by_hand, "r");
  const Mare2demResistivity again = parse_mare2dem_resistivity(mare2dem_resistivity_text(r), "again");
  EXPECT_EQ(r.regions, again.regions);
  EXPECT_EQ(r.anisotropy, again.anisotropy);
  ASSERT_EQ(r.entries.size(), again.entries.size());
  for (std::size_t i = 0; i < r.entries.size(); ++i) EXPECT_EQ(r.entries[i].value, again.entries[i].value);
}

TEST(Mare2dem, ReadsTheSetFromItsFolderAlone) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "terrella_mare2dem";
  std::filesystem::create_directories(folder);
  write_file((folder / "hand.poly").string(), poly_by_hand);
  std::string text = resistivity_by_hand;
  text.replace(text.find("hand.poly"), 9, "../elsewhere/hand.poly");  // the name counts, not the way
  write_file((folder / "m.0.resistivity").string(), text);
  EXPECT_EQ(read_mare2dem_model((folder / "m.0.resistivity").string()).map.region.size(), 3U);
  text.replace(text.find("../elsewhere/hand.poly"), 22, "..");
  write_file((folder / "m.0.resistivity").string(), text);
  EXPECT_THROW(read_mare2dem_model((folder / "m.0.resistivity").string()), FormatError);
  std::filesystem::remove_all(folder);
}

TEST(Mare2demReal, AllReadWriteAndRead) {
  TERRELLA_NEED_REAL_DATA(folder);
  for (const char* name : {"Demo_forward_MT/Demo.poly", "Demo_completed_inversion_MT/Demo.poly",
                           "Demo_completed_inversion_MT/Demo_Truth.poly", "Wannamaker1986_hill/Hill.poly"}) {
    const PolygonMap map = read_poly(folder + "/mare2dem/" + name);
    expect_same(map, parse_poly(poly_text(map), name));
  }
  for (const char* name :
       {"Demo_forward_MT/Demo.0.resistivity", "Demo_completed_inversion_MT/Demo.0.resistivity",
        "Demo_completed_inversion_MT/Demo.10.resistivity", "Wannamaker1986_hill/Hill.0.resistivity"}) {
    const Mare2demResistivity r = read_mare2dem_resistivity(folder + "/mare2dem/" + name);
    EXPECT_EQ(r.regions, parse_mare2dem_resistivity(mare2dem_resistivity_text(r), name).regions);
  }
}

// The log of the inversion states the extremes of its last model: log10 of the free resistivities.
TEST(Mare2demReal, FinalModelHasTheExtremesOfItsLog) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Mare2demResistivity r =
      read_mare2dem_resistivity(folder + "/mare2dem/Demo_completed_inversion_MT/Demo.10.resistivity");
  double low = 1e9, high = -1e9;
  std::size_t free = 0;
  for (const Mare2demRegion& region : r.regions)
    if (region.parameter[0] > 0) {
      ++free;
      low = std::min(low, std::log10(region.resistivity[0]));
      high = std::max(high, std::log10(region.resistivity[0]));
    }
  EXPECT_EQ(free, 7817U);
  EXPECT_NEAR(low, -0.38912, 1e-4);
  EXPECT_NEAR(high, 2.3952, 1e-4);
}

TEST(Mare2demReal, RegionsAgreeWithBruteForce) {
  TERRELLA_NEED_REAL_DATA(folder);
  const PolygonMap map = read_poly(folder + "/mare2dem/Demo_completed_inversion_MT/Demo.poly");
  const RegionFinder finder(map);
  for (std::size_t r = 0; r < map.region.size(); ++r)
    ASSERT_EQ(finder.region_of(map.region[r].inside), static_cast<std::int32_t>(r));
  std::size_t proven = 0;
  const auto points = random_points(2000, 20e3, 0, 8e3);
  for (const PlanePoint& p : points) {
    const std::int32_t region = finder.region_of(p);
    ASSERT_GE(region, 0);
    proven += sees(map, map.region[static_cast<std::size_t>(region)].inside, p);
    // No other point of a region may be seen from here.
    if (proven % 20 != 0) continue;
    for (std::size_t r = 0; r < map.region.size(); r += 97) {
      if (static_cast<std::int32_t>(r) == region) continue;
      ASSERT_FALSE(sees(map, map.region[r].inside, p));
    }
  }
  EXPECT_GT(proven, points.size() * 9 / 10);  // the rest lie round a corner of a region that is not convex
  std::cout << proven << " of " << points.size() << " proven\n";
}

TEST(Mare2demReal, HillIsGroundBelowAndAirAbove) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Mare2demModel model = read_mare2dem_model(folder + "/mare2dem/Wannamaker1986_hill/Hill.0.resistivity");
  std::vector<PlanePoint> points;
  std::vector<double> wanted;
  for (double y = -1990; y < 2000; y += 20) {
    const double flank = std::clamp((1000 - std::abs(y)) / 775, 0.0, 1.0), surface = -450 * flank;
    points.push_back({y, surface - 0.1});
    wanted.push_back(1e12);
    points.push_back({y, surface + 0.1});
    wanted.push_back(100);
  }
  EXPECT_EQ(resistivity_at(model, points), wanted);
  // Receivers stand in the ground, 0.1 m below the surface.
  const EmData data = read_emdata(folder + "/mare2dem/Wannamaker1986_hill/Hill.emdata");
  points.clear();
  for (const EmReceiver& r : data.receiver) points.push_back({r.y, r.z});
  for (const double value : resistivity_at(model, points)) EXPECT_EQ(value, 100);
}

TEST(Mare2demReal, ModelsGoToOtherMeshes) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Mare2demModel model = read_mare2dem_model(folder + "/mare2dem/Demo_completed_inversion_MT/Demo.10.resistivity");
  Mesh2D mesh;
  for (int i = 0; i <= 400; ++i) mesh.y.push_back(-20e3 + 150.0 * i);
  for (int k = 0; k <= 250; ++k) mesh.z.push_back(-1000 + 40.0 * k);
  const auto start = std::chrono::steady_clock::now();
  const ResistivityModel section = section_of(model, mesh);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::cout << mesh.cells() << " cells in " << time.count() << " s\n";
  std::size_t air = 0, sea = 0;
  for (std::size_t i = 0; i < section.resistivity.size(); ++i) {
    air += section.kind[i] == Cell::air;
    sea += section.kind[i] == Cell::fixed && section.resistivity[i] == 0.3;
  }
  EXPECT_EQ(air, 25U * 400);  // z < 0
  EXPECT_GT(sea, 400U);       // 1 to 2 km of water
}
