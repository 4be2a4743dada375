// The VTK files, read again by pugixml, a base64 decoder and zlib.
#include <gtest/gtest.h>

#include "example.h"
#include "viz/picture.h"
#include "vtk_file.h"

namespace terrella::viz {
namespace {

using example::content;
using example::named;
using example::numbers;

class VtkFiles : public testing::Test {
 protected:
  void SetUp() override {
#ifndef TERRELLA_RENDER_BUILT
    GTEST_SKIP() << "this build has no terrella-render (CMake option TERRELLA_RENDER)";
#endif
    result.model.resistivity[0] = 1;            // first site, top layer
    result.model.resistivity[2] = 2;            // first site, half-space
    result.model.resistivity[3 * 3] = 5;        // last site, top layer
    result.model.resistivity[3 * 3 + 2] = NAN;  // last site, half-space
    result.model.depth_of_investigation = {30, 80, NAN, 1000};
    for (int i = 0; i < 12; ++i) result.model.sensitivity.push_back(100 - i);  // 100, 99, 98 below the first site
    result.survey.sites[1].name = "<&\"hostile\n>";
    for (std::size_t s = 0; s < 4; ++s) result.fits[s].rms = 1 + s;
    paths = write_vtk(result, testing::TempDir() + "model.vtr");
    ASSERT_EQ(paths,
              (std::vector<std::string>{testing::TempDir() + "model.vtr", testing::TempDir() + "model-sites.vtp"}));
    ASSERT_TRUE(section.load_file(paths[0].c_str()));
    ASSERT_TRUE(sites.load_file(paths[1].c_str()));
    for (const auto& file : {section.child("VTKFile"), sites.child("VTKFile")}) {
      ASSERT_STREQ(file.attribute("byte_order").value(), "LittleEndian");
      ASSERT_STREQ(file.attribute("header_type").value(), "UInt32");
    }
  }
  inversion::Result result = example::line(4, 3);  // thickness 50, 60 m; elevations 100, 110, 120, 130 m
  std::vector<std::string> paths;
  pugi::xml_document section, sites;
};

TEST_F(VtkFiles, SectionHasElevationUpAndItsCornersInPlace) {
  const pugi::xml_node piece = section.child("VTKFile").child("RectilinearGrid").child("Piece");
  EXPECT_STREQ(piece.attribute("Extent").value(), "0 4 0 0 0 3");
  std::vector<std::vector<double>> axes;
  for (const pugi::xml_node& axis : piece.child("Coordinates").children("DataArray")) axes.push_back(numbers(axis));
  ASSERT_EQ(axes.size(), 3u);
  ASSERT_EQ(axes[0].size(), 5u);
  EXPECT_NEAR(axes[0][0], -500, 5);
  EXPECT_NEAR(axes[0][4], 3500, 20);
  EXPECT_EQ(axes[1], std::vector<double>{0});
  // Mean elevation 115 m; interfaces at 50 and 110 m; the half-space ends at 1.5 times the deepest investigation.
  ASSERT_EQ(axes[2].size(), 4u);
  const double expected[] = {115.0 - 1500, 115.0 - 110, 115.0 - 50, 115.0};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(axes[2][i], expected[i], 1e-9);

  const pugi::xml_node cells = piece.child("CellData");
  const auto resistivity = numbers(named(cells, "resistivity")), logarithm = numbers(named(cells, "log10_resistivity"));
  ASSERT_EQ(resistivity.size(), 12u);
  EXPECT_EQ(resistivity[0], 2);             // x first: deepest left
  EXPECT_TRUE(std::isnan(resistivity[3]));  // deepest right
  EXPECT_EQ(resistivity[8], 1);             // shallowest left
  EXPECT_EQ(resistivity[11], 5);            // shallowest right
  EXPECT_EQ(resistivity[5], 100);
  EXPECT_DOUBLE_EQ(logarithm[11], std::log10(5.0));
  EXPECT_TRUE(std::isnan(logarithm[3]));
  const auto sensitivity = numbers(named(cells, "sensitivity"));
  ASSERT_EQ(sensitivity.size(), 12u);
  EXPECT_EQ(sensitivity[0], 98);   // deepest left
  EXPECT_EQ(sensitivity[8], 100);  // shallowest left
  EXPECT_EQ(sensitivity[3], 89);   // deepest right
  const std::string within = content(named(cells, "within_depth_of_investigation"));
  ASSERT_EQ(within.size(), 12u);
  // Middles at 25, 80 and 805 m against 30, 80, unknown and 1000 m; deepest first.
  EXPECT_EQ(within, std::string("\0\0\xff\1\0\0\xff\1\1\1\xff\1", 12));
}

TEST_F(VtkFiles, SitesStandOnTheirElevation) {
  const pugi::xml_node piece = sites.child("VTKFile").child("PolyData").child("Piece");
  EXPECT_STREQ(piece.attribute("NumberOfPoints").value(), "4");
  EXPECT_STREQ(piece.attribute("NumberOfVerts").value(), "4");
  const auto points = numbers(piece.child("Points").child("DataArray"));
  ASSERT_EQ(points.size(), 12u);
  EXPECT_EQ(points[0], 0);
  EXPECT_EQ(points[1], 0);
  EXPECT_EQ(points[2], 100);
  EXPECT_NEAR(points[9], 3000, 15);
  EXPECT_EQ(points[11], 130);
  const pugi::xml_node data = piece.child("PointData");
  EXPECT_EQ(numbers(named(data, "rms")), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(numbers(named(data, "latitude"))[2], result.survey.sites[2].latitude);
  EXPECT_EQ(numbers(named(data, "depth_of_investigation"))[1], 80);
  EXPECT_EQ(content(named(data, "name")), std::string("S001\0<&\"hostile\n>\0S003\0S004\0", 28));
}

}  // namespace
}  // namespace terrella::viz
